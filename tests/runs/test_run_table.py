"""The columns of the table of runs."""

from datetime import datetime

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry
from mnistviz.runs.run_summary import Summary, summarise
from mnistviz.runs.run_table import (
    COLUMNS,
    PAGE_COLUMNS,
    json_row,
    page_row,
    parent_text,
    text_line,
)


def summary_of(name: str) -> Summary:
    return summarise(registry.find_run(name))


def test_every_column_has_a_name_of_its_own() -> None:
    names = [column.name for column in COLUMNS if column.name]
    assert len(set(names)) == len(names)
    on_page = [column for column in COLUMNS if column.page is not None]
    assert len(PAGE_COLUMNS) == len(on_page)


def test_columns_on_the_page_are_in_the_order_of_their_positions() -> None:
    assert list(PAGE_COLUMNS)[:5] == ["name", "state", "validation", "measured on", "test"]
    positions = [column.position for column in PAGE_COLUMNS.values()]
    assert positions == sorted(positions)


def test_values_of_a_run_on_the_page() -> None:
    row = page_row(summary_of("best"), {})
    assert list(row) == list(PAGE_COLUMNS)
    assert row["name"] == "best (bundled)"
    assert row["measured on"] == "held-out images"
    assert row["validation"] == pytest.approx(99.60)
    assert (row["parameters"], row["epochs"], row["of"]) == (14_000, 40, 40)
    assert isinstance(row["created"], datetime)


def test_values_of_a_run_as_json() -> None:
    row = json_row(summary_of("reference"))
    assert (row["name"], row["bundled"], row["validated_on"]) == ("reference", True, "test")
    assert row["val_accuracy"] == row["test_accuracy"] == pytest.approx(0.9932)
    assert (row["parent"], row["deleted"]) == (None, False)
    assert datetime.fromisoformat(row["created"])


def test_a_line_of_a_run_leaves_out_what_is_not_known() -> None:
    assert text_line(summary_of("best")) == (
        "best                    finished  10/15/20    14,000  seed 3     40 of 40 epochs  99.60%"
    )
    registry.create_run("plain", ModelSpec(), TrainSpec(), "idle")
    assert text_line(summary_of("idle")).endswith("seed 0     0 of 20 epochs  ")


def test_the_parent_of_a_fork_is_named_where_it_is_known() -> None:
    parent = registry.find_run("reference")
    train = TrainSpec()
    fork = registry.create_run(
        "reference", ModelSpec(), train, "fork", parent=Parent(run="reference", step=469)
    )
    assert parent_text(parent, {}) == ""
    assert parent_text(fork, {"reference": parent}) == "reference:1"
    assert parent_text(fork, {}) == "reference, step 469 (not here)"
