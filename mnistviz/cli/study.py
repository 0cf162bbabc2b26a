"""Train several channel plans alike and compare them: `study`."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mnistviz.cli.benchmark import parse_seeds, spread
from mnistviz.cli.options import AsJson
from mnistviz.cli.output import print_json
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.core.recipes import RECIPES, find_recipe
from mnistviz.core.types.studies import PairedComparison
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import PLANS, StudySpec, Trial, plan_text
from mnistviz.studies.study_directory import Study, TrialResult
from mnistviz.studies.verdicts import compare_plans


def study(
    plan: Annotated[
        list[str] | None,
        typer.Option(help="A channel plan, such as 8,16,32; once for each. Default: the four."),
    ] = None,
    widths: Annotated[
        str | None, typer.Option(help=f"{StudySpec.help('widths')} Such as 4,8,12,16.")
    ] = None,
    seeds: Annotated[str, typer.Option(help="Seeds, such as 0-4 or 1,5,9.")] = "0-4",
    recipe: Annotated[str, typer.Option(help=f"One of {', '.join(RECIPES)}.")] = "study",
    epochs: Annotated[
        int | None, typer.Option(help="Epochs of every trial; those of the recipe by default.")
    ] = None,
    name: Annotated[str, typer.Option(help=StudySpec.help("name"))] = "study",
    workers: Annotated[
        int,
        typer.Option(
            min=0, max=64, help="How many trials train at the same time; 0: in this process."
        ),
    ] = 1,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Train on the Dask cluster whose scheduler is there, such as "
            "tcp://192.168.1.5:8786.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train channel plans alike, with the same seeds, and say which differ.

    A study that was killed goes on where it was, when the same command is given again; what
    is finished is never trained again. More plans and seeds may be added to it.
    """
    found = find_recipe(recipe)
    wanted = StudySpec(
        name=name,
        created=datetime.now(UTC),
        recipe=recipe,
        epochs=found.train.epochs if epochs is None else epochs,
        plans=tuple(map(parse_channels, plan)) if plan else PLANS,
        widths=_widths(widths),
        seeds=tuple(parse_seeds(seeds)),
    )
    begun = study_directory.create_or_extend(wanted)
    try:
        done = runner.run_study(begun, workers, _teller(begun), dask)
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json(as_value(done))
    else:
        _print(done)


def _widths(text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise SpecError(f"widths: expected numbers such as 4,8,12,16, got {text!r}") from None


def _teller(begun: Study) -> Callable[[Trial, TrialResult | str], None]:
    """Tells of each trial that ended, and how long the rest takes at this pace."""
    started, total = time.monotonic(), len(begun.spec.trials)
    waiting = len(begun.missing)
    typer.echo(f"{begun.spec.name}: {waiting} of {total} trials to train", err=True)
    ended = 0

    def tell(trial: Trial, outcome: TrialResult | str) -> None:
        nonlocal ended
        ended += 1
        said = outcome if isinstance(outcome, str) else f"{outcome.test_accuracy:.2%}"
        minutes = (time.monotonic() - started) / ended * (waiting - ended) / 60
        left = f", about {minutes:.0f} min left" if ended < waiting else ""
        typer.echo(f"{total - waiting + ended}/{total}  {trial.title}: {said}{left}", err=True)

    return tell


def as_value(done: Study) -> dict[str, Any]:
    """A study as one JSON value: each plan with its cost and accuracies, each pair's verdict."""
    spec = done.spec
    return {
        "study": spec.name,
        "recipe": spec.recipe,
        "epochs": spec.epochs,
        "trials": len(spec.trials),
        "finished": len(done.results),
        "plans": [_plan_row(done, plan) for plan in spec.all_plans],
        "pairs": [_pair_row(duel) for duel in compare_plans(done.accuracies(spec.plans))],
    }


def _plan_row(done: Study, plan: tuple[int, ...]) -> dict[str, Any]:
    model = ModelSpec(channels=plan)
    accuracies = done.accuracies([plan]).get(plan_text(plan), {})
    return {
        "plan": plan_text(plan),
        "parameters": model.parameters,
        "multiply_accumulates": model.multiply_accumulates,
        "accuracies": [accuracies[seed] for seed in sorted(accuracies)],
        **(spread(list(accuracies.values())) if accuracies else {}),
    }


def _pair_row(duel: PairedComparison) -> dict[str, Any]:
    """JSON has no NaN: what isn't known is null."""
    row = asdict(duel)
    for key in ("mean", "p", "p_holm"):
        row[key] = None if math.isnan(row[key]) else row[key]
    for key in ("interval", "narrow"):
        row[key] = None if math.isnan(row[key][0]) else list(row[key])
    return row


def _print(done: Study) -> None:
    value = as_value(done)
    print(f"{'plan':12}{'parameters':>11}{'MACs':>12}  test accuracy")
    for row in value["plans"]:
        score = (
            f"{row['mean']:.3%} ± {row['deviation']:.3%} ({len(row['accuracies'])} seeds)"
            if row["accuracies"]
            else "not trained yet"
        )
        cost = f"{row['parameters']:>11,}{row['multiply_accumulates']:>12,}"
        print(f"{row['plan']:12}{cost}  {score}")
    for row in value["pairs"]:
        needed = f", {row['seeds_needed']} seeds would tell" if row["seeds_needed"] else ""
        interval = row["interval"]
        by = (
            f"{100 * row['mean']:+.3f} points [{100 * interval[0]:+.3f}, {100 * interval[1]:+.3f}]"
            if interval
            else "no interval"
        )
        print(f"{row['first']} against {row['second']}: {row['verdict']}{needed}; {by}")
