"""The named recipes."""

import csv

import pytest

from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import SpecError
from mnistviz.core.recipes import RECIPES, find_recipe

PUBLISHED_LOG = ASSETS / "reference_log.csv"


def test_the_reference_follows_the_published_log_to_the_last_digit() -> None:
    with PUBLISHED_LOG.open(newline="") as file:
        published = [float(row["learning_rate"]) for row in csv.DictReader(file)]
    train = find_recipe("reference").train
    assert len(published) == train.epochs == 20
    steps = range(0, train.num_steps, train.steps_per_epoch)
    assert [train.learning_rate_at(step) for step in steps] == published
    assert [train.learning_rate_at(step + 468) for step in steps] == published


def test_the_reference_trains_the_published_network_on_all_images() -> None:
    recipe = find_recipe("reference")
    assert recipe.model.plan == "10/15/20"
    assert (recipe.model.parameters, recipe.model.dropout) == (14_000, 0.1)
    assert (recipe.train.num_images, recipe.train.batch_size) == (60_000, 128)
    assert recipe.train.validated_on == "test"


def test_the_plain_network_is_the_original_of_11022_parameters() -> None:
    model = find_recipe("plain").model
    assert model.parameters == 11_022
    assert {layer.type for layer in model.layers} == {
        "Conv2D",
        "MaxPooling2D",
        "Flatten",
        "Softmax",
    }


@pytest.mark.parametrize("name", [name for name in RECIPES if name != "reference"])
def test_every_other_recipe_validates_on_held_out_training_images(name: str) -> None:
    recipe = find_recipe(name)
    assert recipe.train.held_out > 0
    assert recipe.train.validated_on == "held_out"
    assert recipe.train.num_images + recipe.train.held_out <= 60_000


def test_recipes_are_found_by_their_own_name_and_say_what_they_are_for() -> None:
    assert {"reference", "best", "quick", "study", "try-out"} <= RECIPES.keys()
    for name, recipe in RECIPES.items():
        assert find_recipe(name) is recipe
        assert recipe.name == name
        assert recipe.title
        assert recipe.purpose.endswith(".")


@pytest.mark.parametrize("name", ["Reference", "", "tryout"])
def test_an_unknown_recipe_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(SpecError) as error:
        find_recipe(name)
    assert str(error.value) == f"recipe: expected one of {', '.join(RECIPES)}, got {name!r}"
