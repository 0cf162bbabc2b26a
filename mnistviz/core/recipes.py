"""The named recipes: the specs of a network and a training, with their purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, network_for
from mnistviz.core.run_spec import DataRef
from mnistviz.core.train_spec import TrainSpec


@dataclass(frozen=True)
class Recipe:
    """A named network and training."""

    name: str
    purpose: str
    model: ModelSpec
    train: TrainSpec

    @property
    def title(self) -> str:
        return self.name.capitalize()

    def specs(
        self, model: Mapping[str, Any], train: Mapping[str, Any], data: DataRef | None = None
    ) -> tuple[ModelSpec, TrainSpec]:
        """Return its specs with some settings changed, for a data set; None: MNIST.

        The network gets a score for each class of the data set. As many training images are used
        as wanted, all where the recipe uses all of MNIST. Raises `SpecError`.
        """
        if data is None:
            return self.model.changed(**model), self.train.changed(**train)
        count = len(data.class_names)
        model = dict(model)
        if model.get("network"):
            model["network"] = network_for(model["network"], count)
        wanted = train.get("num_images", self.train.num_images)
        is_all = wanted >= self.train.available - self.train.held_out
        num_images = data.num_train if is_all else min(wanted, data.num_train)
        fitted = self.train.for_data(data.num_train, data.num_validation)
        batch_size = min(train.get("batch_size", self.train.batch_size), num_images)
        changed = {**train, "num_images": num_images, "batch_size": batch_size}
        return self.model.for_classes(count).changed(**model), fitted.changed(**changed)


_NO_DROPOUT = ModelSpec(dropout=0.0)
_SOFT = TrainSpec(
    epochs=40,
    learning_rate=0.02,
    schedule="one-cycle",
    augmentation=0.5,
    label_smoothing=0.03,
    soft_labels=0.9,
    weight_average=0.998,
    num_images=55_000,
    held_out=5_000,
)
_CYCLE = TrainSpec(
    learning_rate=0.03,
    schedule="one-cycle",
    label_smoothing=0.03,
    num_images=55_000,
    held_out=5_000,
)

_ALL = (
    Recipe(
        name="reference",
        purpose="The original author's training, setting for setting: 20 epochs on 60,000 images, "
        "checked on the test images after each epoch, as the original was.",
        model=ModelSpec(),
        train=TrainSpec(),
    ),
    Recipe(
        name="best",
        purpose="The most accurate on MNIST and on people's digits together, on the same 14,000 "
        "parameters: soft labels of larger networks, 4,995 digits that people wrote on a tablet, "
        "and every image turned, moved, stretched, its lines made thinner or thicker. "
        "docs/recipes.md has what was tried.",
        model=_NO_DROPOUT,
        train=_SOFT.changed(ink=0.25, tablet_digits=4_995, tablet_ink=0.7),
    ),
    Recipe(
        name="quick",
        purpose="The accuracy of the published training in a fraction of its time: 3 epochs of "
        "soft labels on MNIST alone, with milder changes to the images.",
        model=_NO_DROPOUT,
        train=_SOFT.changed(epochs=3, augmentation=0.25, weight_average=0.98),
    ),
    Recipe(
        name="study",
        purpose="How the networks of a channel study are trained: 5 epochs, long enough to come "
        "close to what each can reach, short enough for fifty of them.",
        model=_NO_DROPOUT,
        train=_CYCLE.changed(epochs=5, augmentation=0.6, weight_average=0.99),
    ),
    Recipe(
        name="try-out",
        purpose="See a network learn in under half a minute: 3 epochs on 5,000 images, in small "
        "batches, so that few images make many steps.",
        model=ModelSpec(),
        train=TrainSpec(epochs=3, batch_size=32, num_images=5_000, held_out=5_000),
    ),
    Recipe(
        name="plain",
        purpose="Neither dropout nor batch normalization, channels 10/12/16: 11,022 parameters, "
        "our reconstruction of the 'original 11k model' that the network grew from.",
        model=ModelSpec(channels=(10, 12, 16), batch_norm=False, dropout=0.0),
        train=TrainSpec(num_images=55_000, held_out=5_000),
    ),
)

RECIPES = {recipe.name: recipe for recipe in _ALL}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name. Raises `SpecError` with all names for another one."""
    if name not in RECIPES:
        raise SpecError(f"recipe: expected one of {', '.join(RECIPES)}, got {name!r}")
    return RECIPES[name]
