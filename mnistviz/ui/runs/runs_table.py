"""The table of all runs: filters, and the rows that are chosen."""

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mnistviz.runs.registry import Run
from mnistviz.runs.run_summary import Summary
from mnistviz.runs.run_table import PAGE_COLUMNS, RunColumn, page_row
from mnistviz.ui.shared import state

_COLUMN_TYPES: dict[str, Callable[..., Any]] = {
    "": st.column_config.Column,
    "number": st.column_config.NumberColumn,
    "time": st.column_config.DatetimeColumn,
}


def table_of(summaries: Sequence[Summary]) -> pd.DataFrame:
    """The table with a row for each run, in the order given."""
    names = {summary.run.id: summary.run for summary in summaries}
    return pd.DataFrame([page_row(summary, names) for summary in summaries])


def column_config(column: RunColumn) -> Any:
    """The Streamlit configuration of a column."""
    options = {"help": column.help, "pinned": column.pinned}
    if column.kind:
        options["format"] = column.format
    return _COLUMN_TYPES[column.kind](column.title, **options)


def filtered(
    summaries: Sequence[Summary],
    words: str,
    recipes: Sequence[str],
    plans: Sequence[str],
    states: Sequence[str],
) -> list[Summary]:
    """Runs that have all words in name, recipe, plan or note; an empty choice lets all pass."""
    return [
        summary
        for summary in summaries
        if (not recipes or summary.run.spec.recipe in recipes)
        and (not plans or summary.run.spec.model.plan in plans)
        and (not states or summary.state in states)
        and all(word in _searched(summary.run) for word in words.lower().split())
    ]


def _searched(run: Run) -> str:
    return f"{run.name} {run.id} {run.spec.recipe} {run.spec.model.plan} {run.note}".lower()


def choose_filters(summaries: Sequence[Summary]) -> list[Summary]:
    """Widgets to search and filter, and the runs that pass."""
    options: dict[str, list[str]] = {
        "Recipe": [summary.run.spec.recipe for summary in summaries],
        "Channels": [summary.run.spec.model.plan for summary in summaries],
        "State": [str(summary.state) for summary in summaries],
    }
    keys = {label: f"runs_{label.lower()}" for label in options}
    for label, key in keys.items():
        # A choice whose last run is gone would be an error of the widget.
        before = st.session_state.get(key, [])
        st.session_state[key] = [value for value in before if value in options[label]]
    num_filters = sum(bool(st.session_state[key]) for key in keys.values())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search",
            key="runs_search",
            persist_state="session",
            placeholder="Search name, recipe, channels or note",
            label_visibility="collapsed",
            icon=":material/search:",
        )
        with st.popover(
            f"Filter ({num_filters})" if num_filters else "Filter", icon=":material/filter_list:"
        ):
            choices = [
                st.multiselect(
                    label,
                    list(dict.fromkeys(values)),
                    key=keys[label],
                    persist_state="session",
                    placeholder="all",
                )
                for label, values in options.items()
            ]
    return filtered(summaries, words, *choices)


def choose_runs(summaries: Sequence[Summary], shown: Sequence[Summary]) -> list[Summary]:
    """The table of `shown`, and the runs that are chosen, also those that a filter hides now."""
    there = {summary.run.id for summary in summaries}
    chosen = [run_id for run_id in st.session_state.get(state.CHOSEN_RUNS, []) if run_id in there]
    ids = [summary.run.id for summary in shown]
    # A table of other rows is another table: positions chosen in the one mean nothing in it.
    number = st.session_state.get(state.CHOICE_NUMBER, 0)
    key = f"runs_table_{number}_{zlib.crc32(' '.join(ids).encode())}"
    event = st.dataframe(
        table_of(shown),
        key=key,
        hide_index=True,
        height=min(38 + 35 * max(len(shown), 1), 430),
        column_config={name: column_config(each) for name, each in PAGE_COLUMNS.items()},
        placeholder="–",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={
            "selection": {
                "rows": [place for place, run_id in enumerate(ids) if run_id in chosen],
                "columns": [],
                "cells": [],
            }
        },
        alt=f"Table of {len(shown)} runs with their settings and results",
    )
    visible = [ids[place] for place in event["selection"]["rows"] if place < len(ids)]
    hidden = [run_id for run_id in chosen if run_id not in ids]
    st.session_state[state.CHOSEN_RUNS] = [*visible, *hidden]
    return [summary for summary in summaries if summary.run.id in {*visible, *hidden}]


def choose(run_ids: Sequence[str]) -> None:
    """Choose other rows than a person did, from a callback."""
    st.session_state[state.CHOSEN_RUNS] = list(run_ids)
    st.session_state[state.CHOICE_NUMBER] = st.session_state.get(state.CHOICE_NUMBER, 0) + 1
