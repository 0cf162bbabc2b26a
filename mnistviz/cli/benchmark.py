"""Measure the accuracies in the README: `benchmark accuracy`."""

import statistics
from typing import Annotated, Any

import typer

from mnistviz.cli.options import AsJson
from mnistviz.cli.output import Column, print_json, print_table
from mnistviz.cli.train import follow
from mnistviz.core.errors import SpecError, TrainingError
from mnistviz.core.recipes import RECIPES, Recipe, find_recipe
from mnistviz.core.thresholds import NUM_SEEDS
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import run_state
from mnistviz.training import launcher

SEEDS = f"0-{NUM_SEEDS - 1}"
NAMES = ("seed", "val_accuracy", "val_loss", "test_accuracy", "seconds", "run")
COLUMNS = (
    Column("seed", 6),
    Column("validation", 12, ".2%"),
    Column("val. loss", 11, ".4f"),
    Column("test", 9, ".2%"),
    Column("seconds", 9, ".0f"),
    Column("run", left=True, gap=2),
)

app = typer.Typer(help="Measure what the README claims.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Make a group: Typer would give a single command the name of the group."""


@app.command()
def accuracy(
    recipe: Annotated[str, typer.Option(help=f"One of {', '.join(RECIPES)}.")] = "best",
    seeds: Annotated[str, typer.Option(help=f"Seeds, such as {SEEDS} or 1,5,9.")] = SEEDS,
    as_json: AsJson = False,
) -> None:
    """Train a recipe once for each seed; mean and spread of the test accuracy.

    A finished run of yours with the same settings and seed is read, not trained again.
    """
    base = find_recipe(recipe)
    runs = [_finished(base, seed) or _start(base, seed) for seed in parse_seeds(seeds)]
    rows = []
    for run in runs:
        state = follow(run)
        if state != "finished":
            raise TrainingError(f"{run.name}: expected to finish, {state}. Start it again")
        rows.append(_row(run))
    epochs = base.train.epochs
    result = {
        "recipe": recipe,
        "epochs": epochs,
        **spread([row["test_accuracy"] for row in rows]),
        "seeds": rows,
    }
    if as_json:
        print_json(result)
        return
    print_table(COLUMNS, [[row[name] for name in NAMES] for row in rows])
    print(
        f"{recipe}: test accuracy {result['mean']:.3%} ± {result['deviation']:.3%}, "
        f"from {result['lowest']:.2%} to {result['highest']:.2%}"
    )


def parse_seeds(text: str) -> list[int]:
    """The seeds in a text, `0-4` or `1,5,9`. Raises `SpecError` for any other text."""
    seeds: list[int] = []
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            seeds += range(int(first), int(last or first) + 1)
    except ValueError:
        seeds = []
    if not seeds:
        raise SpecError(f"seeds: expected whole numbers, such as {SEEDS} or 1,5,9, got {text!r}")
    return seeds


def spread(accuracies: list[float]) -> dict[str, float]:
    """Mean, standard deviation (0 for one value), lowest and highest accuracy."""
    return {
        "mean": statistics.fmean(accuracies),
        "deviation": statistics.stdev(accuracies) if len(accuracies) > 1 else 0.0,
        "lowest": min(accuracies),
        "highest": max(accuracies),
    }


def _finished(recipe: Recipe, seed: int) -> Run | None:
    """The finished run of the user with these settings; a bundled run is what is to be measured."""
    settings = (recipe.model, recipe.train.changed(seed=seed), None)
    for run in registry.list_runs():
        spec = run.spec
        same = (spec.model, spec.train, spec.parent) == settings
        if same and not run.bundled and run_state(run) == "finished":
            return run
    return None


def _start(recipe: Recipe, seed: int) -> Run:
    return launcher.start(recipe.name, recipe.model, recipe.train.changed(seed=seed))


def _row(run: Run) -> dict[str, Any]:
    rows = metrics_log.read(run)
    validation, test = metrics_log.last_results(run, rows)
    if validation is None or test is None:
        raise TrainingError(f"{run.name}: expected a validation in {run.metrics_file}, none there")
    return {
        "seed": run.spec.train.seed,
        "run": run.name,
        "val_accuracy": validation.accuracy,
        "val_loss": validation.loss,
        "test_accuracy": test.accuracy,
        "test_loss": test.loss,
        "seconds": rows[-1].seconds,
    }
