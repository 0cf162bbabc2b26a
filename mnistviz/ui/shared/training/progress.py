"""Progress of a training, in numbers and words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.run_state import Status
from mnistviz.texts import _

# The speed is a mean over this many rows: enough to be steady, few enough to show that another
# program slows the training down.
ROWS_OF_SPEED = 20

# Between two rows: a computer that slept, or a process that was stopped, for so long did not train.
GAP_SECONDS = 10.0
GAP_FACTOR = 10.0

UNKNOWN = "–"


@dataclass(frozen=True)
class Progress:
    """Progress of a training; values that are not known yet are None.

    `epoch` counts from 1. `of_run` and `of_epoch` are the shares that are done, in [0, 1].
    `accuracy` is the mean of the latest batches.
    """

    epoch: int
    of_run: float
    of_epoch: float
    images_per_second: float | None
    seconds_left: float | None
    learning_rate: float
    accuracy: float | None

    def without_speed(self) -> "Progress":
        """Return the progress of a run that stands still: its speed and end are not known."""
        return replace(self, images_per_second=None, seconds_left=None)

    @property
    def images_per_second_text(self) -> str:
        return UNKNOWN if self.images_per_second is None else f"{self.images_per_second:,.0f}"

    @property
    def time_left_text(self) -> str:
        if self.seconds_left is None:
            return UNKNOWN
        minutes, seconds = divmod(round(self.seconds_left), 60)
        return (
            _("{minutes} min {seconds:02} s").format(minutes=minutes, seconds=seconds)
            if minutes
            else f"{seconds} s"
        )

    @property
    def learning_rate_text(self) -> str:
        return f"{self.learning_rate:.3g}"

    @property
    def accuracy_text(self) -> str:
        return UNKNOWN if self.accuracy is None else f"{self.accuracy:.1%}"


def progress_of(spec: TrainSpec, status: Status | None, rows: Sequence[MetricRow]) -> Progress:
    """Return the progress of a run, from its last status and its rows so far."""
    batches = [row for row in rows if row.split == "batch"]
    step = max(status.step if status else 0, batches[-1].step if batches else 0)
    done, within = divmod(step, spec.steps_per_epoch)
    # After the last step of an epoch comes its validation: the next epoch has not begun.
    epoch = max(1, min(done + (within > 0), spec.epochs))
    recent = batches[-ROWS_OF_SPEED:]
    images_per_second = seconds_left = None
    if steps_per_second := _steps_per_second(recent):
        images_per_second = steps_per_second * spec.num_trained / spec.steps_per_epoch
        seconds_left = (spec.num_steps - step) / steps_per_second
    return Progress(
        epoch=epoch,
        of_run=step / spec.num_steps,
        of_epoch=1.0 if step and not within else within / spec.steps_per_epoch,
        images_per_second=images_per_second,
        seconds_left=seconds_left,
        learning_rate=batches[-1].learning_rate if batches else spec.learning_rate,
        # One batch alone jumps by several points.
        accuracy=sum(row.accuracy for row in recent) / len(recent) if recent else None,
    )


def _steps_per_second(rows: Sequence[MetricRow]) -> float | None:
    """The mean speed over rows without the gaps between them, None where it is not known."""
    parts = [(b.step - a.step, b.seconds - a.seconds) for a, b in pairwise(rows)]
    if not parts:
        return None
    longest = max(GAP_SECONDS, GAP_FACTOR * median(seconds for _, seconds in parts))
    parts = [(steps, seconds) for steps, seconds in parts if seconds <= longest] or parts
    seconds = sum(seconds for _, seconds in parts)
    return sum(steps for steps, _ in parts) / seconds if seconds > 0 else None
