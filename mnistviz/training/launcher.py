"""Starts the workers of runs and tells them what a person wants."""

from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.processes import ProcessStartError, start_module
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.runs import desired_state, fine_tune_set, metadata, registry, snapshots, worker_log
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.runs.snapshots import Snapshot


def start(recipe: str, model: ModelSpec, train: TrainSpec, name: str | None = None) -> Run:
    """Create a run and start its worker, which lives on when this process ends.

    Returns when the worker holds the run. Raises `RunError` when the name can't
    be had or the worker dies at once.
    """
    return _start_worker(registry.create_run(recipe, model, train, name))


def fork(snapshot: Snapshot, train: TrainSpec, name: str | None = None) -> Run:
    """Create and start a run whose first weights are those of a parent's snapshot.

    The optimizer starts anew, for a snapshot holds weights alone. Raises as
    `start` does, and when the snapshot is missing or damaged.
    """
    weights = snapshots.read(snapshot)
    of_parent = Parent(run=snapshot.run.id, step=snapshot.step)
    spec = snapshot.run.spec
    # What it has left to train is the same mixture.
    own = fine_tune_set.read(snapshot.run) if spec.own else None
    run = registry.create_run(spec.recipe, spec.model, train, name, of_parent, spec.own)
    snapshots.write_start(run, weights)
    if own:
        fine_tune_set.write(run.path, own)
    return _start_worker(run)


def fine_tune(
    snapshot: Snapshot,
    found: LabelledSet,
    train: TrainSpec | None = None,
    *,
    share: float = fine_tune_set.SHARE,
    fold: int | None = 0,
    name: str | None = None,
) -> Run:
    """Fork a run and train the copy on a set of digits, mixed with MNIST's training images.

    One of four parts of the set is held out, `fold`, or none of it. The digits are copied into
    the run. Without a name it is named after its parent. Raises as `fork` does, and
    `DataError` where there are too few digits.
    """
    weights = snapshots.read(snapshot)
    parts = fine_tune_set.split(found, fold)
    own = fine_tune_set.described(parts, found, share, fold)
    if name is None:
        name = metadata.numbered_name(f"{snapshot.run.name[:40]}-my-digits", registry.taken_names())
    run = registry.create_run(
        snapshot.run.spec.recipe,
        snapshot.run.spec.model,
        train or fine_tune_set.settings(snapshot.run.spec.train),
        name,
        Parent(run=snapshot.run.id, step=snapshot.step),
        own,
    )
    snapshots.write_start(run, weights)
    fine_tune_set.write(run.path, parts)
    return _start_worker(run)


def resume(run: Run, learning_rate: float | None = None) -> None:
    """Let a run that was stopped, killed or failed go on from its last checkpoint.

    `learning_rate` replaces the one that it trained with. Raises `RunError` when
    the run is bundled, has a worker already or has reached its end.
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
    wishes = {} if learning_rate is None else {"learning_rate": learning_rate}
    desired_state.change(run, mode="run", until_step=None, **wishes)
    _start_worker(run)


def _start_worker(run: Run) -> Run:
    worker_log.begin(run)
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
    """Ask a run's worker to end after its current step and keep the result."""
    desired_state.change(run, mode="stop")


def pause(run: Run) -> None:
    """Ask a run's worker to wait after its current step."""
    desired_state.change(run, mode="pause")


def go_on(run: Run) -> None:
    """Ask a paused worker to train on to the end."""
    desired_state.change(run, mode="run", until_step=None)


def train_until(run: Run, step: int) -> None:
    """Ask a paused worker to train on until a step, and to pause there again."""
    desired_state.change(run, mode="run", until_step=step)


def set_learning_rate(run: Run, rate: float | None) -> None:
    """Set the learning rate from the next step on; None is the schedule's again.

    Raises `SpecError` where it is beyond the limits.
    """
    desired_state.change(run, learning_rate=rate)
