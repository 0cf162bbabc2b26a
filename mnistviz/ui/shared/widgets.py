"""Widgets that several pages show."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot

Key = TypeVar("Key")


def pick(label: str, titles: Mapping[Key, str], *, key: str, **options: Any) -> Key:
    """Show a button for each of `titles` and return the key of the chosen one, at first the first.

    `options` are further arguments of `st.segmented_control`.
    """
    # Streamlit's type of the chosen value is lost with `options`.
    chosen: Key = st.segmented_control(
        label,
        list(titles),
        default=next(iter(titles)),
        format_func=lambda option: titles[option],
        key=key,
        required=True,
        **options,
    )
    return chosen


def metric_with_note(
    label: str,
    value: str,
    note: str,
    colour: Literal["off", "normal", "orange"] = "off",
    **options: Any,
) -> None:
    """Show a value with a note below it, where `st.metric` has the change of the value.

    `options` are further arguments of `st.metric`, which has a border here unless they say no.
    """
    options = {"border": True, **options}
    st.metric(label, value, note, delta_color=colour, delta_arrow="off", **options)


def pick_other_runs(
    label: str,
    snapshot: Snapshot,
    *,
    most: int,
    key: str,
    first: Sequence[str] = (),
    **options: Any,
) -> list[Snapshot]:
    """Let a person choose runs besides that of `snapshot`; return the last snapshot of each.

    `most` is the largest number of runs, `first` are the ids of those chosen at first, where they
    exist. `options` are further arguments of `st.multiselect`.
    """
    others = {run.id: run for run in registry.list_runs() if run.id != snapshot.run.id}
    chosen = st.multiselect(
        label,
        list(others),
        default=[run_id for run_id in first if run_id in others],
        format_func=lambda run_id: others[run_id].name if run_id in others else run_id,
        max_selections=most,
        key=key,
        **options,
    )
    return snapshots.latest_snapshots(others[run_id] for run_id in chosen)
