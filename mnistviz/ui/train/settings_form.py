"""The settings of a training as a form: the inputs of the specs' fields, and the specs."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import Recipe
from mnistviz.core.settings import Column, Setting, form_settings
from mnistviz.core.train_spec import TrainSpec


def settings_inputs(recipe: Recipe) -> tuple[dict[Setting, Any], str]:
    """Show the inputs of all settings of the form; return what they hold, and the run's name.

    In each column the toggles are below the other inputs.
    """
    entered: dict[Setting, Any] = {}
    name = ""
    columns: tuple[Column, ...] = get_args(Column)
    for box, column in zip(st.columns(len(columns)), columns, strict=True):
        settings = form_settings(column, ModelSpec, TrainSpec)
        with box:
            entered |= _inputs([each for each in settings if each.kind != "flag"], recipe)
            if column == "data":
                name = st.text_input("Name", key="train_name", help="Any name you like.")
            entered |= _inputs([each for each in settings if each.kind == "flag"], recipe)
    return entered, name


def _inputs(settings: Sequence[Setting], recipe: Recipe) -> dict[Setting, Any]:
    return {setting: _input(setting, recipe) for setting in settings}


def _input(setting: Setting, recipe: Recipe) -> Any:
    """Show the input of a setting, filled in with the recipe's value; return what it holds.

    Numbers have no limits here: the browser would keep a value beyond them to itself, and a run
    would start with another. The spec refuses it, in words.
    """
    value = setting.form_value(recipe.model if setting.spec is ModelSpec else recipe.train)
    key = input_key(setting, recipe)
    options: dict[str, Any] = {"key": key, "help": setting.help, "persist_state": "session"}
    match setting.kind:
        case "flag":
            return st.toggle(setting.title, value, **options)
        case "text":
            return st.text_input(setting.title, value, **options)
        case "choice":
            choices = setting.choices
            return st.selectbox(setting.title, choices, choices.index(value), **options)
        case "number":
            digits = setting.presentation.digits
            options["format"] = None if digits is None else f"%.{digits}f"
            options["step"] = setting.presentation.step
            return st.number_input(setting.title, value=value, **options)


def input_key(setting: Setting, recipe: Recipe) -> str:
    """The key of a setting's input.

    Each recipe has inputs of its own, so that choosing another one fills in its values. A setting
    with the same first value in all recipes has one input.
    """
    presentation = setting.presentation
    if presentation.form_value is None:
        return f"{recipe.name}_{setting.name}"
    return f"train_{presentation.option or setting.name}"


def specs_of(recipe: Recipe, entered: Mapping[Setting, Any]) -> tuple[ModelSpec, TrainSpec]:
    """Return the specs of a recipe with the entered settings. Raises `SpecError`."""
    model: dict[str, Any] = {}
    train: dict[str, Any] = {}
    for setting, value in entered.items():
        values = model if setting.spec is ModelSpec else train
        values[setting.name] = setting.parse(value)
    return recipe.model.changed(**model), recipe.train.changed(**train)
