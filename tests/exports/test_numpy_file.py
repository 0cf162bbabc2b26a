"""The NumPy file of a snapshot, in a process of its own that has only NumPy."""

import ast
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist
from mnistviz.exports import numpy_file
from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from tests.helpers.own_networks import run_of
from tests.helpers.run_zips import make_run
from tests.helpers.spec_strategies import networks

CODE = (
    "import numpy, sys; from model import classify; "
    "numpy.save('answers.npy', classify(numpy.load('images.npy'))); "
    "assert not [name for name in sys.modules if name.startswith('mnistviz')]"
)


def answers(folder: Path, images: np.ndarray) -> np.ndarray:
    np.save(folder / "images.npy", images)
    subprocess.run([sys.executable, "-c", CODE], cwd=folder, check=True)
    return np.load(folder / "answers.npy")


@pytest.mark.parametrize("name", ["best", "reference", "gap-plain"])
def test_the_file_answers_1000_images_as_the_network_does(name: str, tmp_path: Path) -> None:
    snapshot = snapshots.latest_snapshot(registry.find_run(name))
    numpy_file.write(snapshot, tmp_path / "model.py")
    images = load_mnist().x_test[:1_000]
    expected = load(snapshot).classify(images)
    np.testing.assert_allclose(answers(tmp_path, images), expected, atol=1e-5)


def classify_of(folder: Path) -> Callable[[np.ndarray], np.ndarray]:
    """The function of the file, in this process."""
    classify: Callable[[np.ndarray], np.ndarray] = runpy.run_path(str(folder / "model.py"))[
        "classify"
    ]
    return classify


@settings(max_examples=30)
@given(networks(), st.integers(0, 2**31))
def test_the_file_of_any_network_answers_as_it_does(spec: ModelSpec, seed: int) -> None:
    run = run_of(spec)
    with tempfile.TemporaryDirectory() as folder:
        numpy_file.write(snapshots.latest_snapshot(run), Path(folder) / "model.py")
        images = np.random.default_rng(seed).random((3, 28, 28), np.float32)
        expected = load(snapshots.latest_snapshot(run)).classify(images)
        np.testing.assert_allclose(classify_of(Path(folder))(images), expected, atol=1e-5)


def test_floats_and_no_images_are_read_too(tmp_path: Path) -> None:
    numpy_file.write(snapshots.latest_snapshot(make_run()), tmp_path / "model.py")
    images = load_mnist().x_test[:10]
    whole = answers(tmp_path, images)
    np.testing.assert_allclose(answers(tmp_path, images / 255), whole, atol=1e-6)
    assert answers(tmp_path, images[:0]).shape == (0, 10)


def test_it_imports_nothing_but_numpy(tmp_path: Path) -> None:
    numpy_file.write(snapshots.latest_snapshot(make_run()), tmp_path / "model.py")
    tree = ast.parse((tmp_path / "model.py").read_text(encoding="utf-8"))
    imported = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    imported += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in imported} == {"numpy"}
