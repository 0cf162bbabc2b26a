"""The callback that long computations report their progress to."""

from collections.abc import Callable

# Called with the share that is done, in [0, 1], or with the number of steps or images done.
Progress = Callable[[float], object]


def no_progress(done: float) -> None:
    """Ignore the progress."""
