"""Inputs for the settings of a training."""

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec


def number_setting(
    spec: ModelSpec | TrainSpec,
    name: str,
    label: str,
    recipe: str,
    *,
    step: float | None = None,
    digits: int | None = None,
) -> float:
    """A number input with the help and the default that the spec has for it.

    Without limits of its own: the browser would keep a value beyond them to itself,
    and a run would start with another. The spec refuses it, in words. Each recipe has
    its own inputs: choosing another recipe fills in that recipe's values.
    """
    default = getattr(spec, name)
    value: float = st.number_input(
        label,
        value=default,
        step=None if step is None else type(default)(step),
        format=None if digits is None else f"%.{digits}f",
        key=f"{recipe}_{name}",
        help=spec.help(name),
        persist_state="session",
    )
    return value
