"""The columns of the table of runs, on the Runs page and in `mnistviz runs list`."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs.registry import Run
from mnistviz.runs.run_summary import Summary

# Runs by id, for the name of a run's parent.
Names = Mapping[str, Run]

LAST = 99
MEASURED_ON = {"test": "the test set", "held_out": "held-out images"}


@dataclass(frozen=True, kw_only=True)
class RunColumn:
    """A column of the table of runs.

    Attributes:
        name: Key in `mnistviz runs --json`, empty: on the page only.
        value: The value of a run, as JSON holds it.
        line: Text in a line of `mnistviz runs list`, empty: none. `str.format` fills in the values
            of all columns by name; a run whose value is None has no text.
        page: Name in the table on the Runs page. Empty: `name`. None: not on the page.
        page_value: The value on the page, for a run and the runs in the table. None: `value`.
        position: Columns on the page are ordered by it, then as in `COLUMNS`.
        title: Heading on the page, None: `page`.
        kind: Type of the column on the page, empty: that of its values.
        format: Format of a number or time on the page, as Streamlit writes it.
        help: Help text of the heading.
        pinned: Whether the column stays in view.
    """

    name: str = ""
    value: Callable[[Summary], Any]
    line: str = ""
    page: str | None = ""
    page_value: Callable[[Summary, Names], Any] | None = None
    position: int = LAST
    title: str | None = None
    kind: Literal["", "number", "time"] = ""
    format: str | None = None
    help: str | None = None
    pinned: bool | None = None


def parent_text(run: Run, names: Names) -> str:
    """The run and epoch that a run began from, such as `reference:3`; empty for other runs."""
    parent = run.spec.parent
    if parent is None:
        return ""
    if parent.run not in names:
        return f"{parent.run}, step {parent.step:,} (not here)"
    of = names[parent.run]
    return f"{of.name}:{of.spec.train.epoch_at(parent.step):.4g}"


def _page_name(run: Run) -> str:
    return f"{run.name} (bundled)" if run.bundled else run.name


def _parent(summary: Summary) -> dict[str, Any] | None:
    parent = summary.run.spec.parent
    return parent.model_dump() if parent else None


@functools.cache
def _data(run: Run) -> str:
    """The name of the data set that a run is trained on."""
    return run.spec.data.name if run.spec.data else "MNIST"


def _num_parameters(model: ModelSpec) -> int:
    """Number of parameters, computed once for each network: a thousand runs have few."""
    return model.parameters


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


# In the order of `mnistviz runs --json`.
COLUMNS = (
    RunColumn(name="id", value=attrgetter("run.id"), page=None),
    RunColumn(
        name="name",
        value=attrgetter("run.name"),
        line="{name:24}",
        page_value=lambda summary, _: _page_name(summary.run),
        position=1,
        pinned=True,
    ),
    RunColumn(name="bundled", value=attrgetter("run.bundled"), page=None),
    RunColumn(name="state", value=attrgetter("state"), line="{state:10}", position=2),
    RunColumn(name="recipe", value=attrgetter("run.spec.recipe"), position=10),
    RunColumn(
        name="channels", value=attrgetter("run.spec.model.plan"), line="{channels:10}", position=6
    ),
    RunColumn(page="batch norm", value=attrgetter("run.spec.model.batch_norm"), position=7),
    RunColumn(
        page="dropout",
        value=attrgetter("run.spec.model.dropout"),
        position=8,
        kind="number",
        format="%.2f",
    ),
    RunColumn(
        name="parameters",
        value=lambda summary: _num_parameters(summary.run.spec.model),
        line="{parameters:>8,}",
        position=9,
        kind="number",
        format="localized",
    ),
    RunColumn(
        name="seed", value=attrgetter("run.spec.train.seed"), line="  seed {seed:<6}", position=11
    ),
    RunColumn(name="epochs", value=attrgetter("run.spec.train.epochs"), page="of", position=13),
    RunColumn(
        name="epochs_done",
        value=lambda summary: round(summary.epochs_done, 2),
        line="{epochs_done:g} of {epochs} epochs  ",
        page="epochs",
        page_value=lambda summary, _: summary.epochs_done,
        position=12,
        title="epochs done",
        kind="number",
        format="%.4g",
    ),
    RunColumn(
        name="val_accuracy",
        value=attrgetter("validation_accuracy"),
        line="{val_accuracy:.2%}",
        page="validation",
        page_value=lambda summary, _: _percent(summary.validation_accuracy),
        position=3,
        title="validation accuracy",
        kind="number",
        format="%.2f%%",
        help="After the last epoch that was validated.",
    ),
    RunColumn(
        name="silent_seconds",
        value=attrgetter("silent_seconds"),
        line="  no sign of life for {silent_seconds:.0f} s",
        page=None,
    ),
    RunColumn(
        name="validated_on",
        value=attrgetter("run.spec.train.validated_on"),
        page="measured on",
        page_value=lambda summary, _: MEASURED_ON[summary.run.spec.train.validated_on],
        position=4,
        help="Where the validation accuracy comes from: training images held out, or the test set.",
    ),
    RunColumn(
        name="test_accuracy",
        value=attrgetter("test_accuracy"),
        page="test",
        page_value=lambda summary, _: _percent(summary.test_accuracy),
        position=5,
        title="test accuracy",
        kind="number",
        format="%.2f%%",
        help="Read once at the end, or the last validation.",
    ),
    RunColumn(
        name="seconds",
        value=attrgetter("seconds"),
        page_value=lambda summary, _: round(summary.seconds),
        position=14,
        kind="number",
        format="localized",
        help="Time trained.",
    ),
    RunColumn(
        name="parent",
        value=_parent,
        page="begins from",
        page_value=lambda summary, names: parent_text(summary.run, names),
        position=15,
        help="The run, and its epoch, whose weights this one began with.",
    ),
    RunColumn(
        name="created",
        value=lambda summary: summary.run.spec.created.isoformat(),
        page_value=lambda summary, _: summary.run.spec.created,
        position=16,
        kind="time",
        format="YYYY-MM-DD HH:mm",
    ),
    RunColumn(name="note", value=attrgetter("run.note"), position=17),
    RunColumn(name="data", value=lambda summary: _data(summary.run), page="data set", position=18),
    RunColumn(name="deleted", value=attrgetter("run.deleted"), page=None),
)


# The columns on the Runs page by name, from left to right.
PAGE_COLUMNS = {
    column.page or column.name: column
    for column in sorted(COLUMNS, key=lambda column: column.position)
    if column.page is not None
}


def page_row(summary: Summary, names: Names) -> dict[str, Any]:
    """The values of a run on the Runs page, by name of the column."""
    return {
        name: column.page_value(summary, names) if column.page_value else column.value(summary)
        for name, column in PAGE_COLUMNS.items()
    }


def json_row(summary: Summary) -> dict[str, Any]:
    """The values of a run in `mnistviz runs --json`."""
    return {column.name: column.value(summary) for column in COLUMNS if column.name}


def text_line(summary: Summary) -> str:
    """The line of a run in `mnistviz runs list`."""
    row = json_row(summary)
    return "".join(
        column.line.format(**row)
        for column in COLUMNS
        if column.line and row[column.name] is not None
    )
