"""Export and import of a run that was fine-tuned on a person's digits."""

import io
import zipfile

import numpy as np
import pytest

from mnistviz.core.errors import RunError
from mnistviz.core.run_spec import Parent
from mnistviz.digits.data_sets.evaluated import read_path
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import fine_tune_set, registry, snapshots
from mnistviz.runs.archive import pack, unpack
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import fine_tuning, launcher
from tests.helpers.run_zips import MODEL, SPEC, weights_of

SET = LabelledSet("mine", load_mnist().x_test[:20], load_mnist().y_test[:20])


def fine_tuned_run() -> Run:
    parts = fine_tune_set.split(SET, 0)
    own = fine_tune_set.described(parts, SET, 0.2, 0)
    run = registry.create_run("best", MODEL, SPEC, "taught", Parent(run="best", step=6880), own)
    fine_tune_set.write(run.path, parts)
    for step in (0, 20):
        snapshots.write(Snapshot(run, step), weights_of(step))
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


def test_the_digits_are_exported_and_imported() -> None:
    run = fine_tuned_run()
    imported = unpack.import_run(io.BytesIO(zipped(run))).run
    assert imported.spec == run.spec
    assert fine_tune_set.read(imported).sha256 == fine_tune_set.read(run).sha256
    # It is also a labelled set; the held-out digits are its test part.
    found = read_path(imported.path / fine_tune_set.FILE)
    assert np.array_equal(found.images, fine_tune_set.split(SET, 0).held_images)


def test_a_zip_without_the_digits_raises_an_error() -> None:
    raw = zipped(fine_tuned_run())
    with pytest.raises(RunError) as caught:
        unpack.import_run(without(raw, fine_tune_set.FILE))
    assert str(caught.value) == (
        "import: expected a zip that the export of a run made, got digits of a person that "
        "spec.json doesn't name, or none where it names some; nothing was imported. "
        "Export the run again"
    )


def test_other_digits_than_those_of_the_spec_raise_an_error() -> None:
    run = fine_tuned_run()
    changed = without(zipped(run), fine_tune_set.FILE)
    fine_tune_set.write(run.path, fine_tune_set.split(SET, 1))
    with zipfile.ZipFile(changed, "a") as archive:
        archive.write(run.path / fine_tune_set.FILE, fine_tune_set.FILE)
    with pytest.raises(RunError, match=r"got own\.npz with others than spec\.json names"):
        unpack.import_run(changed)
    with pytest.raises(RunError, match=r"others than spec\.json names; fine-tune anew"):
        zipped(run)


def test_a_fork_trains_on_the_same_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "start_worker", lambda run: run)
    run = fine_tuned_run()
    fork = launcher.fork(Snapshot(run, 20), SPEC)
    assert fork.spec.own == run.spec.own
    assert fine_tune_set.read(fork).sha256 == fine_tune_set.read(run).sha256
    tuned = fine_tuning.start(Snapshot(run, 20), SET, fold=3)
    assert (tuned.name, tuned.spec.parent) == ("taught-my-digits", Parent(run=run.id, step=20))
    assert tuned.spec.own is not None
    assert (tuned.spec.own.fold, tuned.spec.own.trained_on) == (3, 15)
    assert len(snapshots.read_start(tuned)) == len(weights_of(20))
