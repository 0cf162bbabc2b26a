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

RECIPES = ("reference", "quick", "best")

NO_RESULT = "–"

# Names for the rows of `benchmarks.wild`.
PEOPLE_NAMES = {
    "pen strokes": "Pen strokes",
    "pictures of strokes, 18 px brush": "Pictures of strokes",
    "screen, up to 32 px": "Drawn in a paint program, up to 32 pixels",
    "screen, over 32 px": "Drawn in a paint program, larger",
    "paper, up to 100 px": "On paper, up to 100 pixels",
    "paper, over 100 px": "On paper, larger photos and scans",
}


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
    return lines


@dataclass(frozen=True)
class PeopleResult:
    """How `count` digits, numbers or drawings of strangers were read: shares in [0, 1].

    `right` is None for what is no digit. A digit that is refused counts as wrong.
    """

    what: str
    count: int
    right: float | None
    refused: float | None


def people_results() -> list[PeopleResult]:
    """Return how the bundled run `best` reads strangers' digits (`benchmarks.wild`)."""
    found = _read("wild")
    rows = {**found["strokes"]["rows"], **found["photos"]["rows"]}
    results = [
        PeopleResult(PEOPLE_NAMES[name], row["count"], row["right"], row["refused"])
        for name, row in rows.items()
        if name in PEOPLE_NAMES
    ]
    numbers = found["numbers"]
    name = "Numbers of several digits, right as a whole"
    results.append(PeopleResult(name, numbers["count"], numbers["whole"], None))
    return results + [
        PeopleResult(f"No digits: {kind}", row["count"], None, row["refused"])
        for kind, row in found["non_digits"].items()
    ]


def _read(name: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))
    return record
