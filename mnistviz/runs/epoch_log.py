"""The epochs of a training, in the format of this network's published log."""

import csv
import io
from collections.abc import Sequence

from mnistviz.core.types.training import EpochRow, MetricRow

# The number of digits is that of the published log.
FORMATS = {
    "epoch": "d",
    "learning_rate": ".10g",
    "loss": ".4f",
    "accuracy": ".4f",
    "val_loss": ".4f",
    "val_accuracy": ".4f",
    "seconds": ".0f",
}


def epochs_of(rows: Sequence[MetricRow], steps_per_epoch: int) -> list[EpochRow]:
    """The complete and validated epochs of a run, in order."""
    ends: dict[int, dict[str, MetricRow]] = {}
    for row in rows:
        if row.split != "batch" and row.step % steps_per_epoch == 0:
            ends.setdefault(row.step // steps_per_epoch, {})[row.split] = row
    epochs = []
    before = 0.0
    for epoch, found in sorted(ends.items()):
        if not {"train", "validation"} <= found.keys():
            continue
        train, validation, fixed = found["train"], found["validation"], found.get("fixed_train")
        end = (fixed or validation).seconds
        epochs.append(
            EpochRow(
                epoch=epoch,
                learning_rate=train.learning_rate,
                loss=train.loss,
                accuracy=train.accuracy,
                val_loss=validation.loss,
                val_accuracy=validation.accuracy,
                seconds=end - before,
                fixed_accuracy=fixed.accuracy if fixed else None,
            )
        )
        before = end
    return epochs


def published_form(epochs: Sequence[EpochRow]) -> str:
    """The log as CSV, with the columns and digits of the published one."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FORMATS)
    for row in epochs:
        writer.writerow(format(getattr(row, name), form) for name, form in FORMATS.items())
    return text.getvalue()
