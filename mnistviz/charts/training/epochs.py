"""The generalization gap, the learning rate and the time of each epoch of a training."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnistviz.charts.theme import LEGEND, PUBLISHED, TRAINING, VALIDATION, apply_layout
from mnistviz.core.types.training import EpochRow, MetricRow
from mnistviz.texts import _

HEIGHT = 260


def epoch_gap_figure(epochs: Sequence[EpochRow], num_epochs: int) -> go.Figure:
    """Return the training accuracy minus the validation accuracy, in points, over the epochs.

    Thick: the training accuracy is measured in inference mode. Thin: it is the running mean of
    the epoch, with dropout.
    """
    figure = go.Figure()
    measured = [(row.epoch, row.gap) for row in epochs if row.gap is not None]
    running = [(row.epoch, row.running_gap) for row in epochs]
    for name, points, colour, width in (
        (_("measured"), measured, VALIDATION, 2),
        (_("estimate from the training log"), running, TRAINING, 1),
    ):
        if points:
            figure.add_scatter(
                x=[epoch for epoch, _ in points],
                y=[100 * gap for _, gap in points],
                name=name,
                mode="lines+markers" if width > 1 else "lines",
                line={"color": colour, "width": width},
                marker={"size": 5},
                hovertemplate=_(
                    "{name}<br>epoch %{{x}}: <b>%{{y:+.2f}}</b> points<extra></extra>"
                ).format(name=name),
            )
    figure.add_hline(0, line={"color": PUBLISHED, "width": 1})
    figure.update_xaxes(range=[0, num_epochs + 0.5], title=_("epoch"), fixedrange=True)
    figure.update_yaxes(title=_("points of accuracy"), range=gap_range(epochs), fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND, hovermode="closest")


def gap_range(epochs: Sequence[EpochRow]) -> tuple[float, float] | None:
    """Return the ends of the axis of a gap in points; None without an epoch.

    All of the measured gap is within. The estimate from the log begins far below it, so of the
    estimate alone the first quarter of the epochs may lie outside.
    """
    measured = [100 * row.gap for row in epochs if row.gap is not None]
    later = [100 * row.running_gap for row in epochs[len(epochs) // 4 :]]
    shown = measured or later
    if not shown:
        return None
    low, high = min(0.0, *shown), max(0.0, *shown)
    margin = 0.1 * max(high - low, 0.1)
    return low - margin, high + margin


def learning_rate_figure(
    rows: Sequence[MetricRow], steps_per_epoch: int, num_epochs: int
) -> go.Figure:
    """Return the learning rate that was used at each step, on a log scale."""
    points = [(row.step / steps_per_epoch, row.learning_rate) for row in rows]
    # Only the points where it changes: the line between them has steps.
    changes = [
        point
        for index, point in enumerate(points)
        if index in (0, len(points) - 1) or point[1] != points[index - 1][1]
    ]
    figure = go.Figure(
        go.Scatter(
            x=[x for x, _ in changes],
            y=[rate for _, rate in changes],
            mode="lines",
            line={"color": TRAINING, "width": 2, "shape": "hv"},
            hovertemplate=_("epoch %{x:.2f}: learning rate <b>%{y:.3g}</b><extra></extra>"),
        )
    )
    figure.update_xaxes(range=[0, num_epochs], title=_("epochs trained"), fixedrange=True)
    figure.update_yaxes(title=_("learning rate"), type="log", fixedrange=True)
    return apply_layout(figure, HEIGHT)


def epoch_seconds_figure(epochs: Sequence[EpochRow], num_epochs: int) -> go.Figure:
    """Return the seconds of each epoch, with its validation."""
    figure = go.Figure(
        go.Bar(
            x=[row.epoch for row in epochs],
            y=[row.seconds for row in epochs],
            marker={"color": TRAINING},
            hovertemplate=_("epoch %{x}: <b>%{y:.1f} s</b><extra></extra>"),
        )
    )
    figure.update_xaxes(range=[0.4, num_epochs + 0.6], title=_("epoch"), fixedrange=True)
    figure.update_yaxes(title=_("seconds"), rangemode="tozero", fixedrange=True)
    return apply_layout(figure, HEIGHT)
