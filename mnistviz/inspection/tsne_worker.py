"""The process that works out the t-SNE map of a snapshot.

Started as `python -m mnistviz.inspection.tsne_worker RUN_DIR STEP`. It holds a lock while
it works, tells its progress in a file, and ends when that file is removed.
"""

import os
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from mnistviz import cache, runs
from mnistviz.runs import Run

MAP = "map"
TSNE = "tsne"

# Pages stay quick beside it.
NICENESS = 10

# A page that asks how far a worker is holds the lock for a moment: hence the patience.
PATIENCE_SECONDS = 5.0


class _StoppedError(Exception):
    """A person doesn't want the map any more."""


def progress_file(run: Run, step: int) -> Path:
    return cache.file_of(run, step, TSNE).with_suffix(".progress.json")


def lock_file(run: Run, step: int) -> Path:
    return cache.file_of(run, step, TSNE).with_suffix(".lock")


def log_file(run: Run, step: int) -> Path:
    return cache.file_of(run, step, TSNE).with_suffix(".log")


def progress_of(run: Run, step: int) -> float | None:
    """The share in [0, 1] that a worker has done, or None when none is at work."""
    file = lock_file(run, step)
    if not file.exists():
        return None
    try:
        with FileLock(file, timeout=0):
            return None
    except Timeout:
        return float(runs.read_json(progress_file(run, step)).get("done", 0))


def stop(run: Run, step: int) -> None:
    """Let a worker end at its next report, within seconds."""
    progress_file(run, step).unlink(missing_ok=True)


def work(run: Run, step: int) -> None:
    """Work out the map and keep it, unless another process is at it or it is there."""
    lock_file(run, step).parent.mkdir(parents=True, exist_ok=True)
    file = progress_file(run, step)
    try:
        with FileLock(lock_file(run, step), timeout=PATIENCE_SECONDS):
            runs.write_json(file, {"done": 0.0})
            try:
                _work(run, step)
            except _StoppedError:
                pass
            finally:
                file.unlink(missing_ok=True)
    except Timeout:
        pass


def _work(run: Run, step: int) -> None:
    if cache.read(run, step, TSNE) is not None:
        return

    def tell(done: float) -> None:
        file = progress_file(run, step)
        if not file.exists():
            raise _StoppedError
        runs.write_json(file, {"done": done})

    # Only now: a page waits for the lock, and this takes seconds.
    from mnistviz.inspection import embedding

    found = cache.read(run, step, MAP)
    if found is None:
        from dataclasses import asdict

        from mnistviz.data import load_mnist
        from mnistviz.model import load

        found = asdict(embedding.digit_map(load(run, step), load_mnist().x_test))
        cache.write(run, step, MAP, found)
    cache.write(run, step, TSNE, {"plane": embedding.tsne(found["places"], tell)})


def main() -> None:
    os.nice(NICENESS)
    # Beside a training, threads that spin while they wait for each other make it many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    work(runs.open_run(Path(sys.argv[1])), int(sys.argv[2]))


if __name__ == "__main__":
    main()
