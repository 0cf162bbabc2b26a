"""Which visitors have a window open now, counted by the server as windows come and go."""

import threading
from collections import Counter
from collections.abc import Mapping

_windows: Counter[str] = Counter()
_lock = threading.Lock()


def come(space_id: str) -> int:
    """Count a window that was opened; return how many this space has now."""
    with _lock:
        _windows[space_id] += 1
        return _windows[space_id]


def go(space_id: str) -> None:
    """Count a window that was closed."""
    with _lock:
        _windows[space_id] -= 1
        if _windows[space_id] <= 0:
            del _windows[space_id]


def present() -> Mapping[str, int]:
    """The number of open windows by the id of the space, of those that have one."""
    with _lock:
        return dict(_windows)
