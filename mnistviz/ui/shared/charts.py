"""Charts on a page, and widgets that several charts need."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run
from mnistviz.texts import _
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.training import run_logs

if TYPE_CHECKING:
    # Plotly takes long to import, and app.py imports none of it before it paints.
    import plotly.graph_objects as go

    from mnistviz.charts.appearance import Appearance
    from mnistviz.core.types.charts import Scope

SCOPE_NAMES: dict[Scope, str] = {
    "layer": _("one for the layer"),
    "tile": _("one per tile"),
    "all": _("one for all layers"),
}


def show(
    figure: go.Figure,
    key: str,
    alt: str,
    on_click: Callable[[], None] | None = None,
    **config: object,
) -> None:
    """Show a figure in the light or dark colours of the page.

    `alt` describes it to people who can't see it. `on_click` is called after a click on a point,
    which is then in the session's state under `key`. `config` are further settings of Plotly's.
    """
    from mnistviz.charts.compat import to_streamlit

    st.plotly_chart(
        to_streamlit(figure, page_appearance()),
        theme=None,
        key=key,
        alt=alt,
        on_select=on_click or "ignore",
        selection_mode="points",
        # Plotly's own buttons would cover the small pictures: the style sheet hides the only one,
        # which `chart_files` presses. Hovering and axes stay.
        config={"displayModeBar": True, "modeBarButtons": [["toImage"]], **config},
    )


def page_appearance() -> Appearance:
    """Return the light or the dark colours, whichever the page has."""
    from mnistviz.charts.appearance import DARK, LIGHT

    return DARK if st.context.theme.type == "dark" else LIGHT


@dataclass(frozen=True)
class CurveOptions:
    """Options of the charts of loss and accuracy.

    `while_learning` also draws the training images as they are trained on. `accuracy_from` is the
    lower end of the accuracy axis, `smoothing` is in [0, 1). `changes` are steps with the learning
    rate that a person set there, `marks` are steps with a vertical line. `target` is an accuracy
    to reach.
    """

    accuracy_from: float = 0.0
    log_loss: bool = True
    smoothing: float = 0.0
    changes: Sequence[tuple[int, float | None]] = ()
    marks: Sequence[int] = ()
    while_learning: bool = True
    target: float | None = None


def show_curves(
    run: Run, rows: Sequence[MetricRow], num_epochs: int, options: CurveOptions
) -> None:
    """Show loss and accuracy of a run by epoch, side by side (on a phone below each other)."""
    from mnistviz.charts.training.curves import points_of, training_figure

    points = points_of(rows)
    measures: tuple[Literal["loss", "accuracy"], ...] = ("loss", "accuracy")
    for column, measure in zip(st.columns(2), measures, strict=True):
        figure = training_figure(
            measure,
            points,
            # It is of MNIST: beside another data set it would say nothing.
            () if run.spec.data else run_logs.published_log(),
            run.spec.train.steps_per_epoch,
            num_epochs=num_epochs,
            accuracy_from=options.accuracy_from,
            log_scale=options.log_loss,
            while_learning=options.while_learning,
            smoothing=options.smoothing,
            changes=options.changes,
            marks=options.marks,
            target=options.target,
        )
        with column:
            show(
                figure,
                measure,
                _("{measure} of {name} by epoch").format(measure=measure, name=run.name)
                + ("" if run.spec.data else _(", beside the original author's run")),
            )


def pick_scope(key: str, tile: str) -> Scope:
    """Let a person choose what shares a colour scale; `tile` is the name of a tile on the page."""
    texts = {**SCOPE_NAMES, "tile": _("one per {tile}").format(tile=tile)}
    return pick(_("Colour scale"), texts, key, wrap=True)
