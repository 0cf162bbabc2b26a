"""Carries a study on: every trial that isn't finished becomes a run, some of them at once.

As a process of its own: `python -m mnistviz.studies.runner STUDY_DIR [WORKERS]`.
"""

import io
import os
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.core.errors import StudyError, TrainingError
from mnistviz.core.processes import ProcessStartError, start_module
from mnistviz.runs.queue import num_slots
from mnistviz.studies import study_directory
from mnistviz.studies.executors import Trainer, trainer_of
from mnistviz.studies.plans import Trial
from mnistviz.studies.study_directory import Study, TrialResult, open_study
from mnistviz.studies.trial import Outcome, coverage_of_run, run_of, uses_of

POLL_SECONDS = 0.5

# What is told of each trial that ended: its result, or why there is none.
Tell = Callable[[Trial, TrialResult | str], None]


def start(directory: Path, workers: int = 1) -> None:
    """Start a process that carries the study in a directory on; it lives on when this one ends.

    Returns when it is at work. Raises `StudyError` when it dies at once.
    """
    log_file = directory / "study.log"
    log_file.unlink(missing_ok=True)
    try:
        start_module(
            __name__,
            [str(directory), str(workers)],
            log_file,
            lambda: storage.is_locked(directory / "study.lock"),
            may_finish=True,
        )
    except ProcessStartError as error:
        raise StudyError(f"{directory.name}: the study's process did not start ({error})") from None


def carry_on(
    study: Study,
    workers: int = 1,
    tell: Tell = lambda trial, outcome: None,
    dask: str | None = None,
) -> Study:
    """Train what a study lacks and return it as it then is.

    `workers` trials at a time, each in a process of its own; with 0 workers one after another in
    this process; with `dask`, the address of a scheduler, on a cluster. Each trial is a run in the
    home folder. One that was begun goes on where it was, one that is finished is only read.
    Raises `StudyError` when another process is at it already or there is no such cluster, and
    `TrainingError` at the end when trials failed; the others are kept. Who asked it to stop gets
    it back as it was then.
    """
    # A page that asks whether it runs holds the lock for a moment: hence the patience.
    lock = FileLock(study.path / "study.lock", timeout=2)
    try:
        held = lock.acquire()
    except Timeout:
        raise StudyError(
            f"{study.spec.name}: another process carries this study on already"
        ) from None
    with held:
        study_directory.stop_file(study).unlink(missing_ok=True)
        # Read again: the process that had the lock before may have finished some.
        study = open_study(study.path)
        failed: list[tuple[Trial, str]] = []
        if trials := study.missing:
            # Workers inherit it: as many train at once as this study wants.
            os.environ["MNISTVIZ_SLOTS"] = str(max(workers, num_slots()))
            with trainer_of(
                study.spec, study_directory.stop_file(study).exists, workers, dask
            ) as trainer:
                failed = _train_all(study, trainer, tell)
            # In the study's order, whichever ended first.
            failed.sort(key=lambda one: trials.index(one[0]))
            study = open_study(study.path)
        if not study_directory.stop_file(study).exists():
            _measure_all(study)
            study = open_study(study.path)
    if failed:
        reasons = "; ".join(f"{trial.title}: {reason}" for trial, reason in failed)
        raise TrainingError(f"{study.spec.name}: {len(failed)} trials failed: {reasons}")
    return study


def _train_all(study: Study, trainer: Trainer, tell: Tell) -> list[tuple[Trial, str]]:
    trials = {trainer.executor.submit(trainer.train, trial): trial for trial in study.missing}
    failed: list[tuple[Trial, str]] = []
    waiting: set[Future[Outcome]] = set(trials)
    try:
        while waiting:
            done, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
            for future in done:
                try:
                    outcome = future.result()
                except CancelledError:
                    continue
                except Exception as error:
                    # One trial that fails must not cost the others.
                    failed.append((trials[future], str(error)))
                    tell(trials[future], str(error))
                    continue
                _note(study, outcome)
                tell(trials[future], outcome.result)
            if study_directory.stop_file(study).exists():
                for future in waiting:
                    if not future.cancel():
                        trainer.stop(trials[future])
    except BaseException:
        # Ctrl-C: the executor waits for what it trains, and that for this.
        study_directory.stop(study)
        for future in waiting:
            if not future.cancel():
                trainer.stop(trials[future])
        raise
    return failed


def _note(study: Study, outcome: Outcome) -> None:
    """Keep what came of a trial, the run itself where it was trained in another home."""
    if outcome.archive is not None:
        # It is big, and only a study on a cluster needs it.
        from mnistviz.runs.archive.unpack import import_run

        import_run(io.BytesIO(outcome.archive))
    trial = outcome.result.trial
    if outcome.uses:
        study_directory.add_uses(study, trial, outcome.uses)
    if outcome.coverage:
        study_directory.add_coverage(study, trial, outcome.coverage)
    # Last: a trial with a result is finished.
    study_directory.add_result(study, outcome.result)


def _measure_all(study: Study) -> None:
    """Measure how the trained networks use their channels, where their runs are still here."""
    for trial in (result.trial for result in study.results):
        if trial in study.uses and trial in study.coverage:
            continue
        run = run_of(study.spec, trial)
        if run is not None and trial not in study.coverage:
            study_directory.add_coverage(study, trial, coverage_of_run(run))
        if run is not None and trial not in study.uses:
            study_directory.add_uses(study, trial, uses_of(run))


def main(directory: str, workers: str = "1") -> None:
    """Carry on the study in a directory, and print how it goes."""

    def tell(trial: Trial, outcome: TrialResult | str) -> None:
        said = outcome if isinstance(outcome, str) else f"{outcome.test_accuracy:.2%}"
        print(f"{trial.title}: {said}", flush=True)

    carry_on(open_study(Path(directory).absolute()), int(workers), tell)


if __name__ == "__main__":
    main(*sys.argv[1:])
