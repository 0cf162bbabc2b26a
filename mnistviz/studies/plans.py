"""The spec of a study: channel plans and seeds, with the same training settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field

from mnistviz.core.errors import StudyError
from mnistviz.core.frozen import Frozen
from mnistviz.core.model_spec import ModelSpec, three_channel_counts
from mnistviz.core.recipes import find_recipe
from mnistviz.core.run_spec import DataRef
from mnistviz.core.thresholds import NUM_SEEDS
from mnistviz.core.train_spec import TrainSpec

# The plans that the network's author considered, and the one that was built.
PLANS = ((8, 16, 32), (8, 16, 20), (5, 15, 20), (10, 15, 20))
# The layers whose width a study varies by itself: a, b and c of a plan a/b/c. The setting of a
# study with the widths of each; that of the third layer has the name that older studies use.
WIDTH_SETTINGS = {"conv1": "conv1_widths", "conv2": "conv2_widths", "conv3": "widths"}

Plan = Annotated[tuple[int, ...], AfterValidator(three_channel_counts)]
Width = Annotated[int, Field(ge=1, le=64)]


@dataclass(frozen=True)
class Trial:
    """One training of a study."""

    plan: tuple[int, ...]
    seed: int

    @property
    def title(self) -> str:
        """The title, such as `10/15/20, seed 3`."""
        return f"{plan_text(self.plan)}, seed {self.seed}"


class StudySpec(Frozen):
    """A study: every plan is trained with every seed, with the same settings."""

    schema_version: Literal[1] = 1
    name: Annotated[str, Field(description="Name of the study, and the folder it is kept in.")]
    created: AwareDatetime
    recipe: Annotated[str, Field(description="How every trial is trained.")] = "study"
    epochs: Annotated[int, Field(ge=1, le=200, description="Epochs of every trial.")]
    plans: Annotated[
        tuple[Plan, ...],
        Field(min_length=1, description="Channel plans that are compared with each other."),
    ] = PLANS
    conv1_widths: Annotated[
        tuple[Width, ...],
        Field(description="Channels of the first layer of 10/15/20, the others as they are."),
    ] = ()
    conv2_widths: Annotated[
        tuple[Width, ...],
        Field(description="Channels of the second layer of 10/15/20, the others as they are."),
    ] = ()
    widths: Annotated[
        tuple[Width, ...],
        Field(
            description="Channels of the third layer of 10/15/20, to see where more stops to help."
        ),
    ] = ()
    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...],
        Field(min_length=1, description="Every plan is trained once with each."),
    ] = tuple(range(NUM_SEEDS))

    data: Annotated[
        DataRef | None, Field(description="The data set of one's own; None: MNIST.")
    ] = None

    def widths_of(self, layer: str) -> tuple[int, ...]:
        """Return the widths of a layer that were asked for: `conv1`, `conv2` or `conv3`."""
        widths: tuple[int, ...] = getattr(self, WIDTH_SETTINGS[layer])
        return widths

    def sweep(self, layer: str) -> dict[int, tuple[int, ...]]:
        """Return the plans that differ from 10/15/20 at most in one layer, by its width.

        Those of the widths that were asked for, and those among the plans. In block two, the
        second and the third layer of a plan have the same widths as in block one.
        """
        built, place = ModelSpec().channels, list(WIDTH_SETTINGS).index(layer)

        def plan_of(width: int) -> tuple[int, ...]:
            return (*built[:place], width, *built[place + 1 :])

        alike = {plan[place] for plan in self.plans if plan == plan_of(plan[place])}
        return {width: plan_of(width) for width in sorted({*self.widths_of(layer), *alike})}

    @property
    def all_plans(self) -> tuple[tuple[int, ...], ...]:
        """Every plan that is trained, without repetition."""
        swept = (plan for layer in WIDTH_SETTINGS for plan in self.sweep(layer).values())
        return tuple(dict.fromkeys((*self.plans, *swept)))

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Every training, seed by seed, so that an unfinished study has as many of each plan."""
        return tuple(Trial(plan, seed) for seed in self.seeds for plan in self.all_plans)

    def specs_of(self, trial: Trial) -> tuple[ModelSpec, TrainSpec]:
        """Return the specs of a trial's run. Raises `SpecError`."""
        settings = {"epochs": self.epochs, "seed": trial.seed}
        return find_recipe(self.recipe).specs({"channels": trial.plan}, settings, self.data)

    def model_of(self, trial: Trial) -> ModelSpec:
        return self.specs_of(trial)[0]

    def train_of(self, trial: Trial) -> TrainSpec:
        return self.specs_of(trial)[1]

    def run_name(self, trial: Trial) -> str:
        """Return the name of a trial's run."""
        return f"{self.name}-{'-'.join(map(str, trial.plan))}-s{trial.seed}"

    def extended(self, other: "StudySpec") -> "StudySpec":
        """Return this study with the plans, widths and seeds of another one added.

        Raises `StudyError` when the two are trained differently.
        """
        trained = (
            ("recipe", self.recipe, other.recipe),
            ("epochs", self.epochs, other.epochs),
            ("data", _data_text(self.data), _data_text(other.data)),
        )
        for setting, ours, theirs in trained:
            if ours != theirs:
                raise StudyError(
                    f"{self.name}: {setting} is {ours} in this study, got {theirs}; "
                    "what is trained differently can't be compared: choose another --name"
                )
        return self.changed(
            plans=tuple(dict.fromkeys((*self.plans, *other.plans))),
            **{
                setting: tuple(sorted({*self.widths_of(layer), *other.widths_of(layer)}))
                for layer, setting in WIDTH_SETTINGS.items()
            },
            seeds=tuple(sorted({*self.seeds, *other.seeds})),
        )


def _data_text(data: DataRef | None) -> str:
    return f"{data.name} ({data.sha256[:6]})" if data else "MNIST"


def plan_text(plan: Iterable[int]) -> str:
    """Return a plan as text, such as `10/15/20`."""
    return "/".join(map(str, plan))
