"""Carries a study on: every trial that isn't finished becomes a run, some of them at once.

As a process of its own: `python -m mnistviz.study.runner STUDY_DIR [WORKERS]`.
"""

import os
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor, as_completed
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz import metrics_log, runs, snapshots, worker_log
from mnistviz.epoch_log import epochs_of
from mnistviz.errors import StudyError, TrainingError
from mnistviz.metrics_log import MetricsReader
from mnistviz.rows import LayerCoverage, LayerUse
from mnistviz.runs import ACTIVE_STATES, Run
from mnistviz.study.plans import Trial
from mnistviz.study.table import Study, TrialResult, add_coverage, add_result, add_uses, open_study
from mnistviz.training import launcher

POLL_SECONDS = 0.5

# What is told of each trial that ended: its result, or why there is none.
Tell = Callable[[Trial, TrialResult | str], None]


def carry_on(study: Study, workers: int = 1, tell: Tell = lambda trial, outcome: None) -> Study:
    """Train what a study lacks, `workers` trials at a time, and return it as it then is.

    Each trial is a run in the home folder. One that was begun goes on where it was, one
    that is finished is only read. Raises `StudyError` when another process is at it already,
    and `TrainingError` at the end when trials failed; the others are kept. Who asked it to
    stop gets it back as it was then.
    """
    # A page that asks whether it runs holds the lock for a moment: hence the patience.
    lock = FileLock(study.path / "study.lock", timeout=2)
    try:
        lock.acquire()
    except Timeout:
        raise StudyError(
            f"{study.spec.name}: another process carries this study on already"
        ) from None
    with lock:
        _stop_file(study).unlink(missing_ok=True)
        # Read again: the process that had the lock before may have finished some.
        study = open_study(study.path)
        # Workers inherit it: as many train at once as this study wants.
        os.environ["MNISTVIZ_SLOTS"] = str(max(workers, runs.num_slots()))
        with ThreadPoolExecutor(workers) as executor:
            failed = _train_all(study, executor, tell)
        study = open_study(study.path)
        if not _stop_file(study).exists():
            _measure_all(study)
            study = open_study(study.path)
    if failed:
        reasons = "; ".join(f"{trial.title}: {reason}" for trial, reason in failed)
        raise TrainingError(f"{study.spec.name}: {len(failed)} trials failed: {reasons}")
    return study


def stop(study: Study) -> None:
    """Ask whoever carries a study on to stop. What trains is kept, to go on from there."""
    _stop_file(study).touch()


def _stop_file(study: Study) -> Path:
    return study.path / "stop"


def is_running(study: Study) -> bool:
    """Whether a process carries the study on."""
    return not study.bundled and runs.is_locked(study.path / "study.lock")


def _train_all(study: Study, executor: Executor, tell: Tell) -> list[tuple[Trial, str]]:
    futures = {executor.submit(train_trial, study, trial): trial for trial in study.missing}
    failed = []
    try:
        for future in as_completed(futures):
            trial = futures[future]
            try:
                result = future.result()
            except CancelledError:
                continue
            except Exception as error:
                # One trial that fails must not cost the others.
                failed.append((trial, str(error)))
                tell(trial, str(error))
                continue
            add_result(study, result)
            tell(trial, result)
    except BaseException:
        # Ctrl-C: the executor waits for its threads, and they for this.
        stop(study)
        raise
    return failed


def _measure_all(study: Study) -> None:
    """Measure how the trained networks use their channels, where their runs are still here."""
    for trial in (result.trial for result in study.results):
        if trial in study.uses and trial in study.coverage:
            continue
        run = run_of(study, trial)
        if run is not None and trial not in study.coverage:
            add_coverage(study, trial, coverage_of_run(run))
        if run is not None and trial not in study.uses:
            add_uses(study, trial, uses_of(run))


def uses_of(run: Run) -> list[LayerUse]:
    """How the channels of a run's last snapshot are used, on the 10,000 test images."""
    # It brings TensorFlow, which a study does without while it trains.
    from mnistviz.data import load_mnist
    from mnistviz.inspection.moments import moments
    from mnistviz.inspection.spectrum import use_of
    from mnistviz.model import load

    network = load(run, snapshots.steps_of(run)[-1])
    found = moments(network, load_mnist().x_test)
    return [use_of(layer, one) for layer, one in found.items()]


def coverage_of_run(run: Run) -> list[LayerCoverage]:
    """What the 3×3 kernels of a run's last snapshot look for, layer by layer."""
    from mnistviz.inspection.coverage import coverage_of

    weights = snapshots.read(run, snapshots.steps_of(run)[-1])
    kernels = {layer: found["kernel"] for layer, found in weights.items() if "kernel" in found}
    return [
        coverage_of(layer, kernel)
        for layer, kernel in kernels.items()
        if kernel.shape[:2] == (3, 3)
    ]


def train_trial(study: Study, trial: Trial) -> TrialResult:
    """Train a trial to its end, wherever it stands.

    Raises `TrainingError` when it can't be, `CancelledError` when the study is to stop.
    """
    if _stop_file(study).exists():
        raise CancelledError
    run = run_of(study, trial)
    if run is None:
        spec = study.spec
        run = launcher.start(
            spec.recipe, spec.model_of(trial), spec.train_of(trial), study.run_name(trial)
        )
    elif runs.run_state(run) not in (*ACTIVE_STATES, "finished"):
        launcher.resume(run)
    stopping = False
    while (state := runs.run_state(run)) in ACTIVE_STATES:
        if not stopping and _stop_file(study).exists():
            launcher.stop(run)
            stopping = True
        time.sleep(POLL_SECONDS)
    if state != "finished":
        if stopping:
            raise CancelledError
        reason = worker_log.reason_of_end(run) if state in ("failed", "crashed") else "by a person"
        raise TrainingError(f"{run.name} {state}: {reason}")
    return result_of(run, trial)


def run_of(study: Study, trial: Trial) -> Run | None:
    """The run in which a trial was begun, if it is there and was trained as the study asks."""
    wanted = study.spec.model_of(trial), study.spec.train_of(trial)
    for run in runs.list_runs():
        same = (run.spec.model, run.spec.train) == wanted and run.spec.parent is None
        if same and run.name == study.run_name(trial):
            return run
    return None


def result_of(run: Run, trial: Trial) -> TrialResult:
    """What a finished run came to. Raises `TrainingError` when its log doesn't tell."""
    rows = metrics_log.read(run)
    validation = metrics_log.last_row(rows, "validation")
    # Where every epoch is validated on the test set, the last validation is the test result.
    on_test = run.spec.train.validated_on == "test"
    test = validation if on_test else metrics_log.last_row(rows, "test")
    if validation is None or test is None:
        raise TrainingError(f"{run.name}: expected a test result in {run.metrics_file}, none there")
    epochs = epochs_of(rows, run.spec.train.steps_per_epoch)
    starts = [
        event for event in MetricsReader(run.metrics_file).events() if event["event"] == "start"
    ]
    about = starts[0] if starts else {}
    return TrialResult(
        plan=trial.plan,
        seed=trial.seed,
        run=run.name,
        test_accuracy=test.accuracy,
        test_loss=test.loss,
        val_accuracy=validation.accuracy,
        val_loss=validation.loss,
        seconds=rows[-1].seconds,
        epoch_seconds=min(epoch.seconds for epoch in epochs),
        versions={
            "tensorflow": str(about.get("tensorflow", "")),
            "keras": str(about.get("keras", "")),
            "machine": f"{platform.machine()}, {about.get('cores', os.cpu_count())} cores",
        },
    )


def main(directory: str, workers: str = "1") -> None:
    """Carry on the study in a directory, and print how it goes."""

    def tell(trial: Trial, outcome: TrialResult | str) -> None:
        said = outcome if isinstance(outcome, str) else f"{outcome.test_accuracy:.2%}"
        print(f"{trial.title}: {said}", flush=True)

    carry_on(open_study(Path(directory).absolute()), int(workers), tell)


if __name__ == "__main__":
    main(*sys.argv[1:])
