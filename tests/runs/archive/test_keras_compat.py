"""Newer arguments in the configuration of a `.keras` file."""

import json
import zipfile
from pathlib import Path

from mnistviz.runs.archive import keras_compat


def test_newer_arguments_are_left_out_only_where_they_have_their_defaults() -> None:
    config = {
        "layers": [
            {"config": {"optional": False, "sparse": False}},
            {"config": {"kernel_initializer": {"config": {"seed": 1, "input_axes": None}}}},
            {"config": {"units": 3, "quantization_config": None}},
            {"config": {"renorm": True, "renorm_momentum": 0.99, "renorm_clipping": None}},
        ]
    }
    assert keras_compat.for_older_keras(config) == {
        "layers": [
            {"config": {"sparse": False}},
            {"config": {"kernel_initializer": {"config": {"seed": None}}}},
            {"config": {"units": 3}},
            {"config": {"renorm": True}},
        ]
    }


def test_the_other_files_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps({"optional": False, "name": "x"}))
        archive.writestr("model.weights.h5", b"weights")
    keras_compat.rewrite(file)
    with zipfile.ZipFile(file) as archive:
        assert json.loads(archive.read("config.json")) == {"name": "x"}
        assert archive.read("model.weights.h5") == b"weights"
