"""Charts on a page, as the page looks now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from mnistviz.core.types.training import MetricRow
from mnistviz.runs.registry import Run
from mnistviz.ui.shared import loaders

if TYPE_CHECKING:
    # Plotly takes long to import, and app.py imports none of it before it paints.
    import plotly.graph_objects as go

    from mnistviz.charts.colour_scales import Scope

SCOPE_NAMES: dict[Scope, str] = {"layer": "the layer", "tile": "each tile", "all": "all layers"}


def show(
    figure: go.Figure,
    key: str,
    alt: str,
    on_click: Callable[[], None] | None = None,
    **config: object,
) -> None:
    """Show a figure, as the page looks now. `on_click` is called when one of its points is clicked.

    `config` are further settings of Plotly's.
    """
    from mnistviz.charts.appearance import DARK, LIGHT
    from mnistviz.charts.compat import to_streamlit

    st.plotly_chart(
        to_streamlit(figure, DARK if st.context.theme.type == "dark" else LIGHT),
        theme=None,
        key=key,
        alt=alt,
        on_select=on_click or "ignore",
        selection_mode="points",
        # Plotly's own buttons would cover the small pictures; hovering and axes stay.
        config={"displayModeBar": False, **config},
    )


@dataclass(frozen=True)
class CurveOptions:
    """How loss and accuracy are drawn.

    `changes` are steps and learning rates that a person set, `marks` steps to point out.
    """

    accuracy_from: float = 0.0
    log_loss: bool = True
    smoothing: float = 0.0
    changes: Sequence[tuple[int, float | None]] = ()
    marks: Sequence[int] = ()


def show_curves(
    run: Run, rows: Sequence[MetricRow], num_epochs: int, options: CurveOptions
) -> None:
    """Loss and accuracy of a run side by side (one above the other on a phone)."""
    from mnistviz.charts.training.curves import points_of, training_figure

    points = points_of(rows)
    measures: tuple[Literal["loss", "accuracy"], ...] = ("loss", "accuracy")
    for column, measure in zip(st.columns(2), measures, strict=True):
        figure = training_figure(
            measure,
            points,
            loaders.published_log(),
            run.spec.train.steps_per_epoch,
            num_epochs=num_epochs,
            accuracy_from=options.accuracy_from,
            log_scale=options.log_loss,
            smoothing=options.smoothing,
            changes=options.changes,
            marks=options.marks,
        )
        with column:
            show(figure, measure, f"{measure} of {run.name} by epoch, beside the published log")


def pick_scope(key: str, tile: str) -> Scope:
    """What the end of the colour scale stands for; `tile` is what a tile is on this page."""
    scope: Scope = st.segmented_control(
        "Compare colours within",
        list(SCOPE_NAMES),
        default="layer",
        format_func=lambda scope: tile if scope == "tile" else SCOPE_NAMES[scope],
        key=key,
        required=True,
    )
    return scope
