"""Says what is wrong where TensorFlow can't be loaded. TensorFlow is not imported here.

Trainings, `model.keras` in exports and pruning need TensorFlow, each in a child process. A broken
installation raises an error there; a processor without the instructions that TensorFlow was
compiled for ends the process, which `mnistviz.core.processes.crash_reason` finds in its output.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

from mnistviz.core.errors import MissingPackageError

INSTALL = "python -m pip install -r requirements.txt -c constraints.txt"
_REST = "everything that only reads a network works without it"


def absence() -> str:
    """Return what to do where TensorFlow is not installed, or "". Nothing is imported."""
    missing = [name for name in ("tensorflow", "keras") if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"TensorFlow is needed for this, and {' and '.join(missing)} is not installed; install it: "
        f"{INSTALL}; {_REST}"
    )


@contextmanager
def explained() -> Iterator[None]:
    """Turn whatever an import of TensorFlow raises into a `MissingPackageError`.

    A library that is missing is an `ImportError`; packages whose versions don't fit raise others.
    """
    try:
        yield
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise MissingPackageError(
            f"TensorFlow is needed for this and can't be loaded ({reason}); install it again: "
            f"{INSTALL}; {_REST}"
        ) from error
