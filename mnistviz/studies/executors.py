"""Where the trials of a study are trained: here, in processes of their own, or on a cluster.

Each is one `concurrent.futures.Executor` and what it is to do for a trial.
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
    run_of,
    train_by_worker,
    train_here,
    uses_of,
)
from mnistviz.training import launcher

CLUSTER_TIMEOUT_SECONDS = 10
# So often a trial is begun again when the worker that trained it is gone.
RETRIES = 3


@dataclass(frozen=True)
class Trainer:
    """`executor.submit(train, trial)` trains a trial; `stop` ends one that trains already."""

    executor: Executor
    train: Callable[[Trial], Outcome]
    stop: Callable[[Trial], None] = lambda trial: None


@contextmanager
def trainer_of(
    spec: StudySpec, stopped: Callable[[], bool], workers: int = 1, dask: str | None = None
) -> Iterator[Trainer]:
    """What trains the trials of a study; `stopped` says whether it is to end.

    With `dask`, the address of a scheduler, on its cluster; else `workers` trials at a time, each
    in a process of its own; with 0 workers one after another in this process. Raises `StudyError`
    when there is no such cluster.
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
        # Not pure: two trainings of the same trial are two trainings.
        yield client.get_executor(pure=False, retries=RETRIES)


def train_on_cluster(spec: StudySpec, trial: Trial) -> Outcome:
    """Train a trial on a Dask worker, in a home of its own; all of it comes back over the wire.

    A worker that dies takes its training with it, and another one begins the trial anew.
    """
    from distributed import get_worker

    home = Path(get_worker().local_directory) / "mnistviz"
    home.mkdir(parents=True, exist_ok=True)
    # The worker's process is there for this alone.
    os.environ["MNISTVIZ_HOME"] = str(home)
    return packed(spec, trial, train_here(spec, lambda: False, trial))


def packed(spec: StudySpec, trial: Trial, outcome: Outcome) -> Outcome:
    """An outcome with all that its run has to tell, for who can't read this home."""
    run = run_of(spec, trial)
    if run is None:
        return outcome
    archive = io.BytesIO()
    pack.export(run, archive, step=None, steps=snapshots.steps_of(run))
    return replace(
        outcome, uses=uses_of(run), coverage=coverage_of_run(run), archive=archive.getvalue()
    )
