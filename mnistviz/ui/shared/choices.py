"""A choice between a few options, and what was clicked on a chart."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import streamlit as st

Option = TypeVar("Option")


def pick(
    label: str,
    options: Mapping[Option, str] | Sequence[Option],
    key: str,
    default: Option | None = None,
    **settings: Any,
) -> Option:
    """Let a person choose one of `options`; return the one that is chosen.

    A mapping gives each option a text, a sequence shows the options as they are. At first
    `default` is chosen, or else the first option. `settings` are passed to
    `st.segmented_control`.
    """
    texts = options if isinstance(options, Mapping) else {option: str(option) for option in options}
    chosen = st.segmented_control(
        label,
        list(texts),
        default=next(iter(texts)) if default is None else default,
        format_func=texts.__getitem__,
        key=key,
        required=True,
        **settings,
    )
    return cast(Option, chosen)


def clicked_point(key: str) -> Any:
    """Return the `customdata` of the point that was clicked on the chart `key`, or None."""
    chart = st.session_state.get(key)
    points = chart.selection.points if chart else []
    return points[0].get("customdata") if points else None
