"""The table of all runs: filters, and the rows that are chosen."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import pandas as pd
import streamlit as st

from mnistviz.runs.registry import Run
from mnistviz.runs.run_summary import Summary
from mnistviz.runs.run_table import PAGE_COLUMNS, RunColumn, page_row
from mnistviz.texts import _
from mnistviz.ui.shared import state

# The filters by label, with the value of a run that they compare.
FILTERS: dict[str, Callable[[Summary], str]] = {
    _("Recipe"): attrgetter("run.spec.recipe"),
    _("Channels"): attrgetter("run.spec.model.plan"),
    _("State"): attrgetter("state"),
}

_COLUMN_TYPES: dict[str, Callable[..., Any]] = {
    "": st.column_config.Column,
    "number": st.column_config.NumberColumn,
    "time": st.column_config.DatetimeColumn,
}


def show_table(rows: Sequence[Any], columns: list[str] | None, alt: str, **options: Any) -> Any:
    """Show rows as a table without index; return the event of its selection, if it has one.

    `columns` are the headings, None: the keys of the rows. `options` are those of `st.dataframe`.
    """
    table = pd.DataFrame(rows, columns=columns)
    return st.dataframe(table, hide_index=True, alt=alt, **options)


def column_config(column: RunColumn) -> Any:
    """The Streamlit configuration of a column."""
    options = {"help": column.help, "pinned": column.pinned}
    if column.kind:
        options["format"] = column.format
    return _COLUMN_TYPES[column.kind](column.title, **options)


def filtered(
    summaries: Sequence[Summary], words: str, choices: Mapping[str, Sequence[str]]
) -> list[Summary]:
    """Return the runs with a chosen value in each of `FILTERS` and all words in their texts.

    The texts are name, id, recipe, channel plan and note. An empty choice lets all runs pass.
    """
    return [
        summary
        for summary in summaries
        if all(not values or FILTERS[label](summary) in values for label, values in choices.items())
        and all(word in _searched(summary.run) for word in words.lower().split())
    ]


def _searched(run: Run) -> str:
    return f"{run.name} {run.id} {run.spec.recipe} {run.spec.model.plan} {run.note}".lower()


def choose_filters(summaries: Sequence[Summary]) -> list[Summary]:
    """Show the widgets to search and filter; return the runs that pass."""
    options = {
        label: list(dict.fromkeys(map(value_of, summaries))) for label, value_of in FILTERS.items()
    }
    keys = {label: f"runs_{label.lower()}" for label in options}
    for label, key in keys.items():
        # The widget refuses a value that no run has any more.
        before = st.session_state.get(key, [])
        st.session_state[key] = [value for value in before if value in options[label]]
    num_filters = sum(bool(st.session_state[key]) for key in keys.values())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            _("Search"),
            key="runs_search",
            persist_state="session",
            placeholder=_("Search name, recipe, channels or note"),
            label_visibility="collapsed",
            icon=":material/search:",
        )
        with st.popover(
            _("Filter ({num_filters})").format(num_filters=num_filters)
            if num_filters
            else _("Filter"),
            icon=":material/filter_list:",
        ):
            choices = {
                label: st.multiselect(
                    label, values, key=keys[label], persist_state="session", placeholder=_("all")
                )
                for label, values in options.items()
            }
    return filtered(summaries, words, choices)


def choose_runs(summaries: Sequence[Summary], shown: Sequence[Summary]) -> list[Summary]:
    """Show the table of `shown`; return the chosen runs, also those that a filter hides."""
    runs = {summary.run.id: summary.run for summary in summaries}
    chosen = [run_id for run_id in st.session_state.get(state.CHOSEN_RUNS, []) if run_id in runs]
    ids = [summary.run.id for summary in shown]
    names = {summary.run.id: summary.run for summary in shown}
    rows = [position for position, run_id in enumerate(ids) if run_id in chosen]
    # The selection holds positions, so that other rows need a widget of their own.
    number = st.session_state.get(state.CHOICE_NUMBER, 0)
    key = f"runs_table_{number}_{zlib.crc32(' '.join(ids).encode())}"
    event = show_table(
        [page_row(summary, names) for summary in shown],
        None,
        _("Table of {count} runs with their settings and results").format(count=len(shown)),
        key=key,
        height=min(38 + 35 * max(len(shown), 1), 430),
        column_config={name: column_config(each) for name, each in PAGE_COLUMNS.items()},
        placeholder="–",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": rows, "columns": [], "cells": []}},
    )
    visible = [ids[row] for row in event["selection"]["rows"] if row < len(ids)]
    hidden = [run_id for run_id in chosen if run_id not in ids]
    st.session_state[state.CHOSEN_RUNS] = [*visible, *hidden]
    return [summary for summary in summaries if summary.run.id in {*visible, *hidden}]


def choose(run_ids: Sequence[str]) -> None:
    """Replace the chosen runs, from a callback. The table then is a new widget."""
    st.session_state[state.CHOSEN_RUNS] = list(run_ids)
    st.session_state[state.CHOICE_NUMBER] = st.session_state.get(state.CHOICE_NUMBER, 0) + 1
