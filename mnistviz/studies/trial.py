"""One trial of a study: train it in a child process or in this one, and read its result."""

import os
import platform
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass

from mnistviz.core.errors import TrainingError
from mnistviz.core.types.inspection import LayerCoverage, LayerRedundancy
from mnistviz.digits.data_sets.library import data_of
from mnistviz.inspection.channels.channel_statistics import layer_statistics
from mnistviz.inspection.channels.redundancy import use_of
from mnistviz.inspection.kernels.coverage import coverage_of
from mnistviz.runs import desired_state, metrics_log, registry, snapshots, worker_log
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.load import load
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.studies.plans import StudySpec, Trial
from mnistviz.studies.study_directory import TrialResult
from mnistviz.training import launcher, worker

POLL_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome:
    """The outcome of a trial.

    From another machine it includes the redundancy of the channels, the coverage of the kernels,
    and the run itself as a zip file.
    """

    result: TrialResult
    redundancy: tuple[LayerRedundancy, ...] = ()
    coverage: tuple[LayerCoverage, ...] = ()
    archive: bytes | None = None


def train_by_worker(spec: StudySpec, stopped: Callable[[], bool], trial: Trial) -> Outcome:
    """Train or resume a trial to its end, in a child process that outlives this one.

    Raises `TrainingError` when the training fails, `CancelledError` when `stopped` returns true.
    """
    if stopped():
        raise CancelledError
    run = run_of(spec, trial)
    if run is None:
        run = launcher.start(spec.recipe, *spec.specs_of(trial), spec.run_name(trial), spec.data)
    elif run_state(run) not in (*ACTIVE_STATES, "finished"):
        launcher.resume(run)
    stopping = False
    while run_state(run) in ACTIVE_STATES:
        if not stopping and stopped():
            launcher.stop(run)
            stopping = True
        time.sleep(POLL_SECONDS)
    return _outcome_of(run, trial, stopping)


def train_here(spec: StudySpec, stopped: Callable[[], bool], trial: Trial) -> Outcome:
    """Train or resume a trial to its end, in this process. Raises as `train_by_worker` does.

    To stop it while it trains, stop its run.
    """
    if stopped():
        raise CancelledError
    run = run_of(spec, trial)
    if run is None:
        run = registry.create_run(
            spec.recipe, *spec.specs_of(trial), spec.run_name(trial), data=spec.data
        )
    if run_state(run) != "finished":
        desired_state.change(run, mode="run", until_step=None)
        worker.main(str(run.path), low_priority=False)
    return _outcome_of(run, trial, stopped())


def _outcome_of(run: Run, trial: Trial, stopping: bool) -> Outcome:
    state = run_state(run)
    if state == "finished":
        return Outcome(result_of(run, trial))
    if stopping:
        raise CancelledError
    reason = worker_log.reason_of_end(run) if state in ("failed", "crashed") else "by a person"
    raise TrainingError(f"{run.name} {state}: {reason}")


def run_of(spec: StudySpec, trial: Trial) -> Run | None:
    """Return the run of a trial, None where none has the name and the settings of the study."""
    wanted = (*spec.specs_of(trial), spec.data.sha256 if spec.data else None)
    for run in registry.list_runs():
        data = run.spec.data.sha256 if run.spec.data else None
        same = (run.spec.model, run.spec.train, data) == wanted and run.spec.parent is None
        if same and run.name == spec.run_name(trial):
            return run
    return None


def result_of(run: Run, trial: Trial) -> TrialResult:
    """Return the result of a finished run. Raises `TrainingError` when its log has none."""
    rows = metrics_log.read(run)
    validation, test = metrics_log.last_results(run, rows)
    if validation is None or test is None:
        raise TrainingError(f"{run.name}: expected a test result in {run.metrics_file}, none there")
    epochs = epochs_of(rows, run.spec.train.steps_per_epoch)
    starts = [
        event for event in MetricsReader(run.metrics_file).events() if event["event"] == "start"
    ]
    start = starts[0] if starts else {}
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
            "tensorflow": str(start.get("tensorflow", "")),
            "keras": str(start.get("keras", "")),
            "machine": f"{platform.machine()}, {start.get('cores', os.cpu_count())} cores",
        },
    )


def redundancy_of(run: Run) -> tuple[LayerRedundancy, ...]:
    """Return the redundancy of each layer of a run's last snapshot, on its test images."""
    network = load(latest_snapshot(run))
    found = layer_statistics(network, data_of(run.spec.data).x_test)
    return tuple(use_of(layer, one) for layer, one in found.items())


def coverage_of_run(run: Run) -> tuple[LayerCoverage, ...]:
    """Return the coverage of the 3×3 kernels of a run's last snapshot, for each layer."""
    weights = snapshots.read(latest_snapshot(run))
    kernels = {layer: arrays["kernel"] for layer, arrays in weights.items() if "kernel" in arrays}
    return tuple(
        coverage_of(layer, kernel)
        for layer, kernel in kernels.items()
        if kernel.shape[:2] == (3, 3)
    )
