"""The process that trains one run: `python -m mnistviz.training.worker RUN_DIR`.

It outlives the page, the tab and the server that started it. It writes
`metrics.jsonl`, `status.json`, the snapshots and the checkpoints, and reads
`control.json`. An unfinished run is resumed from its last checkpoint.
"""

import faulthandler
import gc
import os
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz.core import processes, storage
from mnistviz.core.errors import MnistVizError, RunError, StorageError
from mnistviz.network import tensorflow_failure
from mnistviz.runs import checkpoints, fine_tune_set, registry, snapshots, worker_log
from mnistviz.runs.queue import finished_log, tickets
from mnistviz.runs.queue.room import room_of
from mnistviz.runs.queue.slots import Slot
from mnistviz.runs.registry import Run
from mnistviz.training.recorder import RunRecorder
from mnistviz.training.warm_start import fingerprint

# A low priority, so that pages stay fast while all cores train.
NICENESS = 10


def main(run_directory: str, *, low_priority: bool = True) -> int:
    """Train the run in a directory to its end, or until it is stopped. Return the exit code.

    `low_priority` lowers the priority of this process.
    """
    if low_priority:
        lower_priority()
    code, run = fingerprint(), registry.open_run(Path(run_directory).absolute())
    with Slot(room_of(run.path.parent)) as slot:
        result = work(run, slot)
        work_on(slot, code)
        return result


def work(
    run: Run, slot: Slot, started: Callable[[], None] | None = None, lock: FileLock | None = None
) -> int:
    """Train a run to its end, or until it is stopped. Return the exit code.

    A warm worker already holds the slot; it gives `started`, which is called when the run has its
    lock and its state. `lock` is the run's lock, where this process holds it already. Raises
    `RunError` when another worker trains the run.
    """
    with ExitStack() as locks:
        try:
            # A page that checks whether the worker lives holds the lock for a moment: wait for it.
            locks.enter_context(lock or FileLock(run.path / "worker.lock", timeout=5))
        except Timeout:
            raise RunError(f"{run.name}: another worker already trains this run") from None
        if lock is not None:
            # It was acquired before: the second release ends it.
            locks.callback(lock.release)
        _remove_parts(run)
        # Crashes inside TensorFlow are written to the run's log, too.
        faulthandler.enable()
        recorder = locks.enter_context(closing(RunRecorder(run, slot)))
        locks.callback(tickets.give_back, run)
        try:
            return _work(run, slot, recorder, started)
        except Exception as error:
            if _is_defect(error):
                traceback.print_exc()
            # On a full disk this fails, too, and the state is 'crashed'.
            with suppress(OSError):
                recorder.set_state("failed", _reason(error))
            return 1


def _work(run: Run, slot: Slot, recorder: RunRecorder, started: Callable[[], None] | None) -> int:
    if started is None:
        recorder.set_state("queued")
        tickets.take(run, fingerprint())
        match slot.wait(run):
            case "stopped":
                recorder.set_state("stopped")
                return 0
            case "taken over":
                recorder.set_state("queued", changes_hands=True)
                return 0
    tickets.take(run)
    begun = time.monotonic()
    recorder.set_state("starting")
    if started is not None:
        started()
    try:
        finished = _train(run, recorder, warm=started is not None)
    finally:
        first, end = recorder.time_of_first_step, time.monotonic()
        finished_log.add(
            run,
            start_seconds=(first or end) - begun,
            seconds=end - begun,
            is_whole=recorder.was_never_interrupted,
        )
    recorder.set_state("finished" if finished else "stopped")
    if finished:
        checkpoints.discard(run)
    return 0


def work_on(slot: Slot, code: str) -> None:
    """Train the runs that wait, one after the other, as long as this process has its slot.

    TensorFlow is loaded already, so that each starts seconds earlier than in a process of its own.
    `code` is the fingerprint of this process: it trains no run that waits for another one.
    """
    while slot.is_held and (found := slot.take_over(code)) is not None:
        run, lock = found
        # The networks of the run before.
        if "keras" in sys.modules:
            sys.modules["keras"].utils.clear_session()
        gc.collect()
        worker_log.send_output_to(run)
        # In a class it may be another visitor's.
        os.environ["MNISTVIZ_HOME"] = str(run.path.parent)
        work(run, slot, lambda: None, lock)


def _remove_parts(run: Run) -> None:
    """Remove the parts of files that a killed worker of the run was writing."""
    for pattern in (".status.json-*.part", "snapshots/.*.part", "checkpoints/.*.part"):
        for part in run.path.glob(pattern):
            part.unlink(missing_ok=True)


def lower_priority() -> None:
    """Lower the priority of this process."""
    processes.lower_priority(NICENESS)
    # Linux schedules whole sessions first, and this process has its own.
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(NICENESS))


def _is_defect(error: Exception) -> bool:
    """Return whether an error is one of the program, whose traceback helps to find it."""
    if isinstance(error, OSError):
        return not isinstance(error, StorageError) and error.errno not in storage.UNWRITABLE
    return not isinstance(error, MnistVizError)


def _reason(error: Exception) -> str:
    unwritten = "a file of the run can't be written: {}. Make room, then resume"
    match error:
        case StorageError(strerror=reason):
            return unwritten.format(reason)
        case MnistVizError():
            return str(error)
        case OSError(errno=number, strerror=reason) if number in storage.UNWRITABLE:
            return unwritten.format(reason)
        case _:
            return repr(error)


def _train(run: Run, recorder: RunRecorder, *, warm: bool) -> bool:
    """Train a run. Return whether it reached its end."""
    # TensorFlow takes seconds to import: only when the run is no longer queued.
    with tensorflow_failure.explained():
        import keras
        import tensorflow as tf

    from mnistviz.digits.data_sets.library import data_of
    from mnistviz.network.fast_layers import give_each_half_a_core
    from mnistviz.training.loop import train

    data, own = data_of(run.spec.data), run.spec.own
    if own:
        data = fine_tune_set.mixed(data, run.spec.train, own, fine_tune_set.read(run))
    give_each_half_a_core(os.cpu_count() or 1)
    checkpoint, damaged = checkpoints.read_last(run)
    recorder.begin(
        checkpoint,
        damaged,
        tensorflow=tf.__version__,
        keras=keras.__version__,
        cores=os.cpu_count(),
        warm=warm,
    )
    return train(
        run.spec.model,
        run.spec.train,
        data,
        recorder,
        first_weights=snapshots.read_start(run) if run.spec.parent else None,
        state=checkpoint.state if checkpoint else None,
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
