"""Progress of a training, in numbers and words."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.run_state import Status

# The speed is a mean over this many rows: enough to be steady, few enough to show that another
# program slows the training down.
ROWS_OF_SPEED = 20

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

    @property
    def images_per_second_text(self) -> str:
        return UNKNOWN if self.images_per_second is None else f"{self.images_per_second:,.0f}"

    @property
    def time_left_text(self) -> str:
        if self.seconds_left is None:
            return UNKNOWN
        minutes, seconds = divmod(round(self.seconds_left), 60)
        return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"

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
    if len(recent) > 1 and recent[-1].seconds > recent[0].seconds:
        steps_per_second = (recent[-1].step - recent[0].step) / (
            recent[-1].seconds - recent[0].seconds
        )
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
