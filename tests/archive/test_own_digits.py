"""A run that was taught a person's digits, out of and into a zip: they go along, and no others."""

import io
import zipfile

import numpy as np
import pytest

from mnistviz import own_digits, runs, snapshots
from mnistviz.archive import pack, unpack
from mnistviz.data import load_mnist
from mnistviz.datasets import LabelledSet, read_path
from mnistviz.errors import RunError
from mnistviz.runs import Run
from mnistviz.spec import Parent
from mnistviz.training import launcher

from .conftest import MODEL, SPEC, weights_of

SET = LabelledSet("mine", load_mnist().x_test[:20], load_mnist().y_test[:20])


def taught() -> Run:
    parts = own_digits.split(SET, 0)
    own = own_digits.described(parts, SET, 0.2, 0)
    run = runs.create_run("best", MODEL, SPEC, "taught", Parent(run="best", step=6880), own)
    own_digits.write(run.path, parts)
    for step in (0, 20):
        snapshots.write(run, step, weights_of(step))
    return run


def zipped(run: Run) -> bytes:
    file = io.BytesIO()
    pack.export(run, file, step=None, steps=[0, 20])
    return file.getvalue()


def without(raw: bytes, left_out: str) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            if name != left_out:
                after.writestr(name, before.read(name))
    return file


def test_the_digits_go_along() -> None:
    run = taught()
    imported = unpack.import_run(io.BytesIO(zipped(run))).run
    assert imported.spec == run.spec
    assert own_digits.read(imported).sha256 == own_digits.read(run).sha256
    # A data set like any other: what was held out is its test part.
    found = read_path(imported.path / own_digits.FILE)
    assert np.array_equal(found.images, own_digits.split(SET, 0).held_images)


def test_a_zip_without_them_is_refused() -> None:
    raw = zipped(taught())
    with pytest.raises(RunError) as caught:
        unpack.import_run(without(raw, own_digits.FILE))
    assert str(caught.value) == (
        "import: expected a zip that the export of a run made, got digits of a person that "
        "spec.json doesn't name, or none where it names some; nothing was imported. "
        "Export the run again"
    )


def test_other_digits_than_the_spec_names_are_refused() -> None:
    run = taught()
    spoilt = without(zipped(run), own_digits.FILE)
    own_digits.write(run.path, own_digits.split(SET, 1))
    with zipfile.ZipFile(spoilt, "a") as archive:
        archive.write(run.path / own_digits.FILE, own_digits.FILE)
    with pytest.raises(RunError, match=r"got own\.npz with others than spec\.json names"):
        unpack.import_run(spoilt)
    with pytest.raises(RunError, match=r"others than spec\.json names; fine-tune anew"):
        zipped(run)


def test_a_fork_trains_on_the_same_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_start_worker", lambda run: run)
    run = taught()
    fork = launcher.fork(run, 20, SPEC)
    assert fork.spec.own == run.spec.own
    assert own_digits.read(fork).sha256 == own_digits.read(run).sha256
    tuned = launcher.fine_tune(run, 20, SET, fold=3)
    assert (tuned.name, tuned.spec.parent) == ("taught-my-digits", Parent(run=run.id, step=20))
    assert tuned.spec.own is not None
    assert (tuned.spec.own.fold, tuned.spec.own.trained_on) == (3, 15)
    assert len(snapshots.read_start(tuned)) == len(weights_of(20))
