"""The gap: five trainings that show what dropout and batch normalization do.

The same seed, images and epochs; what differs is whether the network has dropout, batch
normalization, both or neither, and a fifth, smaller network is the one it grew from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import find_recipe
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run

WHAT_IT_IS = (
    "The gap is accuracy on 10,000 of the images it trained on, with dropout off, minus accuracy "
    "on images it never saw. A wide gap means that it learned its images by heart."
)

RECIPE = "plain"


@dataclass(frozen=True)
class GapTraining:
    """One of the five: its usual name as a run, its title in the chart, its network."""

    name: str
    title: str
    model: ModelSpec


def _grown(**changes: object) -> ModelSpec:
    return ModelSpec().changed(**{"batch_norm": False, "dropout": 0.0, **changes})


GAP_TRAININGS = (
    GapTraining("gap-plain", "plain 10/12/16", find_recipe(RECIPE).model),
    GapTraining("gap-neither", "10/15/20, neither", _grown()),
    GapTraining("gap-dropout", "10/15/20, dropout", _grown(dropout=ModelSpec().dropout)),
    GapTraining("gap-batch-norm", "10/15/20, batch normalization", _grown(batch_norm=True)),
    GapTraining("gap-both", "10/15/20, both", ModelSpec()),
)


@dataclass(frozen=True)
class GapSet:
    """Trainings that belong together, for they were trained alike, and their runs by name."""

    train: TrainSpec
    runs: dict[str, Run]

    @property
    def complete(self) -> bool:
        return len(self.runs) == len(GAP_TRAININGS)

    @property
    def title(self) -> str:
        whose = "bundled" if all(run.bundled for run in self.runs.values()) else "yours"
        return f"{self.train.epochs} epochs, seed {self.train.seed} ({whose})"


def training_of(epochs: int | None = None, seed: int | None = None) -> TrainSpec:
    """How all five are trained; by default as the recipe `plain` is."""
    base = find_recipe(RECIPE).train
    return base.changed(
        measure_gap=True,
        epochs=base.epochs if epochs is None else epochs,
        seed=base.seed if seed is None else seed,
    )


def command_of(training: GapTraining) -> str:
    """The command that makes one of the stored runs again."""
    model, base = training.model, find_recipe(RECIPE).model
    words = ["python -m mnistviz train", f"--recipe {RECIPE} --gap"]
    if model.channels != base.channels:
        words.append(f"--channels {','.join(map(str, model.channels))}")
    if model.batch_norm:
        words.append("--batch-norm")
    if model.dropout:
        words.append(f"--dropout {model.dropout:g}")
    return " ".join([*words, f"--name {training.name}"])


def sets_of(runs: Sequence[Run]) -> list[GapSet]:
    """The sets among the runs, whatever the runs are called: complete ones first.

    Of two runs of the same settings, the one that comes first in `runs` counts.
    """
    names = {training.model: training.name for training in GAP_TRAININGS}
    found: dict[TrainSpec, dict[str, Run]] = {}
    for run in runs:
        name = names.get(run.spec.model)
        if name and run.spec.train.measure_gap and run.spec.parent is None:
            found.setdefault(run.spec.train, {}).setdefault(name, run)
    sets = [GapSet(train, members) for train, members in found.items()]
    return sorted(sets, key=lambda one: -len(one.runs))
