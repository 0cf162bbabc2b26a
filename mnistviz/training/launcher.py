"""Starts the worker processes of runs and controls them."""

from mnistviz.core.errors import RunError, TrainingError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.processes import ProcessStartError, start_module
from mnistviz.core.room import rules
from mnistviz.core.run_spec import DataRef, OwnDigits, Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.data_sets.library import data_of
from mnistviz.network.tensorflow_failure import absence
from mnistviz.runs import desired_state, fine_tune_set, registry, snapshots, worker_log
from mnistviz.runs.fine_tune_set import Split
from mnistviz.runs.queue.slots import has_free_slot
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import memory, warm_start


def start(
    recipe: str,
    model: ModelSpec,
    train: TrainSpec,
    name: str | None = None,
    data: DataRef | None = None,
) -> Run:
    """Create a run and start its worker process, which outlives this one.

    Returns when the worker has started. Raises `RunError` when the name is not
    available or the worker ends at once, `DataError` when the data set is not here, and
    `TrainingError` when memory is too little or TensorFlow is not installed.
    """
    if reason := obstacle():
        raise TrainingError(reason)
    if data is not None:
        data_of(data)
    return start_worker(registry.create_run(recipe, model, train, name, data=data))


def fork(snapshot: Snapshot, train: TrainSpec, name: str | None = None) -> Run:
    """Create and start a run whose first weights are those of a parent's snapshot.

    The optimizer starts with a new state, as a snapshot has only weights. Raises as
    `start` does, and when the snapshot is missing or damaged.
    """
    # A fine-tuned run goes on with the same digits.
    own = snapshot.run.spec.own
    return start_from(snapshot, train, name, own, fine_tune_set.read(snapshot.run) if own else None)


def start_from(
    snapshot: Snapshot,
    train: TrainSpec,
    name: str | None,
    own: OwnDigits | None,
    parts: Split | None,
) -> Run:
    """Start a run with the weights of a snapshot, and a person's digits copied into it."""
    if reason := obstacle():
        raise TrainingError(reason)
    weights = snapshots.read(snapshot)
    spec, parent = snapshot.run.spec, Parent(run=snapshot.run.id, step=snapshot.step)
    run = registry.create_run(spec.recipe, spec.model, train, name, parent, own, spec.data)
    snapshots.write_start(run, weights)
    if parts:
        fine_tune_set.write(run.path, parts)
    return start_worker(run)


def resume(run: Run, learning_rate: float | None = None) -> None:
    """Resume a run that was stopped, killed or failed from its last checkpoint.

    `learning_rate` replaces that of the run. Raises `RunError` when the run is bundled,
    imported, active or finished, and `TrainingError` when memory is too little or TensorFlow is not
    installed.
    """
    state = run_state(run)
    if run.bundled:
        raise RunError(f"{run.name} is bundled and can't be changed; fork it: --from {run.name}")
    if state in ACTIVE_STATES:
        raise RunError(f"{run.name} is {state}: it needs no resuming")
    if run.imported:
        raise RunError(
            f"{run.name} was imported without its checkpoints; fork it: --from {run.name}"
        )
    if state == "finished":
        raise RunError(f"{run.name} is finished: there is nothing left to train")
    if reason := obstacle():
        raise TrainingError(reason)
    changes = {} if learning_rate is None else {"learning_rate": learning_rate}
    desired_state.change(run, mode="run", until_step=None, **changes)
    start_worker(run)


def obstacle() -> str:
    """Return why a run can't start to train now, or "".

    The teacher has switched training off, or memory or TensorFlow is missing.
    """
    if not rules.is_allowed("training"):
        return rules.refusal("training")
    if reason := absence():
        return reason
    try:
        # A warm worker has its memory already. A run that is queued gets that of the one before.
        if warm_start.is_offered() or not has_free_slot():
            return ""
    except OSError:
        # A home that can't be written to: the creation of a run says so.
        return ""
    return memory.shortage()


def start_worker(run: Run) -> Run:
    """Start the worker process of a run, the warm one if there is one.

    Raises `RunError` when it ends at once.
    """
    worker_log.begin(run)
    if warm_start.hand_over(run):
        return run
    try:
        start_module(
            "mnistviz.training.worker",
            [str(run.path)],
            worker_log.file_of(run),
            lambda: run_state(run) in ACTIVE_STATES,
        )
    except ProcessStartError as error:
        raise RunError(f"{run.name}: the training process did not start ({error})") from None
    return run


def stop(run: Run) -> None:
    """Ask a run's worker to stop after its current step and save its state."""
    desired_state.change(run, mode="stop")


def pause(run: Run) -> None:
    """Ask a run's worker to wait after its current step."""
    desired_state.change(run, mode="pause")


def go_on(run: Run) -> None:
    """Ask a paused worker to continue to the end."""
    desired_state.change(run, mode="run", until_step=None)


def train_until(run: Run, step: int) -> None:
    """Ask a paused worker to continue to a step and pause again."""
    desired_state.change(run, mode="run", until_step=step)


def set_learning_rate(run: Run, rate: float | None) -> None:
    """Set the learning rate from the next step on; None: that of the schedule.

    Raises `SpecError` when it is out of limits.
    """
    desired_state.change(run, learning_rate=rate)
