"""Exports of a run on a data set of one's own: its classes, and code that trains on its images."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.recipes import RECIPES
from mnistviz.digits.data_sets import library
from mnistviz.digits.data_sets.library import data_of
from mnistviz.exports import formats
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.training import launcher
from tests.helpers.own_data_runs import keep_set, run_on
from tests.helpers.trainings import wait_until

CODE = """
import numpy as np, model
network = model.build()
np.save("first.npy", network.predict(model.as_input(np.load("images.npy")), verbose=0))
print([list(layer.output.shape[1:]) for layer in network.layers], network.count_params())
trained = model.train()
np.save("last.npy", trained.predict(model.as_input(np.load("images.npy")), verbose=0))
"""


def export(snapshot: Snapshot, name: str, file: Path) -> list[Path]:
    return formats.export(snapshot, formats.find_format(name, file), file)


def test_a_hand_in_names_the_classes(tmp_path: Path) -> None:
    snapshot = latest_snapshot(run_on(keep_set(5, "signs"), "mine", "F-10FC"))
    export(snapshot, "handin", tmp_path / "mine.md")
    text = (tmp_path / "mine.md").read_text(encoding="utf-8")
    assert "read as sign " in text
    assert "# mine: a network for signs" in text
    assert len(export(snapshot, "numpy", tmp_path / "mine.py")) == 2


@pytest.mark.parametrize(
    ("name", "file"),
    [("script", "a.py"), ("notebook", "a.ipynb"), ("handin", "a.ipynb"), ("torch", "a.py")],
)
def test_code_has_the_images_beside_it(name: str, file: str, tmp_path: Path) -> None:
    run = run_on(keep_set(5, "signs"), "mine", "F-10FC")
    written = export(latest_snapshot(run), name, tmp_path / file)
    assert [one.name for one in written] == [file, "a-data.npz"]
    text = written[0].read_text(encoding="utf-8")
    code = text
    if file.endswith(".ipynb"):
        cells = json.loads(text)["cells"]
        code = "\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "code")
    compile(code, file, "exec")
    # Its own images, and nothing of MNIST.
    assert "a-data.npz" in code
    assert not re.search(r"mnist\b(?!viz)", re.sub(r"mnistviz", "", code), re.IGNORECASE)
    data = data_of(run.spec.data)
    with np.load(written[1]) as arrays:
        assert np.array_equal(arrays["x_train"], data.x_train)
        assert np.array_equal(arrays["y_test"], data.y_test)
        assert tuple(arrays["class_names"]) == run.spec.class_names


@pytest.mark.slow
@pytest.mark.process
def test_the_keras_script_trains_to_the_weights_of_the_run(tmp_path: Path) -> None:
    """Without normalization and dropout, the same images in the same order give the same."""
    about = keep_set(5, "signs")
    ref = library.reference(about)
    model, train = RECIPES["plain"].specs(
        {"network": "4C3-MP2-F-5FC"}, {"batch_size": 20, "epochs": 1}, ref
    )
    run = launcher.start("plain", model, train, "mine", ref)
    wait_until(run, "finished")
    export(latest_snapshot(run), "script", tmp_path / "model.py")
    images = data_of(ref).x_test[:50]
    np.save(tmp_path / "images.npy", images)
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    built, epoch, test = done.stdout.splitlines()
    assert built == f"{[list(layer.output_shape) for layer in model.layers]} {model.parameters}"
    expected = load(Snapshot(run, 0)).classify(images)
    np.testing.assert_allclose(np.load(tmp_path / "first.npy"), expected, atol=1e-5)
    assert re.match(r"epoch 1: loss \d\.\d{4}", epoch)
    assert test.startswith("test loss")
    expected = load(latest_snapshot(run)).classify(images)
    np.testing.assert_allclose(np.load(tmp_path / "last.npy"), expected, atol=1e-3)
