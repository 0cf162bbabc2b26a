"""The settings of a training as a form: the inputs of the specs' fields, and the specs."""

from collections.abc import Mapping
from typing import Any, get_args

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES, Recipe
from mnistviz.core.run_spec import DataRef
from mnistviz.core.settings import Column, Setting, form_settings, settings
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.data_sets import library
from mnistviz.texts import _
from mnistviz.ui.shared import state
from mnistviz.ui.shared.page_registry import DATA_SETS
from mnistviz.ui.shared.words.explained import explained_caption

COLUMNS: tuple[Column, ...] = get_args(Column)
# The key of the chosen data set's name; no data set of one's own may have MNIST's.
DATA, MNIST = "train_data", "MNIST"


def settings_inputs(recipe: Recipe) -> None:
    """Show the inputs of all settings of the form, and that of the run's name.

    In each column the toggles are below the other inputs.
    """
    for box, column in zip(st.columns(len(COLUMNS)), COLUMNS, strict=True):
        settings = form_settings(column, ModelSpec, TrainSpec)
        with box:
            for setting in settings:
                if setting.kind != "flag":
                    _input(setting, recipe)
            if column == "data":
                st.text_input(_("Name"), key="train_name", help=_("Any name you like."))
            for setting in settings:
                if setting.kind == "flag":
                    _input(setting, recipe)


def data_choice() -> None:
    """Show the choice between MNIST and the data sets that were imported, where there are some."""
    known = [about.name for about in library.all_sets()]
    if st.session_state.get(DATA) not in (None, MNIST, *known):
        # It was deleted.
        del st.session_state[DATA]
    if not known:
        DATA_SETS.link(_("Train on images of your own"))
        return
    name = st.selectbox(
        _("Data set"),
        [MNIST, *known],
        key=DATA,
        persist_state="session",
        help=_(
            "The network gets a score for each class of the data set. *Training images* above the "
            "size of its train part mean all of it."
        ),
    )
    if name != MNIST and (ref := chosen_data()):
        explained_caption(
            _(
                "{count} classes, {num_train:,} images to train on, {num_validation:,} to "
                "validate, {num_test:,} to test. Soft labels, tablet and pen digits of a recipe "
                "belong to MNIST and are left out."
            ).format(
                count=len(ref.class_names),
                num_train=ref.num_train,
                num_validation=ref.num_validation,
                num_test=ref.num_test,
            )
        )


def chosen_data() -> DataRef | None:
    """The chosen data set; None for MNIST. Raises `DataError` where it was deleted."""
    name = st.session_state.get(DATA) or MNIST
    return None if name == MNIST else library.reference(library.find(name))


def entered_values(recipe: Recipe) -> dict[Setting, Any]:
    """Return what the inputs hold now. In a callback, that is what was typed last."""
    return {
        setting: st.session_state[input_key(setting, recipe)]
        for column in COLUMNS
        for setting in form_settings(column, ModelSpec, TrainSpec)
    }


def _input(setting: Setting, recipe: Recipe) -> None:
    """Show the input of a setting, filled in with the recipe's value.

    Numbers have no limits here: the browser would keep a value beyond them to itself, and a run
    would start with another. The spec refuses it, in words.
    """
    value = setting.form_value(recipe.model if setting.spec is ModelSpec else recipe.train)
    key = input_key(setting, recipe)
    options: dict[str, Any] = {"key": key, "help": setting.help, "persist_state": "session"}
    match setting.kind:
        case "flag":
            st.toggle(setting.title, value, **options)
        case "text":
            st.text_input(setting.title, value, **options)
        case "choice":
            choices = setting.choices
            st.selectbox(setting.title, choices, choices.index(value), **options)
        case "number":
            digits = setting.presentation.digits
            options["format"] = None if digits is None else f"%.{digits}f"
            options["step"] = setting.presentation.step
            st.number_input(setting.title, value=value, **options)


def fill_in_network(text: str) -> None:
    """Fill in a network of one's own in the form of every recipe."""
    network = next(one for one in settings(ModelSpec) if one.name == "network")
    for recipe in RECIPES.values():
        st.session_state[input_key(network, recipe)] = text
    st.session_state[state.DESIGNED] = True


def fill_in_data(name: str) -> None:
    """Fill in a data set in the form, and open the form."""
    st.session_state[DATA] = name
    st.session_state[state.DESIGNED] = True


def input_key(setting: Setting, recipe: Recipe) -> str:
    """The key of a setting's input.

    Each recipe has inputs of its own, so that choosing another one fills in its values. A setting
    with the same first value in all recipes has one input.
    """
    presentation = setting.presentation
    if presentation.form_value is None:
        return f"{recipe.name}_{setting.name}"
    return f"train_{presentation.option or setting.name}"


def specs_of(
    recipe: Recipe, entered: Mapping[Setting, Any], data: DataRef | None = None
) -> tuple[ModelSpec, TrainSpec]:
    """Return the specs of a recipe with the entered settings, for a data set; None: MNIST.

    Raises `SpecError`.
    """
    model: dict[str, Any] = {}
    train: dict[str, Any] = {}
    for setting, value in entered.items():
        values = model if setting.spec is ModelSpec else train
        values[setting.name] = setting.parse(value)
    return recipe.specs(model, train, data)
