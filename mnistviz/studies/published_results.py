"""What the project claims about its speed and accuracy, from stored measurements.

`assets/benchmarks/` holds what the commands printed with `--json`; the table of the
Overview page and that of the README come from there and from nowhere else.
"""

import csv
import json
from dataclasses import dataclass
from typing import Any

from mnistviz.core.assets import ASSETS

BENCHMARKS = ASSETS / "benchmarks"
PUBLISHED_LOG = ASSETS / "reference_log.csv"

# The accuracy that the recipe quick is for.
GOAL = 0.994

RECIPES = ("reference", "quick", "best", "handwriting")

NOTHING = "–"


@dataclass(frozen=True)
class Claim:
    """One line of the table: what is measured, the three results, the command for ours."""

    what: str
    published: str
    keras: str
    ours: str
    command: str


def claims() -> list[Claim]:
    """The table, line by line."""
    speed = _read("speed")
    keras, ours = speed["epochs"]["keras"], speed["epochs"]["mnistviz"]
    with PUBLISHED_LOG.open(encoding="utf-8") as file:
        log = list(csv.DictReader(file))
    accuracies = [float(line["val_accuracy"]) for line in log]
    passed = next(epoch for epoch, value in enumerate(accuracies, 1) if value >= GOAL)
    seconds = [float(line["seconds"]) for line in log]
    bench = "python -m benchmarks.speed"
    lines = [
        Claim(
            "Seconds an epoch, reference recipe",
            f"{seconds[-1]:.0f}, on a cloud GPU",
            f"{keras['median']:.1f}",
            f"{ours['median']:.1f}, {ours['ratio']:.2f}× of Keras",
            bench,
        ),
        Claim(
            f"Seconds to {GOAL:.2%}",
            f"{sum(seconds[:passed]):.0f}, {passed} epochs",
            f"{passed * keras['median']:.0f} for {passed} epochs",
            f"{speed['quick']['seconds']:.0f}, recipe quick",
            bench,
        ),
    ]
    for recipe in RECIPES:
        found = _read(f"accuracy-{recipe}")
        number = len(found["seeds"])
        epochs = found["epochs"]
        lines.append(
            Claim(
                f"Test accuracy, recipe {recipe}, {epochs} epochs",
                f"{accuracies[-1]:.2%}" if recipe == "reference" else NOTHING,
                NOTHING,
                f"{found['mean']:.2%} ± {100 * found['deviation']:.2f}, {number} seeds",
                f"python -m mnistviz benchmark accuracy --recipe {recipe} --seeds 0-{number - 1}",
            )
        )
    pens = pen_strokes()
    rates = ", ".join(f"{run} {row['right']:.1%}" for run, row in pens["runs"].items())
    what = f"Read right of {pens['digits']:,} digits that {pens['writers']} people drew with a pen"
    lines.append(Claim(what, NOTHING, NOTHING, rates, "python -m benchmarks.strokes FILE"))
    return lines


def pen_strokes() -> dict[str, Any]:
    """How many pen strokes the bundled runs read right, as `benchmarks.strokes` measured it."""
    return _read("strokes")


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))
    return found
