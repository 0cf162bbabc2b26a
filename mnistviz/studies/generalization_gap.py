"""The generalization gap of five trainings, with and without dropout and batch normalization.

They have the same seed, images and epochs. Four networks have dropout, batch normalization, both
or neither; the fifth is the smaller original one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import find_recipe
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.registry import Run

GAP_TEXT = (
    "The gap is accuracy on 10,000 of the images it trained on, with dropout off, minus accuracy "
    "on images it never saw. A wide gap means that it learned its images by heart."
)

RECIPE = "plain"


@dataclass(frozen=True)
class GapTraining:
    """One of the five trainings: name of the run, title in the chart, network."""

    name: str
    title: str
    model: ModelSpec


def _bare(**changes: object) -> ModelSpec:
    """Return the reference network without dropout and batch normalization, then changed."""
    return ModelSpec().changed(**{"batch_norm": False, "dropout": 0.0, **changes})


GAP_TRAININGS = (
    GapTraining("gap-plain", "plain 10/12/16", find_recipe(RECIPE).model),
    GapTraining("gap-neither", "10/15/20, neither", _bare()),
    GapTraining("gap-dropout", "10/15/20, dropout", _bare(dropout=ModelSpec().dropout)),
    GapTraining("gap-batch-norm", "10/15/20, batch normalization", _bare(batch_norm=True)),
    GapTraining("gap-both", "10/15/20, both", ModelSpec()),
)


@dataclass(frozen=True)
class GapSet:
    """Runs with the same training settings, by the name of their `GapTraining`."""

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
    """Return the training settings of all five, by default those of the recipe `plain`."""
    base = find_recipe(RECIPE).train
    return base.changed(
        measure_gap=True,
        epochs=base.epochs if epochs is None else epochs,
        seed=base.seed if seed is None else seed,
    )


def command_of(training: GapTraining) -> str:
    """Return the command that trains one of the stored runs."""
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
    """Return the sets among the runs, complete ones first. The names of the runs do not matter.

    Of two runs with the same settings, the first one in `runs` is taken.
    """
    names = {training.model: training.name for training in GAP_TRAININGS}
    by_training: dict[TrainSpec, dict[str, Run]] = {}
    for run in runs:
        name = names.get(run.spec.model)
        if name and run.spec.train.measure_gap and run.spec.parent is None:
            by_training.setdefault(run.spec.train, {}).setdefault(name, run)
    sets = [GapSet(train, members) for train, members in by_training.items()]
    return sorted(sets, key=lambda gap_set: -len(gap_set.runs))
