"""Train several channel plans alike and compare them: `study`."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from mnistviz.cli.benchmark import SEEDS, parse_seeds, spread
from mnistviz.cli.options import AsJson
from mnistviz.cli.output import Column, print_json, print_table
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.core.recipes import RECIPES, find_recipe
from mnistviz.core.types.studies import PairedComparison
from mnistviz.digits.data_sets import library
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import PLANS, WIDTH_SETTINGS, StudySpec, Trial, plan_text
from mnistviz.studies.study_directory import Study, TrialResult
from mnistviz.studies.verdicts import compare_plans

COLUMNS = (
    Column("plan", 12, left=True),
    Column("parameters", 11, ","),
    Column("MACs", 12, ","),
    Column("test accuracy", left=True, gap=2),
)


WorkersOption = Annotated[
    int,
    typer.Option(min=0, max=64, help="How many trials train at the same time; 0: in this process."),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Train on the Dask cluster whose scheduler is there, such as tcp://192.168.1.5:8786.",
    ),
]


def study(
    plan: Annotated[
        list[str] | None,
        typer.Option(help="A channel plan, such as 8,16,32; once for each. Default: the four."),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option(
            help=f"The layer of the --widths that follow, one of {', '.join(WIDTH_SETTINGS)}; once "
            "for each. Default: conv3."
        ),
    ] = None,
    widths: Annotated[
        list[str] | None,
        typer.Option(
            help="Channels of one layer of 10/15/20, the others as they are, such as 4,8,12,16; "
            "once for each layer."
        ),
    ] = None,
    seeds: Annotated[str, typer.Option(help=f"Seeds, such as {SEEDS} or 1,5,9.")] = SEEDS,
    recipe: Annotated[str, typer.Option(help=f"One of {', '.join(RECIPES)}.")] = "study",
    epochs: Annotated[
        int | None, typer.Option(help="Epochs of every trial; those of the recipe by default.")
    ] = None,
    name: Annotated[str, typer.Option(help=StudySpec.help("name"))] = "study",
    data: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="A data set of your own, see `data`, instead of MNIST."),
    ] = None,
    workers: WorkersOption = 1,
    dask: DaskOption = None,
    as_json: AsJson = False,
) -> None:
    """Train channel plans alike, with the same seeds, and say which differ.

    A study that was killed goes on where it was, when the same command is given again; what
    is finished is never trained again. More plans and seeds may be added to it.
    """
    spec = StudySpec(
        name=name,
        created=datetime.now(UTC),
        recipe=recipe,
        epochs=find_recipe(recipe).train.epochs if epochs is None else epochs,
        plans=tuple(map(parse_channels, plan)) if plan else PLANS,
        **_widths(layer or [], widths or []),
        seeds=tuple(parse_seeds(seeds)),
        data=library.reference(library.find(data)) if data else None,
    )
    if spec.data and dask:
        raise SpecError("dask: expected a study on MNIST, because other machines have no data sets")
    stored = study_directory.create_or_extend(spec)
    try:
        result = runner.run_study(stored, workers, _progress(stored), dask)
    except KeyboardInterrupt:
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json(as_value(result))
    else:
        _print(result)


def _widths(layers: Sequence[str], texts: Sequence[str]) -> dict[str, Any]:
    """Return the settings of a study with the widths of each layer."""
    layers = layers or ["conv3"] * min(1, len(texts))
    if len(layers) != len(texts) or len(set(layers)) < len(layers):
        raise SpecError(
            "layer: expected one --layer for each --widths, each layer once, got "
            f"{len(layers)} and {len(texts)}"
        )
    settings: dict[str, Any] = {}
    for layer, text in zip(layers, texts, strict=True):
        if layer not in WIDTH_SETTINGS:
            raise SpecError(f"layer: expected one of {', '.join(WIDTH_SETTINGS)}, got {layer!r}")
        try:
            settings[WIDTH_SETTINGS[layer]] = tuple(int(part) for part in text.split(","))
        except ValueError:
            raise SpecError(f"widths: expected numbers such as 4,8,12,16, got {text!r}") from None
    return settings


def _progress(study: Study) -> Callable[[Trial, TrialResult | str], None]:
    """The function that prints each trial that ended, and the estimated time left."""
    started, total = time.monotonic(), len(study.spec.trials)
    missing = len(study.missing)
    typer.echo(f"{study.spec.name}: {missing} of {total} trials to train", err=True)
    ended = 0

    def report(trial: Trial, result: TrialResult | str) -> None:
        nonlocal ended
        ended += 1
        text = result if isinstance(result, str) else f"{result.test_accuracy:.2%}"
        minutes = (time.monotonic() - started) / ended * (missing - ended) / 60
        left = f", about {minutes:.0f} min left" if ended < missing else ""
        typer.echo(f"{total - missing + ended}/{total}  {trial.title}: {text}{left}", err=True)

    return report


def as_value(study: Study) -> dict[str, Any]:
    """A study as JSON: the cost and accuracies of each plan, the verdict on each pair."""
    spec = study.spec
    pairs = compare_plans(study.accuracies(spec.plans))
    return {
        "study": spec.name,
        "recipe": spec.recipe,
        "epochs": spec.epochs,
        "trials": len(spec.trials),
        "finished": len(study.results),
        "plans": [_plan_row(study, plan) for plan in spec.all_plans],
        "pairs": [_pair_row(pair) for pair in pairs],
    }


def _plan_row(study: Study, plan: tuple[int, ...]) -> dict[str, Any]:
    model = ModelSpec(channels=plan)
    if study.spec.data:
        model = model.for_classes(len(study.spec.data.class_names))
    accuracies = study.accuracies([plan]).get(plan_text(plan), {})
    return {
        "plan": plan_text(plan),
        "parameters": model.parameters,
        "multiply_accumulates": model.multiply_accumulates,
        "accuracies": [accuracies[seed] for seed in sorted(accuracies)],
        **(spread(list(accuracies.values())) if accuracies else {}),
    }


def _pair_row(pair: PairedComparison) -> dict[str, Any]:
    """A comparison as JSON, which has no NaN: what isn't known is null."""
    row = asdict(pair)
    for key in ("mean", "p", "p_holm"):
        row[key] = None if math.isnan(row[key]) else row[key]
    for key in ("interval", "narrow"):
        row[key] = None if math.isnan(row[key][0]) else list(row[key])
    return row


def _print(study: Study) -> None:
    value = as_value(study)
    costs = ("plan", "parameters", "multiply_accumulates")
    plans = value["plans"]
    print_table(COLUMNS, [(*(row[name] for name in costs), _score(row)) for row in plans])
    for row in value["pairs"]:
        needed = f", {row['seeds_needed']} seeds would tell" if row["seeds_needed"] else ""
        verdict = f"{row['verdict']}{needed}; {_difference(row)}"
        print(f"{row['first']} against {row['second']}: {verdict}")


def _score(row: dict[str, Any]) -> str:
    if not row["accuracies"]:
        return "not trained yet"
    return f"{row['mean']:.3%} ± {row['deviation']:.3%} ({len(row['accuracies'])} seeds)"


def _difference(row: dict[str, Any]) -> str:
    """The mean difference of a pair with its interval, in percentage points."""
    if not row["interval"]:
        return "no interval"
    low, high = (100 * end for end in row["interval"])
    return f"{100 * row['mean']:+.3f} points [{low:+.3f}, {high:+.3f}]"
