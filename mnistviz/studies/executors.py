"""Executors of a study's trials: this process, child processes, or a Dask cluster.

Each is a `concurrent.futures.Executor` with the function that trains a trial.
"""

import io
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mnistviz.core.errors import StudyError
from mnistviz.runs import snapshots
from mnistviz.runs.archive import pack
from mnistviz.studies.plans import StudySpec, Trial
from mnistviz.studies.trial import (
    Outcome,
    coverage_of_run,
    redundancy_of,
    run_of,
    train_by_worker,
    train_here,
)
from mnistviz.training import launcher

CLUSTER_TIMEOUT_SECONDS = 10
# How often a trial is started again after its worker was lost.
RETRIES = 3


@dataclass(frozen=True)
class Trainer:
    """`executor.submit(train, trial)` trains a trial; `stop` stops one that is being trained."""

    executor: Executor
    train: Callable[[Trial], Outcome]
    stop: Callable[[Trial], None] = lambda trial: None


@contextmanager
def trainer_of(
    spec: StudySpec, stopped: Callable[[], bool], workers: int = 1, dask: str | None = None
) -> Iterator[Trainer]:
    """Yield the trainer of a study's trials; `stopped` returns whether the study is to stop.

    With `dask`, the address of a scheduler, it is that cluster; else `workers` trials at a time,
    each in a child process; with 0 workers one after another in this process. Raises `StudyError`
    when the cluster does not answer.
    """
    if dask is not None:
        with _cluster(dask) as executor:
            yield Trainer(executor, partial(train_on_cluster, spec))
    elif workers:
        with ThreadPoolExecutor(workers) as executor:
            yield Trainer(executor, partial(train_by_worker, spec, stopped))
    else:
        with ThreadPoolExecutor(1) as executor:
            yield Trainer(executor, partial(train_here, spec, stopped), partial(_stop_run, spec))


def _stop_run(spec: StudySpec, trial: Trial) -> None:
    run = run_of(spec, trial)
    if run is not None:
        launcher.stop(run)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError:
        raise StudyError(
            "dask: expected the optional packages, not installed; "
            "pip install -r requirements-dask.txt"
        ) from None
    try:
        client = Client(address, timeout=CLUSTER_TIMEOUT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StudyError(
            f"dask: expected a scheduler that answers at {address!r}, got: {error}; "
            "start one with: dask scheduler"
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=CLUSTER_TIMEOUT_SECONDS)
        except TimeoutError:
            raise StudyError(
                f"dask: expected a worker at the scheduler {address!r}, none is there; start one "
                f"in the folder of this project with: dask worker {address} --nthreads 1"
            ) from None
        # Not pure: Dask must not reuse the result of an equal call.
        yield client.get_executor(pure=False, retries=RETRIES)


def train_on_cluster(spec: StudySpec, trial: Trial) -> Outcome:
    """Train a trial on a Dask worker, in the worker's own home folder, and return everything.

    When a worker dies, its training is lost and another worker starts the trial again.
    """
    from distributed import get_worker

    home = Path(get_worker().local_directory) / "mnistviz"
    home.mkdir(parents=True, exist_ok=True)
    # The worker's process does nothing else.
    os.environ["MNISTVIZ_HOME"] = str(home)
    return with_run(spec, trial, train_here(spec, lambda: False, trial))


def with_run(spec: StudySpec, trial: Trial, outcome: Outcome) -> Outcome:
    """Return the outcome with the run itself, for a machine that can't read this home folder."""
    run = run_of(spec, trial)
    if run is None:
        return outcome
    archive = io.BytesIO()
    pack.export(run, archive, step=None, steps=snapshots.steps_of(run))
    return replace(
        outcome,
        redundancy=redundancy_of(run),
        coverage=coverage_of_run(run),
        archive=archive.getvalue(),
    )
