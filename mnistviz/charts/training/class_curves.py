"""The trainings of a class: all in one chart, or one small chart for each visitor."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mnistviz.charts.theme import CATEGORICAL, LEGEND, TRAINING, VALIDATION, apply_layout
from mnistviz.texts import _

OVERLAID_HEIGHT = 420
ROW_HEIGHT = 120
DASHES = ("solid", "dot", "dash")


@dataclass(frozen=True)
class ClassCurve:
    """The training of a visitor.

    `points` are (share of its steps, accuracy while it learns), both in [0, 1]; `accuracy` is that
    of its last validation, None where there is none yet.
    """

    name: str
    points: Sequence[tuple[float, float]]
    accuracy: float | None

    @property
    def title(self) -> str:
        return self.name if self.accuracy is None else f"{self.name} {self.accuracy:.1%}"


def overlaid_figure(curves: Sequence[ClassCurve], accuracy_from: float = 0.0) -> go.Figure:
    """Return all trainings in one chart; its accuracy axis starts at `accuracy_from`."""
    figure = go.Figure()
    for number, curve in enumerate(curves):
        shares, accuracies = _columns(curve)
        round_of_colours, index = divmod(number, len(CATEGORICAL))
        line = {"color": CATEGORICAL[index], "dash": DASHES[round_of_colours % len(DASHES)]}
        figure.add_scatter(
            x=shares,
            y=accuracies,
            mode="lines",
            line=line,
            name=curve.title,
            hovertemplate=_("{name}: %{{y:.1%}} after %{{x:.0%}}<extra></extra>").format(
                name=curve.name
            ),
        )
    figure.update_xaxes(title=_("share of the training"), range=[0, 1], tickformat=".0%")
    figure.update_yaxes(title=_("accuracy"), range=[accuracy_from, 1], tickformat=".0%")
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return apply_layout(figure, OVERLAID_HEIGHT, showlegend=True, legend=LEGEND)


def small_multiples_figure(
    curves: Sequence[ClassCurve], columns: int, accuracy_from: float = 0.0
) -> go.Figure:
    """Return a small chart for each training, `columns` in a row, all with the same axes."""
    columns = min(columns, len(curves))
    rows = -(-len(curves) // columns)
    height = ROW_HEIGHT * rows + 40
    figure = make_subplots(
        rows,
        columns,
        shared_xaxes="all",
        shared_yaxes="all",
        subplot_titles=[curve.title for curve in curves],
        vertical_spacing=min(0.5 / max(1, rows), 34 / height),
        horizontal_spacing=0.02,
    )
    for number, curve in enumerate(curves):
        shares, accuracies = _columns(curve)
        row, column = divmod(number, columns)
        figure.add_scatter(
            x=shares,
            y=accuracies,
            mode="lines",
            line={"color": TRAINING if curve.accuracy is None else VALIDATION},
            name=curve.name,
            hovertemplate=_("%{y:.1%} after %{x:.0%}<extra></extra>"),
            row=row + 1,
            col=column + 1,
        )
    figure.update_annotations(font_size=12)
    figure.update_xaxes(range=[0, 1], showticklabels=False, fixedrange=True)
    figure.update_yaxes(range=[accuracy_from, 1], tickformat=".0%", fixedrange=True, nticks=3)
    return apply_layout(figure, height, {"t": 28})


def _columns(curve: ClassCurve) -> tuple[list[float], list[float]]:
    return [x for x, _ in curve.points], [y for _, y in curve.points]
