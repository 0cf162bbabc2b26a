"""The project's results in speed and accuracy, from stored measurements.

`assets/benchmarks/` has the output of the commands with `--json`, from which the table of the
Overview page and that of the README are made.
"""

import csv
import json
from dataclasses import dataclass
from typing import Any

from mnistviz.core.assets import ASSETS

BENCHMARKS = ASSETS / "benchmarks"
PUBLISHED_LOG = ASSETS / "reference_log.csv"

# The accuracy that the recipe quick is to reach.
GOAL = 0.994

RECIPES = ("reference", "quick", "best", "handwriting")

NO_RESULT = "–"


@dataclass(frozen=True)
class PublishedResult:
    """One row of the table: the measure, three results, the command that measures ours."""

    measure: str
    published: str
    keras: str
    ours: str
    command: str


def published_results() -> list[PublishedResult]:
    """Return the rows of the table."""
    speed = _read("speed")
    keras, ours = speed["epochs"]["keras"], speed["epochs"]["mnistviz"]
    with PUBLISHED_LOG.open(encoding="utf-8") as file:
        log = list(csv.DictReader(file))
    accuracies = [float(line["val_accuracy"]) for line in log]
    epochs_to_goal = next(epoch for epoch, value in enumerate(accuracies, 1) if value >= GOAL)
    seconds = [float(line["seconds"]) for line in log]
    bench = "python -m benchmarks.speed"
    lines = [
        PublishedResult(
            "Seconds an epoch, reference recipe",
            f"{seconds[-1]:.0f}, on a cloud GPU",
            f"{keras['median']:.1f}",
            f"{ours['median']:.1f}, {ours['ratio']:.2f}× of Keras",
            bench,
        ),
        PublishedResult(
            f"Seconds to {GOAL:.2%}",
            f"{sum(seconds[:epochs_to_goal]):.0f}, {epochs_to_goal} epochs",
            f"{epochs_to_goal * keras['median']:.0f} for {epochs_to_goal} epochs",
            f"{speed['quick']['seconds']:.0f}, recipe quick",
            bench,
        ),
    ]
    for recipe in RECIPES:
        record = _read(f"accuracy-{recipe}")
        number = len(record["seeds"])
        lines.append(
            PublishedResult(
                f"Test accuracy, recipe {recipe}, {record['epochs']} epochs",
                f"{accuracies[-1]:.2%}" if recipe == "reference" else NO_RESULT,
                NO_RESULT,
                f"{record['mean']:.2%} ± {100 * record['deviation']:.2f}, {number} seeds",
                f"python -m mnistviz benchmark accuracy --recipe {recipe} --seeds 0-{number - 1}",
            )
        )
    pens = pen_strokes()
    rates = ", ".join(f"{run} {row['right']:.1%}" for run, row in pens["runs"].items())
    what = f"Read right of {pens['digits']:,} digits that {pens['writers']} people drew with a pen"
    lines.append(
        PublishedResult(what, NO_RESULT, NO_RESULT, rates, "python -m benchmarks.strokes FILE")
    )
    return lines


def pen_strokes() -> dict[str, Any]:
    """Return the accuracies of the bundled runs on pen strokes (`benchmarks.strokes`)."""
    return _read("strokes")


def _read(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))
    return record
