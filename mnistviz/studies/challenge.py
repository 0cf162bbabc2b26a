"""The challenge: an accuracy to reach with few parameters and epochs, and what runs reached.

The exercise that the published network comes from is one: 99.4 % of the test images with fewer
than 20,000 parameters, within 20 epochs. The goal of a home folder is in its `challenge.json`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from mnistviz.core import storage
from mnistviz.core.errors import ClassError, SpecError
from mnistviz.core.frozen import Frozen
from mnistviz.core.layers.notation import MAX_PARAMETERS
from mnistviz.core.room.rules import is_visitor
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run

FILE = "challenge.json"

Images = Literal["test", "validation"]

MAX_EPOCHS = int(TrainSpec.limits("epochs")["le"])


class Goal(Frozen):
    """A goal: accuracy at least, parameters and epochs at most.

    Validation images are those that a run holds out of the training set, measured after each
    epoch. Test images are read once, at the end, unless the run validates on them.
    """

    parameters: int = Field(default=19_999, ge=1, le=MAX_PARAMETERS)
    epochs: int = Field(default=20, ge=1, le=MAX_EPOCHS)
    accuracy: float = Field(default=0.994, gt=0, le=1)
    images: Images = "test"

    @property
    def text(self) -> str:
        """The goal as a phrase, such as `at least 99.4 % of the test images with …`."""
        return (
            f"at least {100 * self.accuracy:.4g} % of the {self.images} images with at most "
            f"{self.parameters:,} parameters in at most {self.epochs} epochs"
        )


PRESETS = {
    "The published exercise": Goal(),
    "Half of the published network": Goal(parameters=7_000),
    "Ten epochs": Goal(epochs=10),
    "Tiny: 1,000 parameters": Goal(parameters=1_000, accuracy=0.97),
}


@dataclass(frozen=True)
class Outcome:
    """The result of a run.

    Attributes:
        parameters: Those of its network.
        accuracy: The best within the goal's epochs, in [0, 1]; None where none was measured.
        epoch: The first epoch that reached the goal's accuracy, or else that of `accuracy`.
        missing: What keeps the run from the goal, such as `0.12 points short`. Empty: reached.
    """

    parameters: int
    accuracy: float | None
    epoch: int | None
    missing: tuple[str, ...]

    @property
    def reached(self) -> bool:
        return not self.missing

    @property
    def text(self) -> str:
        """The outcome as a phrase."""
        if self.reached:
            return f"reached in epoch {self.epoch} with {self.parameters:,} parameters"
        return ", ".join(self.missing)


def outcome_of(goal: Goal, run: Run, rows: Sequence[MetricRow]) -> Outcome:
    """Return what a run with the log `rows` reached of a goal."""
    spec, parameters = run.spec.train, run.spec.model.parameters
    missing = []
    if parameters > goal.parameters:
        missing.append(f"{parameters - goal.parameters:,} parameters too many")
    if run.spec.parent is not None:
        missing.append("begun from another run, whose epochs count, too")
    measured = [
        (-(-row.step // spec.steps_per_epoch), row.accuracy) for row in _rows_of(goal, run, rows)
    ]
    within = [(epoch, accuracy) for epoch, accuracy in measured if epoch <= goal.epochs]
    if not within:
        # A test accuracy is that of the last epoch.
        late = measured and f"measured after epoch {measured[0][0]}, past the limit"
        missing.append(late or f"no accuracy on {goal.images} images yet")
        return Outcome(parameters, None, None, tuple(missing))
    for epoch, accuracy in within:
        if accuracy >= goal.accuracy:
            return Outcome(parameters, accuracy, epoch, tuple(missing))
    epoch, best = max(within, key=lambda each: each[1])
    missing.append(f"{100 * (goal.accuracy - best):.2f} points short, best in epoch {epoch}")
    return Outcome(parameters, best, epoch, tuple(missing))


def _rows_of(goal: Goal, run: Run, rows: Sequence[MetricRow]) -> list[MetricRow]:
    """The rows of a log that measure the goal's images."""
    validates_on_test = run.spec.train.validated_on == "test"
    if goal.images == "test":
        wanted = "validation" if validates_on_test else "test"
        return [row for row in rows if row.split == wanted]
    return [] if validates_on_test else [row for row in rows if row.split == "validation"]


def front(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return the points (parameters, accuracy) that no other beats in both, by parameters."""
    best: list[tuple[int, float]] = []
    for parameters, accuracy in sorted(points, key=lambda point: (point[0], -point[1])):
        if not best or accuracy > best[-1][1]:
            best.append((parameters, accuracy))
    return best


def goal() -> Goal | None:
    """The goal of the home folder, or None. In a class, that of the teacher holds for all."""
    file = _file_of_all() if _file_of_all().exists() else _file()
    try:
        return Goal(**storage.read_json(file)) if file.exists() else None
    except SpecError:
        # Written by another version.
        return None


def set_goal(new: Goal | None) -> None:
    """Make `new` the goal of the home folder, or remove it.

    Raises `RunError`, and `ClassError` for a visitor of a class whose teacher has set a goal.
    """
    if is_visitor() and _file_of_all().exists():
        raise ClassError("The teacher has set the goal of this class; ask the teacher.")
    with storage.home_lock():
        if new is None:
            _file().unlink(missing_ok=True)
        else:
            storage.write_json(_file(), new.model_dump())


def _file_of_all() -> Path:
    return storage.room() / FILE


def _file() -> Path:
    return storage.home() / FILE
