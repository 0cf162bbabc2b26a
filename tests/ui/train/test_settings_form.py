"""The form of a training's settings: keys of the inputs, and the specs that they make."""

from dataclasses import replace
from typing import Literal

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES
from mnistviz.core.settings import Setting, form_settings, settings
from mnistviz.core.train_spec import TrainSpec
from mnistviz.ui.train.settings_form import input_key, specs_of

SETTINGS = {setting.name: setting for setting in settings(ModelSpec, TrainSpec)}
PLAIN = RECIPES["plain"]


def first_values() -> dict[Setting, object]:
    return {
        setting: setting.form_value(PLAIN.model if setting.spec is ModelSpec else PLAIN.train)
        for column in ("network", "training", "data")
        for setting in form_settings(column, ModelSpec, TrainSpec)
    }


def test_the_first_values_make_the_specs_of_the_recipe_with_the_gap() -> None:
    assert specs_of(PLAIN, first_values()) == (PLAIN.model, PLAIN.train.changed(measure_gap=True))


def test_entered_values_replace_those_of_the_recipe() -> None:
    entered = {
        **first_values(),
        SETTINGS["channels"]: "8/16/32",
        SETTINGS["dropout"]: 0.25,
        SETTINGS["epochs"]: 3,
    }
    model, train = specs_of(PLAIN, entered)
    assert model == PLAIN.model.changed(channels=(8, 16, 32), dropout=0.25)
    assert train == PLAIN.train.changed(measure_gap=True, epochs=3)


@pytest.mark.parametrize(("name", "value"), [("channels", "8,16"), ("epochs", 0), ("seed", -1)])
def test_values_beyond_the_limits_are_refused(name: str, value: object) -> None:
    with pytest.raises(SpecError, match=f"^{name}: "):
        specs_of(PLAIN, {**first_values(), SETTINGS[name]: value})


def test_recipes_share_the_input_of_a_setting_with_one_first_value() -> None:
    assert input_key(SETTINGS["epochs"], PLAIN) == "plain_epochs"
    assert input_key(SETTINGS["measure_gap"], PLAIN) == "train_gap"


def page() -> None:
    import streamlit as st

    from mnistviz.core.recipes import RECIPES
    from mnistviz.ui.train.settings_form import entered_values, settings_inputs, specs_of

    recipe = RECIPES["plain"]
    settings_inputs(recipe)
    st.session_state.specs = specs_of(recipe, entered_values(recipe))


def test_each_setting_has_an_input_with_its_title_and_help() -> None:
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    inputs = [*app.text_input, *app.number_input, *app.toggle]
    shown = {element.label: element.help for element in inputs}
    assert shown.pop("Name") == "Any name you like."
    assert shown == {setting.title: setting.help for setting in first_values()}
    assert app.session_state.specs == (PLAIN.model, PLAIN.train.changed(measure_gap=True))


def test_a_new_field_of_a_spec_appears_in_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    class Longer(TrainSpec):
        momentum: float = 0.5
        optimizer: Literal["adam", "sgd"] = "adam"

    monkeypatch.setattr("mnistviz.ui.train.settings_form.TrainSpec", Longer)
    longer = replace(PLAIN, train=Longer(**PLAIN.train.model_dump()))
    monkeypatch.setitem(RECIPES, "plain", longer)
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    app.number_input(key="plain_momentum").set_value(0.75)
    app.selectbox(key="plain_optimizer").set_value("sgd").run()
    train = app.session_state.specs[1]
    assert (train.momentum, train.optimizer) == (0.75, "sgd")
