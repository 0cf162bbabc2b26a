"""Fine-tuning: its settings, and runs that are really trained, resumed, exported, forked."""

import io
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mnistviz.__main__ import app
from mnistviz.core.errors import MnistVizError, RunError
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits, signs
from mnistviz.digits.data_sets.evaluated import read_path
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import fine_tune_report
from mnistviz.runs import fine_tune_set, metrics_log, registry, snapshots
from mnistviz.runs.archive import pack, unpack
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import read_status
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.training import fine_tuning, launcher
from tests.helpers.own_data_runs import keep_set, run_on
from tests.helpers.trainings import wait_for_rows, wait_until, worker_pids

DATA = load_mnist()
# Upside down: what no run has seen, so that something is to be gained within seconds.
SET = LabelledSet("mine", DATA.x_test[:40, ::-1], DATA.y_test[:40])


def right_of_best() -> int:
    """How many test images the bundled run best reads right, by its log."""
    row = metrics_log.last_row(metrics_log.read(registry.find_run("best")), "test")
    assert row is not None
    return round(row.accuracy * len(DATA.y_test))


def fine_tuned(name: str, fold: int | None = 0, **changes: object) -> Run:
    best = registry.find_run("best")
    train = fine_tuning.settings(best.spec.train).changed(
        **{"epochs": 1, "num_images": 3_000, "batch_size": 50, "learning_rate": 0.003, **changes}
    )
    step = snapshots.steps_of(best)[-1]
    return fine_tuning.start(Snapshot(best, step), SET, train, share=0.5, fold=fold, name=name)


def last_weights(run: Run) -> list[np.ndarray]:
    return snapshots.in_order(snapshots.read(latest_snapshot(run)))


@pytest.mark.process
@pytest.mark.slow
def test_a_fine_tuned_run_gains_on_held_out_digits_and_is_exported() -> None:
    run = fine_tuned("taught")
    wait_until(run, "finished")
    assert run.spec.parent is not None
    assert run.spec.parent.run == "best"
    found = fine_tune_report.measure(run)
    held = fine_tune_report.change(found.held_before, found.held_after)
    assert held.total == 10
    assert held.after > held.before
    test = fine_tune_report.change(found.test_before, found.test_after)
    # It forgets little of MNIST, though half of what it saw was upside down.
    assert (test.total, test.before) == (10_000, right_of_best())
    assert test.after > 9_700
    kept = fine_tune_report.kept(run)
    assert kept is not None
    assert np.array_equal(kept.held_after, found.held_after)

    file = io.BytesIO()
    pack.export(run, file, step=None, steps=snapshots.steps_of(run))
    imported = unpack.import_run(file).run
    assert imported.spec.own == run.spec.own
    assert fine_tune_set.read(imported).sha256 == fine_tune_set.read(run).sha256
    # A data set like any other: what it holds out can be evaluated on.
    assert len(read_path(imported.path / fine_tune_set.FILE).labels) == 10

    fork = launcher.fork(Snapshot(imported, 0), run.spec.train.changed(epochs=1), "fork")
    wait_until(fork, "finished")
    assert fork.spec.own == run.spec.own
    for one, other in zip(last_weights(fork), last_weights(run), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.process
@pytest.mark.slow
def test_a_killed_fine_tuning_resumes_to_the_same_weights() -> None:
    whole, killed = fine_tuned("whole", epochs=2), fine_tuned("killed", epochs=2)
    wait_until(whole, "finished")
    wait_for_rows(killed, 70)
    for pid in worker_pids(killed):
        os.kill(pid, signal.SIGKILL)
    wait_until(killed, "crashed")
    launcher.resume(killed)
    wait_until(killed, "finished")
    for one, other in zip(last_weights(whole), last_weights(killed), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.process
@pytest.mark.slow
def test_a_run_without_its_digits_fails_with_a_reason() -> None:
    run = fine_tuned("robbed")
    launcher.pause(run)
    wait_until(run, "paused", "finished")
    os.kill(worker_pids(run)[0], signal.SIGKILL)
    wait_until(run, "crashed")
    (run.path / fine_tune_set.FILE).unlink()
    launcher.resume(run)
    wait_until(run, "failed")
    status = read_status(run)
    assert status is not None
    assert status.error.startswith("robbed: expected the digits that it trains on in own.npz, got ")


@pytest.mark.process
@pytest.mark.slow
def test_the_command_line_reports_gain_and_cost(tmp_path: Path) -> None:
    for number in range(5):
        my_digits.save(DATA.x_test[number], int(DATA.y_test[number]))
    words = ["train", "--from", "best", "--digits", "--epochs", "1", "--limit", "1000", "--json"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["run"] == "best-my-digits"
    assert told["held_out_digits"]["total"] == 2
    assert told["test_set"]["before"] == right_of_best()
    assert registry.find_run("best-my-digits").spec.own is not None


@pytest.mark.process
@pytest.mark.slow
def test_an_import_with_other_digits_than_the_spec_raises() -> None:
    run = registry.create_run(
        "best",
        registry.find_run("best").spec.model,
        fine_tuning.settings(registry.find_run("best").spec.train),
        "made",
        None,
        fine_tune_set.described(fine_tune_set.split(SET, 0), SET, 0.2, 0),
    )
    fine_tune_set.write(run.path, fine_tune_set.split(SET, 1))
    with pytest.raises(RunError, match=r"others than spec\.json names"):
        pack.export(run, io.BytesIO(), step=None, steps=[])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--digits"],
            "--digits fine-tunes a copy: name the run, --from RUN; --hold-out needs it",
        ),
        (
            ["--from", "best", "--hold-out", "1"],
            "--digits fine-tunes a copy: name the run, --from RUN; --hold-out needs it",
        ),
        (
            ["--from", "best", "--digits", "--hold-out", "4"],
            "hold-out: expected a quarter from 0 to 3, or -1 for none, got 4",
        ),
        (
            ["--from", "best", "--digits"],
            "My digits: expected at least one digit, none is kept yet; draw one on the Draw page "
            "and say what it is, or import some with `digits import`",
        ),
    ],
)
def test_contradictory_options_start_nothing(words: list[str], message: str) -> None:
    with pytest.raises(MnistVizError) as caught:
        CliRunner().invoke(app, ["train", *words], catch_exceptions=False)
    assert str(caught.value) == message


def test_the_settings_are_few_steps_at_a_low_rate_validated_as_the_parent() -> None:
    # The tablet digits of best add a tenth.
    for name, num_steps in (("best", 330), ("reference", 300)):
        parent = registry.find_run(name).spec.train
        settings = fine_tuning.settings(parent)
        assert settings.held_out == parent.held_out
        assert settings.num_steps == num_steps
        assert settings.learning_rate < 0.01


def test_a_share_of_pen_digits_is_kept() -> None:
    parent = TrainSpec(num_images=50_000, pen_digits=5_000, held_out=5_000)
    assert fine_tuning.settings(parent).pen_digits == 1_280
    assert fine_tuning.settings(parent.changed(pen_digits=0)).pen_digits == 0


def test_a_share_of_tablet_digits_is_kept_and_soft_labels_are_not() -> None:
    parent = TrainSpec(num_images=50_000, tablet_digits=4_000, soft_labels=0.9, held_out=5_000)
    settings = fine_tuning.settings(parent)
    assert (settings.tablet_digits, settings.soft_labels) == (1_024, 0.0)


def test_a_small_data_set_has_more_epochs_of_smaller_batches() -> None:
    parent = TrainSpec().changed(num_images=361, held_out=39, available=400)
    train = fine_tuning.settings(parent)
    assert (train.num_images, train.batch_size) == (361, 32)
    assert 280 <= train.num_steps <= 320


@pytest.mark.process
@pytest.mark.slow
def test_a_run_on_a_data_set_of_ones_own_is_taught_signs() -> None:
    run = run_on(keep_set(5, "signs"), "mine", "F-10FC-5FC")
    names = run.spec.class_names
    images = load_mnist().x_test[:12]
    for number, image in enumerate(images):
        signs.save(image, number % 5, names)
    taught = fine_tuning.start(latest_snapshot(run), signs.as_labelled_set(names))
    wait_until(taught, "finished")
    assert taught.spec.data == run.spec.data
    found = fine_tune_report.measure(taught)
    assert len(found.held_after) == 3
    assert len(found.test_after) == 200
    trained = fine_tune_report.change(found.trained_before, found.trained_after)
    assert trained.after > trained.before
