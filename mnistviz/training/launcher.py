"""Starts the workers and tells them what a person wants. The only user of subprocess."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from mnistviz.core.assets import PROJECT
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import RunError, StudyError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.inspection import Replacement
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.inspection import channel_worker, jobs, tsne_worker
from mnistviz.inspection.channels import channel_results_files
from mnistviz.runs import desired_state, fine_tune_set, metadata, registry, snapshots, worker_log
from mnistviz.runs.registry import ACTIVE_STATES, Run

# A worker takes its lock within a second, before it imports TensorFlow.
START_TIMEOUT_SECONDS = 30


def start(recipe: str, model: ModelSpec, train: TrainSpec, name: str | None = None) -> Run:
    """Create a run and start its worker, which lives on when this process ends.

    Returns when the worker holds the run. Raises `RunError` when the name can't
    be had or the worker dies at once.
    """
    return _start_worker(registry.create_run(recipe, model, train, name))


def fork(parent: Run, step: int, train: TrainSpec, name: str | None = None) -> Run:
    """Create and start a run whose first weights are those of a parent's snapshot.

    The optimizer starts anew, for a snapshot holds weights alone. Raises as
    `start` does, and when the snapshot is missing or damaged.
    """
    weights = snapshots.read(parent, step)
    of_parent = Parent(run=parent.id, step=step)
    spec = parent.spec
    # What it has left to train is the same mixture.
    own = fine_tune_set.read(parent) if spec.own else None
    run = registry.create_run(spec.recipe, spec.model, train, name, of_parent, spec.own)
    snapshots.write_start(run, weights)
    if own:
        fine_tune_set.write(run.path, own)
    return _start_worker(run)


def fine_tune(
    parent: Run,
    step: int,
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
    weights = snapshots.read(parent, step)
    parts = fine_tune_set.split(found, fold)
    own = fine_tune_set.described(parts, found, share, fold)
    if name is None:
        name = metadata.numbered_name(f"{parent.name[:40]}-my-digits", registry.taken_names())
    run = registry.create_run(
        parent.spec.recipe,
        parent.spec.model,
        train or fine_tune_set.settings(parent.spec.train),
        name,
        Parent(run=parent.id, step=step),
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
    state = registry.run_state(run)
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
    module = "mnistviz.training.worker"
    worker = _start_process([module, str(run.path)], worker_log.file_of(run))
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while registry.run_state(run) not in ACTIVE_STATES:
        if worker.poll() is not None or time.monotonic() > deadline:
            tail = worker_log.read_last(run).splitlines()
            reason = tail[-1] if tail else "it left no word"
            raise RunError(f"{run.name}: the training process did not start ({reason})")
        time.sleep(0.02)
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


def start_tsne(run: Run, step: int) -> None:
    """Start a process that works out the t-SNE map of a snapshot and keeps it.

    Returns when it is at work. Raises `RunError` when it dies at once.
    """
    _start_job(run, step, tsne_worker.TSNE, tsne_worker.__name__)


def start_ablation(run: Run, step: int, layer: str, replacement: Replacement) -> None:
    """Start a process that switches channels off on all test images, as `start_tsne` does."""
    name = channel_results_files.ablation_name(layer, replacement, NUM_TEST_IMAGES)
    _start_job(run, step, name, channel_worker.__name__, "ablation", layer, replacement)


def start_tuning(run: Run, step: int, layer: str) -> None:
    """Start a process that cuts channels out and trains on, as `start_tsne` does."""
    _start_job(
        run, step, channel_results_files.tuned_name(layer), channel_worker.__name__, "tuning", layer
    )


def _start_job(run: Run, step: int, name: str, module: str, *words: str) -> None:
    log_file = jobs.log_file(run, step, name)
    log_file.parent.mkdir(parents=True, exist_ok=True)
    log_file.unlink(missing_ok=True)
    worker = _start_process([module, str(run.path), str(step), *words], log_file)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while jobs.progress_of(run, step, name) is None and worker.poll() != 0:
        if worker.poll() is not None or time.monotonic() > deadline:
            tail = log_file.read_text(errors="replace").strip().splitlines()
            reason = tail[-1] if tail else "it left no word"
            raise RunError(f"{run.name}: the process that works it out did not start ({reason})")
        time.sleep(0.02)


def start_study(directory: Path, workers: int = 1) -> None:
    """Start a process that carries the study in a directory on; it lives on when this one ends.

    Returns when it is at work. Raises `StudyError` when it dies at once.
    """
    log_file = directory / "study.log"
    log_file.unlink(missing_ok=True)
    process = _start_process(["mnistviz.studies.runner", str(directory), str(workers)], log_file)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not registry.is_locked(directory / "study.lock") and process.poll() != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log_file.read_text(errors="replace").strip().splitlines()
            reason = tail[-1] if tail else "it left no word"
            raise StudyError(f"{directory.name}: the study's process did not start ({reason})")
        time.sleep(0.02)


def _start_process(module_and_words: Sequence[str], log_file: Path) -> subprocess.Popen[bytes]:
    """Start a Python module in a session of its own, with its output at the end of a file."""
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module_and_words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=PROJECT,
            env={**os.environ, "MNISTVIZ_HOME": str(registry.home())},
            start_new_session=True,
        )
    # Reaps it when it ends; it does not end with us.
    threading.Thread(target=process.wait, daemon=True).start()
    return process
