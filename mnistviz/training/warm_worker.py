"""A worker that is started before its run: `python -m mnistviz.training.warm_worker FOLDER`.

It imports TensorFlow, loads MNIST and trains throw-away networks with the settings that pages
announce, so that the functions of a training step are compiled. It then becomes the worker of the
first run that is handed over: its output goes to the log of that run, and it ends with it. Without
a run it ends after two minutes in which no page wanted it, and as soon as the code has changed,
no slot is free or its folder is gone. `warm_start` has the files.
"""

import faulthandler
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.network import tensorflow_failure
from mnistviz.runs import registry, worker_log
from mnistviz.runs.queue.slots import Slot, has_free_slot
from mnistviz.runs.registry import Run
from mnistviz.training import warm_start, worker
from mnistviz.training.warm_start import POLL_SECONDS, Files, Wish, fingerprint, idle_seconds

CHECK_SECONDS = 1.0


def main(folder: str) -> int:
    """Wait for a run in a folder and train it. Return the exit code."""
    files = warm_start.files(Path(folder))
    # The lock is released in another moment than the block ends: not by a `with` statement.
    lock = FileLock(files.lock)
    try:
        # A page that checks whether a warm worker lives holds the lock for a moment.
        lock.acquire(timeout=1)
    except Timeout:
        return 0
    faulthandler.enable()
    worker.lower_priority()
    for left_over in (files.next, files.accepted):
        left_over.unlink(missing_ok=True)
    code = fingerprint()
    _offer(files, code, num_rehearsed=0)
    preparation = Preparation(files, code)
    preparation.start()
    with Slot(files.folder.parent) as slot:
        run = _wait_for_run(files, lambda: preparation.failed or code != fingerprint(), slot)
        if run is None or preparation.failed:
            # Not by `return`: the other thread may be within TensorFlow.
            os._exit(0)
        worker_log.send_output_to(run)
        # In a class, another visitor may have asked for this process.
        os.environ["MNISTVIZ_HOME"] = str(run.path.parent)

        def started() -> None:
            preparation.end()
            files.accepted.unlink(missing_ok=True)
            lock.release()
            preparation.join()

        result = worker.work(run, slot, started)
        worker.work_on(slot, code)
        return result


def _offer(files: Files, code: str, num_rehearsed: int) -> None:
    storage.write_json(files.offer, {"fingerprint": code, "rehearsed": num_rehearsed})


def _wait_for_run(files: Files, is_outdated: Callable[[], bool], slot: Slot) -> Run | None:
    """Return the run that is handed over, once it has a slot; None where the wait is over."""
    wanted, last_wanted, next_check = 0, time.monotonic(), 0.0
    while True:
        if (run := _accept(files, slot)) is not None:
            return run
        now = time.monotonic()
        if now >= next_check:
            next_check = now + CHECK_SECONDS
            if not files.folder.exists():
                return None
            # The time on the clock may jump: only whether it has changed counts.
            if (time_of_wish := _modified(files.wanted)) != wanted:
                wanted, last_wanted = time_of_wish, now
            idle = now - last_wanted > idle_seconds()
            if idle or not has_free_slot(files.folder.parent) or is_outdated():
                return None
        time.sleep(POLL_SECONDS)


def _modified(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _accept(files: Files, slot: Slot) -> Run | None:
    """Return the run that is handed over, if any; it is refused where no slot is free."""
    try:
        files.next.rename(files.accepted)
    except OSError:
        return None
    try:
        run = registry.open_run(Path(str(storage.read_json(files.accepted).get("run"))))
        if slot.take(run):
            return run
    except MnistVizError:
        traceback.print_exc()
    files.accepted.unlink(missing_ok=True)
    return None


class _EndedError(Exception):
    """A run has been handed over: no more is prepared."""


class Preparation(threading.Thread):
    """Loads TensorFlow and MNIST, then trains throw-away networks with the settings wanted."""

    def __init__(self, files: Files, code: str) -> None:
        super().__init__(daemon=True)
        self.failed = False
        self._files = files
        self._code = code
        self._is_over = threading.Event()

    def end(self) -> None:
        """Prepare no more: the thread ends after its current step."""
        self._is_over.set()

    def run(self) -> None:
        try:
            self._prepare()
        except _EndedError:
            pass
        except Exception:
            # A worker of its own says what is wrong.
            traceback.print_exc()
            self.failed = True

    def _prepare(self) -> None:
        from mnistviz.digits.synthetic_digits import pen_digits

        with tensorflow_failure.explained():
            from mnistviz.training.rehearsal import rehearse

        done: list[Wish] = []
        read = 0
        while not self._is_over.is_set():
            if (now := _modified(self._files.wanted)) != read:
                read = now
                wishes = _wishes(self._files)
                for model, train in wishes:
                    rehearse(model, train, done, self._check)
                    self._check()
                    _offer(self._files, self._code, len(done))
                for _, train in wishes:
                    if train.pen_digits:
                        # Seconds of work that a run without pen digits need not wait for.
                        digits = (train.pen_digits, train.seed)
                        threading.Thread(target=pen_digits, args=digits, daemon=True).start()
            self._is_over.wait(POLL_SECONDS)

    def _check(self) -> None:
        if self._is_over.is_set():
            raise _EndedError


def _wishes(files: Files) -> list[Wish]:
    """Return the settings that pages want, without those that can't be read."""
    wishes = []
    for wish in storage.read_json(files.wanted).get("wishes", []):
        try:
            wishes.append((ModelSpec(**wish["model"]), TrainSpec(**wish["train"])))
        except MnistVizError:
            continue
    return wishes


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
