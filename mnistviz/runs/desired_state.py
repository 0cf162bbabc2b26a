"""The desired state of a training: one small file that pages write and the worker reads."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.errors import SpecError
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run

Mode = Literal["run", "pause", "stop"]


@dataclass(frozen=True)
class DesiredState:
    """The desired state of a training.

    It trains until `until_step` and pauses there, or to its end where that is None.
    `learning_rate` holds from the next step on; None is the rate of the schedule.
    """

    mode: Mode = "run"
    until_step: int | None = None
    learning_rate: float | None = None


def read(run: Run) -> DesiredState:
    """The desired state of a run; the default is to train to its end."""
    stored = storage.read_json(run.path / "control.json")
    mode: Mode = stored["mode"] if stored.get("mode") in get_args(Mode) else "run"
    until_step, learning_rate = stored.get("until_step"), stored.get("learning_rate")
    return DesiredState(
        mode=mode,
        until_step=until_step if isinstance(until_step, int) else None,
        learning_rate=learning_rate if isinstance(learning_rate, float) else None,
    )


def time_of_change(run: Run) -> float | None:
    """The time of the last change, in seconds since 1970, None where there was none."""
    try:
        return (run.path / "control.json").stat().st_mtime
    except OSError:
        return None


def change(run: Run, **changes: Any) -> DesiredState:
    """Change fields of a run's desired state and return it. Two pages may do so at once.

    Raises `SpecError` for a learning rate beyond its limits, and `StorageError` where the file
    can't be written.
    """
    if (rate := changes.get("learning_rate")) is not None:
        changes["learning_rate"] = checked_learning_rate(float(rate))
    with (
        storage.writing(run.path / "control.json"),
        FileLock(run.path / "control.lock", timeout=10),
    ):
        wanted = replace(read(run), **changes)
        storage.write_json(run.path / "control.json", asdict(wanted))
    return wanted


def checked_learning_rate(rate: float) -> float:
    """The rate itself. Raises `SpecError` where it is beyond the limits of a spec."""
    limits = TrainSpec.limits("learning_rate")
    if not limits["ge"] <= rate <= limits["le"]:
        raise SpecError(
            f"learning_rate: expected {limits['ge']:g} to {limits['le']:g}, got {rate:g}"
        )
    return rate
