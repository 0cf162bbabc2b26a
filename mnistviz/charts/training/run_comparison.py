"""The curves of several runs, bands over seeds, and the generalization gap."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.theme import CATEGORICAL, LEGEND_LINE, PUBLISHED, apply_layout
from mnistviz.charts.training.curves import MAX_POINTS, Measure, smoothed
from mnistviz.core.types.training import Curve, EpochRow

HEIGHT = 400

# Grey is the published log in all charts.
COLOURS = tuple(colour for colour in CATEGORICAL if colour != PUBLISHED)


@dataclass(frozen=True)
class Line:
    """A curve as it is drawn: with few points, smoothed, and its `raw` values."""

    curve: Curve
    colour: str
    raw: tuple[float, ...]


def comparison_lines(
    curves: Sequence[Curve], *, smoothing: float = 0.0, as_error: bool = False
) -> list[Line]:
    """Return the rows of `comparison_figure`, with a colour for each name of a curve.

    A curve has at most `MAX_POINTS` points. `as_error` turns accuracies into error rates.
    """
    names = dict.fromkeys(curve.name for curve in curves)
    colours = dict(zip(names, itertools.cycle(COLOURS), strict=False))
    lines = []
    for curve in map(_thinned, curves):
        raw = _error_of(curve) if as_error else curve
        drawn = _smoothed(raw, smoothing) if smoothing else raw
        lines.append(Line(drawn, colours[curve.name], raw=raw.values))
    return lines


def _smoothed(curve: Curve, weight: float) -> Curve:
    return replace(
        curve,
        values=tuple(smoothed(curve.values, weight)),
        low=tuple(smoothed(curve.low, weight)),
        high=tuple(smoothed(curve.high, weight)),
    )


def _error_of(curve: Curve) -> Curve:
    def complements(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(1 - value for value in values)

    # The upper bound of the accuracy is the lower bound of the error.
    return replace(
        curve,
        values=complements(curve.values),
        low=complements(curve.high),
        high=complements(curve.low),
    )


def _thinned(curve: Curve) -> Curve:
    """Return a curve of at most `MAX_POINTS` points, each the mean of consecutive points."""
    if len(curve.epochs) <= MAX_POINTS:
        return curve

    def means(values: tuple[float, ...]) -> tuple[float, ...]:
        parts = np.array_split(np.array(values), MAX_POINTS) if values else []
        return tuple(float(part.mean()) for part in parts)

    fewest = (int(part.min()) for part in np.array_split(curve.counts, MAX_POINTS))
    return replace(
        curve,
        epochs=means(curve.epochs),
        values=means(curve.values),
        low=means(curve.low),
        high=means(curve.high),
        counts=tuple(fewest) if curve.counts else (),
    )


def comparison_figure(
    measure: Measure, lines: Sequence[Line], *, log_scale: bool = False
) -> go.Figure:
    """Return the loss or the accuracy of several runs over the epochs, with their bands.

    On a log scale, the lines of the accuracy are expected to be error rates.
    """
    figure = go.Figure()
    named: set[str] = set()
    for line in lines:
        line = _above_zero(line) if log_scale else line
        _add_band(figure, line)
        _add_line(figure, measure, line, first=line.curve.name not in named, log_scale=log_scale)
        named.add(line.curve.name)
    figure.update_xaxes(title="epochs trained", rangemode="tozero", fixedrange=True)
    what = "wrong answers" if log_scale and measure == "accuracy" else measure
    figure.update_yaxes(
        title=f"{what}, log scale" if log_scale else what,
        type="log" if log_scale else "linear",
        tickformat="~g" if measure == "loss" else ".2~%",
        fixedrange=True,
    )
    return _with_legend(figure, len(named))


def _above_zero(line: Line) -> Line:
    """Return a line for a log scale: values of at most 0 become the least value above 0."""
    curve = line.curve
    least = min((value for value in (*curve.values, *line.raw) if value > 0), default=1.0)

    def raised(values: tuple[float, ...]) -> tuple[float, ...]:
        # Not max(), so that a NaN stays NaN, which is a gap in the line.
        return tuple(least if value <= 0 else value for value in values)

    values, low, high = raised(curve.values), raised(curve.low), raised(curve.high)
    return replace(
        line, curve=replace(curve, values=values, low=low, high=high), raw=raised(line.raw)
    )


def _with_legend(figure: go.Figure, num_names: int) -> go.Figure:
    """Apply the shared layout, with space for each name of the legend below."""
    return apply_layout(
        figure,
        HEIGHT + LEGEND_LINE * max(0, num_names - 3),
        showlegend=True,
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "font_size": 11,
        },
        hovermode="closest",
    )


def _add_band(figure: go.Figure, line: Line) -> None:
    curve = line.curve
    if not curve.low:
        return
    figure.add_scatter(
        x=[*curve.epochs, *reversed(curve.epochs)],
        y=[*curve.high, *reversed(curve.low)],
        fill="toself",
        fillcolor=line.colour,
        opacity=0.18,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        legendgroup=curve.name,
    )


def _add_line(
    figure: go.Figure, measure: Measure, line: Line, *, first: bool, log_scale: bool
) -> None:
    curve = line.curve
    split = "training" if curve.training else "validation"
    shared = {
        "x": curve.epochs,
        "legendgroup": curve.name,
        "mode": "lines" if curve.training or len(curve.epochs) > 1 else "markers",
    }
    if line.raw != curve.values:
        figure.add_scatter(
            **shared,
            y=line.raw,
            line={"color": line.colour, "width": 1},
            opacity=0.25,
            hoverinfo="skip",
            showlegend=False,
        )
    number = "%{y:.4f}" if measure == "loss" else "%{y:.2%}"
    what = "wrong answers" if log_scale and measure == "accuracy" else measure
    of_runs = ", mean of %{customdata} runs" if curve.counts else ""
    figure.add_scatter(
        **shared,
        y=curve.values,
        customdata=curve.counts or None,
        name=curve.name,
        line={"color": line.colour, "width": 1 if curve.training else 2.5},
        opacity=0.7 if curve.training else 1,
        showlegend=first,
        hovertemplate=f"<b>{curve.name}</b>, {split}<br>epoch %{{x:.2f}}: {what} <b>{number}</b>"
        f"{of_runs}<extra></extra>",
    )


def gap_figure(epochs: Mapping[str, Sequence[EpochRow]]) -> go.Figure:
    """Return the gap of each training over its epochs, in percentage points, by title.

    Thin and dotted: the gap of the running mean of the log, with dropout.
    """
    figure = go.Figure()
    for (title, rows), colour in zip(epochs.items(), itertools.cycle(COLOURS), strict=False):
        running = [(row.epoch, row.running_gap) for row in rows]
        measured = [(row.epoch, row.gap) for row in rows if row.gap is not None]
        for points, name, width, dash, opacity in (
            (running, "running mean", 1, "dot", 0.6),
            (measured, "gap", 2.5, None, 1),
        ):
            figure.add_scatter(
                x=[epoch for epoch, _ in points],
                y=[100 * value for _, value in points],
                name=title,
                legendgroup=title,
                showlegend=name == "gap",
                mode="lines+markers" if name == "gap" else "lines",
                marker={"size": 5},
                line={"color": colour, "width": width, "dash": dash},
                opacity=opacity,
                hovertemplate=f"<b>{title}</b>, {name}<br>epoch %{{x}}: <b>%{{y:+.2f}}</b> points"
                "<extra></extra>",
            )
    figure.add_hline(y=0, line={"color": PUBLISHED, "width": 1})
    figure.update_xaxes(title="epoch", rangemode="tozero", fixedrange=True)
    figure.update_yaxes(title="gap, percentage points", fixedrange=True)
    return _with_legend(figure, len(epochs))
