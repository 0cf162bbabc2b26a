"""Buttons and choices, with the settings that pages have in common."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

Option = TypeVar("Option")


def button(
    label: str, icon: str, action: Callable[..., None], *arguments: Any, **settings: Any
) -> None:
    """Show a button that calls `action` with the arguments.

    `icon` is the name of a Material symbol, `settings` are further ones of `st.button`.
    """
    st.button(label, icon=f":material/{icon}:", on_click=action, args=arguments, **settings)


def pick(
    label: str, options: Mapping[Option, str], key: str, default: Option, **settings: Any
) -> Option:
    """Let a person choose one of the options, shown by their texts; return the chosen one.

    `settings` are further ones of `st.segmented_control`.
    """
    chosen: Option = st.segmented_control(
        label,
        list(options),
        default=default,
        format_func=lambda option: options[option],
        key=key,
        required=True,
        **settings,
    )
    return chosen
