"""The file that stock Keras opens, written in a child process."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import RunError
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry
from mnistviz.runs.archive import keras_file
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot

# Keras 3.15 writes a file by `np.array(variable)`, which NumPy 2 calls deprecated for TensorFlow.
SAVING_WARNS = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.compiles
@SAVING_WARNS
def test_stock_keras_opens_the_file(tmp_path: Path) -> None:
    import keras

    file, run = tmp_path / "network.keras", registry.find_run("reference")
    keras_file.main(str(run.path), "938", str(file))
    with zipfile.ZipFile(file) as archive:
        config = json.loads(archive.read("config.json"))
    assert {module.partition(".")[0] for module in modules_in(config)} == {"keras"}
    images = to_input(load_mnist().x_test[:50])
    found = keras.models.load_model(file)(images[..., np.newaxis], training=False)
    np.testing.assert_allclose(found, load(Snapshot(run, 938)).classify(images), atol=1e-6)


def modules_in(config: Any) -> set[str]:
    """Every module that a saved network needs to be opened."""
    if isinstance(config, dict):
        own = {config["module"]} if isinstance(config.get("module"), str) else set()
        return own.union(*(modules_in(value) for value in config.values()))
    if isinstance(config, list):
        return set().union(*(modules_in(value) for value in config))
    return set()


@pytest.mark.slow
@pytest.mark.process
def test_tensorflow_stays_out_of_the_process_that_exports(tmp_path: Path) -> None:
    code = (
        "import io, sys, zipfile\n"
        "from mnistviz.runs import registry\n"
        "from mnistviz.runs.archive import pack\n"
        "target = io.BytesIO()\n"
        "pack.export(registry.find_run('reference'), target, step=938, steps=())\n"
        "assert 'model.keras' in zipfile.ZipFile(target).namelist()\n"
        "assert not {'tensorflow', 'keras'} & sys.modules.keys()\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.process
def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    run = registry.find_run("reference")
    with pytest.raises(RunError, match=r"^reference: model.keras can't be written \(.*--no-keras"):
        keras_file.write(Snapshot(run, 938), tmp_path / "nowhere" / "model.keras")
