"""Runs a study: trains every unfinished trial as a run, several at a time.

As a child process: `python -m mnistviz.studies.runner STUDY_DIR [WORKERS]`.
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
from mnistviz.runs.queue.slots import num_slots
from mnistviz.studies import study_directory
from mnistviz.studies.executors import Trainer, trainer_of
from mnistviz.studies.plans import Trial
from mnistviz.studies.study_directory import Study, TrialResult, open_study
from mnistviz.studies.trial import Outcome, coverage_of_run, redundancy_of, run_of

POLL_SECONDS = 0.5

# Called with each trial that ended and its result, or the reason of its failure.
Report = Callable[[Trial, TrialResult | str], None]


def start(directory: Path, workers: int = 1) -> None:
    """Start a child process that runs the study in a directory and outlives this one.

    Returns when it has started. Raises `StudyError` when it ends at once.
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


def run_study(
    study: Study,
    workers: int = 1,
    report: Report = lambda trial, outcome: None,
    dask: str | None = None,
) -> Study:
    """Train the missing trials of a study and return the study with their results.

    `workers` trials at a time, each in a child process; with 0 workers one after another in this
    process; with `dask`, the address of a scheduler, on a cluster. Each trial is a run in the home
    folder; an unfinished one is resumed, a finished one is only read. When the study is asked to
    stop, it is returned with the results so far. Raises `StudyError` when another process runs the
    study or the cluster does not answer, and `TrainingError` after all others when trials failed.
    """
    # A page that checks whether the study runs holds the lock for a moment: wait for it.
    lock = FileLock(study.path / "study.lock", timeout=2)
    try:
        held = lock.acquire()
    except Timeout:
        raise StudyError(
            f"{study.spec.name}: another process carries this study on already"
        ) from None
    with held:
        study_directory.stop_file(study).unlink(missing_ok=True)
        # Read again: the previous holder of the lock may have finished trials.
        study = open_study(study.path)
        failed: list[tuple[Trial, str]] = []
        if trials := study.missing:
            # Workers inherit it: as many train at once as this study wants.
            os.environ["MNISTVIZ_SLOTS"] = str(max(workers, num_slots()))
            with trainer_of(
                study.spec, study_directory.stop_file(study).exists, workers, dask
            ) as trainer:
                failed = _train_all(study, trainer, report)
            # In the order of the study, not of their end.
            failed.sort(key=lambda one: trials.index(one[0]))
            study = open_study(study.path)
        if not study_directory.stop_file(study).exists():
            _measure_all(study)
            study = open_study(study.path)
    if failed:
        reasons = "; ".join(f"{trial.title}: {reason}" for trial, reason in failed)
        raise TrainingError(f"{study.spec.name}: {len(failed)} trials failed: {reasons}")
    return study


def _train_all(study: Study, trainer: Trainer, report: Report) -> list[tuple[Trial, str]]:
    trials = {trainer.executor.submit(trainer.train, trial): trial for trial in study.missing}
    failed: list[tuple[Trial, str]] = []
    waiting: set[Future[Outcome]] = set(trials)

    def stop_waiting() -> None:
        for future in waiting:
            if not future.cancel():
                trainer.stop(trials[future])

    try:
        while waiting:
            done, waiting = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
            for future in done:
                try:
                    outcome = future.result()
                except CancelledError:
                    continue
                except Exception as error:
                    # The other trials go on when one fails.
                    failed.append((trials[future], str(error)))
                    report(trials[future], str(error))
                    continue
                _store(study, outcome)
                report(trials[future], outcome.result)
            if study_directory.stop_file(study).exists():
                stop_waiting()
    except BaseException:
        # Ctrl-C: the executor waits for its trials, so stop them.
        study_directory.stop(study)
        stop_waiting()
        raise
    return failed


def _store(study: Study, outcome: Outcome) -> None:
    """Store the outcome of a trial, with the run itself if it is from another machine."""
    if outcome.archive is not None:
        # A large import that only a study on a cluster needs.
        from mnistviz.runs.archive.unpack import import_run

        import_run(io.BytesIO(outcome.archive))
    trial = outcome.result.trial
    if outcome.redundancy:
        study_directory.add_redundancy(study, trial, outcome.redundancy)
    if outcome.coverage:
        study_directory.add_coverage(study, trial, outcome.coverage)
    # The result last: it marks the trial as finished.
    study_directory.add_result(study, outcome.result)


def _measure_all(study: Study) -> None:
    """Measure redundancy and coverage of the networks whose runs still exist."""
    for trial in (result.trial for result in study.results):
        if trial in study.redundancy and trial in study.coverage:
            continue
        run = run_of(study.spec, trial)
        if run is not None and trial not in study.coverage:
            study_directory.add_coverage(study, trial, coverage_of_run(run))
        if run is not None and trial not in study.redundancy:
            study_directory.add_redundancy(study, trial, redundancy_of(run))


def main(directory: str, workers: str = "1") -> None:
    """Run the study in a directory and print each result."""

    def report(trial: Trial, outcome: TrialResult | str) -> None:
        text = outcome if isinstance(outcome, str) else f"{outcome.test_accuracy:.2%}"
        print(f"{trial.title}: {text}", flush=True)

    run_study(open_study(Path(directory).absolute()), int(workers), report)


if __name__ == "__main__":
    main(*sys.argv[1:])
