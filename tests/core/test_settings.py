"""The table of settings behind the Train form, the options of `train`, and comparisons of runs."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from mnistviz.core.errors import SpecError
from mnistviz.core.frozen import Frozen
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.settings import (
    Column,
    Presentation,
    Setting,
    form_settings,
    format_value,
    option_settings,
    settings,
    summary,
)
from mnistviz.core.train_spec import TrainSpec


class Example(Frozen):
    """A spec with a setting of each kind, the first one without a presentation."""

    num_passes: Annotated[int, Field(ge=1, le=9, description="Number of passes.")] = 2
    order: Annotated[
        Literal["up", "down"],
        Field(description="The order."),
        Presentation(title="Sort order", form_position=1, option="sort", option_position=1),
    ] = "up"
    quick: Annotated[bool, Presentation(changes_result=False, form_value=True)] = False
    hidden: Annotated[float, Presentation(column=None, option=None)] = 0.5


def by_name(*specs: type[Frozen]) -> dict[str, Setting]:
    return {setting.name: setting for setting in settings(*specs)}


def test_a_field_without_presentation_is_in_form_options_and_summary() -> None:
    setting = by_name(Example)["num_passes"]
    assert (setting.title, setting.help, setting.default) == ("Num passes", "Number of passes.", 2)
    assert (setting.type, setting.kind, setting.limits) == (int, "number", {"ge": 1, "le": 9})
    assert setting.option == "--num-passes"
    assert setting in form_settings("training", Example)
    assert setting in option_settings(Example)
    assert summary(Example())["num passes"] == "2"


def test_a_presentation_orders_names_and_hides_a_setting() -> None:
    assert [one.name for one in form_settings("training", Example)] == [
        "order",
        "num_passes",
        "quick",
    ]
    assert form_settings("data", Example) == ()
    assert [one.option for one in option_settings(Example)] == [
        "--sort",
        "--num-passes",
        "--quick/--no-quick",
    ]
    assert summary(Example()) == {"num passes": "2", "order": "up", "hidden": "0.5"}


def test_choices_and_flags_have_their_kind() -> None:
    named = by_name(Example)
    assert (named["order"].kind, named["order"].choices) == ("choice", ("up", "down"))
    assert (named["quick"].kind, named["quick"].choices) == ("flag", ())
    assert named["hidden"].option == ""
    assert (named["quick"].form_value(Example()), named["order"].form_value(Example())) == (
        True,
        "up",
    )


@pytest.mark.parametrize(
    ("column", "titles"),
    [
        ("network", ["Channel plan", "Dropout", "Batch normalization", "Your own network"]),
        ("training", ["Epochs", "Batch size", "Learning rate"]),
        ("data", ["Training images", "Seed", "Measure the gap"]),
    ],
)
def test_the_columns_of_the_train_form(column: Column, titles: list[str]) -> None:
    assert [one.title for one in form_settings(column, ModelSpec, TrainSpec)] == titles


def test_the_options_of_the_train_command() -> None:
    assert [one.option for one in option_settings(ModelSpec, TrainSpec)] == [
        "--epochs",
        "--seed",
        "--channels",
        "--dropout",
        "--batch-norm/--no-batch-norm",
        "--network",
        "--batch-size",
        "--learning-rate",
        "--limit",
        "--gap/--no-gap",
    ]


def test_a_channel_plan_is_text_that_is_parsed() -> None:
    channels = by_name(ModelSpec)["channels"]
    assert channels.kind == "text"
    assert channels.form_value(ModelSpec()) == "10,15,20"
    assert channels.parse("8/16/32") == (8, 16, 32)
    with pytest.raises(SpecError, match="channels"):
        channels.parse("0,x")


def test_a_number_is_not_parsed() -> None:
    assert by_name(TrainSpec)["epochs"].parse(3) == 3


def test_the_summary_has_every_setting_that_changes_a_result() -> None:
    names = {name.replace("_", " ") for name in (*ModelSpec.model_fields, *TrainSpec.model_fields)}
    assert summary(ModelSpec(), TrainSpec()).keys() == names - {
        "measure gap",
        "num classes",
        "available",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (55_000, "55,000"),
        (0.003, "0.003"),
        ((10, 15, 20), "10/15/20"),
        ("one-cycle", "one-cycle"),
    ],
)
def test_a_value_is_written_as_people_write_it(value: object, text: str) -> None:
    assert format_value(value) == text
