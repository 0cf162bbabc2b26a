"""How far a training is, in numbers and words for the page that watches it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.runs.run_state import Status

# Speed is measured over the last so many rows: long enough to be steady, short enough to notice
# that another program takes the cores.
ROWS_OF_SPEED = 20

UNKNOWN = "–"


@dataclass(frozen=True)
class Progress:
    """`of_run` and `of_epoch` are in [0, 1]; `epoch` counts from 1; what is unknown is None.

    `accuracy` is the mean over the latest rows.
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
    """How far a run is, from its last status and its rows."""
    batches = [row for row in rows if row.split == "batch"]
    step = max(status.step if status else 0, batches[-1].step if batches else 0)
    done, within = divmod(step, spec.steps_per_epoch)
    # A whole number of epochs is the end of one, not the start of the next, while it validates.
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
