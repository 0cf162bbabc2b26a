"""The curves of several runs, bands over seeds, and the generalization gap."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.theme import (
    CATEGORICAL,
    LEGEND,
    LEGEND_LINE,
    PUBLISHED,
    add_band,
    apply_layout,
)
from mnistviz.charts.training.curves import MAX_POINTS, MEASURE_NAMES, Measure, smoothed
from mnistviz.charts.training.epochs import gap_range
from mnistviz.core.types.training import Curve, EpochRow
from mnistviz.texts import _

HEIGHT = 400

# Grey is the published log in all charts.
COLOURS = tuple(colour for colour in CATEGORICAL if colour != PUBLISHED)
# Patterns of lines, for people who tell few colours apart; another number of them than of colours.
DASHES = ("solid", "dash", "dashdot", "longdash", "dot")


@dataclass(frozen=True)
class Line:
    """A curve as it is drawn: with few points, smoothed, and its `raw` values."""

    curve: Curve
    colour: str
    dash: str
    raw: tuple[float, ...]


def comparison_lines(
    curves: Sequence[Curve], *, smoothing: float = 0.0, as_error: bool = False
) -> list[Line]:
    """Return the rows of `comparison_figure`, with a colour and a dash for each name of a curve.

    A curve has at most `MAX_POINTS` points. `as_error` turns accuracies into error rates.
    """
    names = dict.fromkeys(curve.name for curve in curves)
    styles = dict(
        zip(
            names,
            zip(itertools.cycle(COLOURS), itertools.cycle(DASHES), strict=False),
            strict=False,
        )
    )
    lines = []
    for curve in map(_thinned, curves):
        raw = _error_of(curve) if as_error else curve
        drawn = _smoothed(raw, smoothing) if smoothing else raw
        lines.append(Line(drawn, *styles[curve.name], raw=raw.values))
    return lines


def _changed(curve: Curve, change: Callable[[tuple[float, ...]], tuple[float, ...]]) -> Curve:
    """Return a curve with other values and bounds: `change` is called with each of them."""
    return replace(
        curve, values=change(curve.values), low=change(curve.low), high=change(curve.high)
    )


def _smoothed(curve: Curve, weight: float) -> Curve:
    return _changed(curve, lambda values: tuple(smoothed(values, weight)))


def _error_of(curve: Curve) -> Curve:
    # The upper bound of the accuracy is the lower bound of the error.
    swapped = replace(curve, low=curve.high, high=curve.low)
    return _changed(swapped, lambda values: tuple(1 - value for value in values))


def _thinned(curve: Curve) -> Curve:
    """Return a curve of at most `MAX_POINTS` points, each the mean of consecutive points."""
    if len(curve.epochs) <= MAX_POINTS:
        return curve

    def means(values: tuple[float, ...]) -> tuple[float, ...]:
        parts = np.array_split(np.array(values), MAX_POINTS) if values else []
        return tuple(float(part.mean()) for part in parts)

    fewest = (int(part.min()) for part in np.array_split(curve.counts, MAX_POINTS))
    counts = tuple(fewest) if curve.counts else ()
    return replace(_changed(curve, means), epochs=means(curve.epochs), counts=counts)


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
        curve = line.curve
        if curve.low:
            band = add_band(figure, curve.epochs, curve.low, curve.high, line.colour, 0.18)
            band.legendgroup = curve.name
        _add_line(figure, measure, line, first=line.curve.name not in named, log_scale=log_scale)
        named.add(line.curve.name)
    figure.update_xaxes(title=_("epochs trained"), rangemode="tozero", fixedrange=True)
    what = _name_of(measure, log_scale)
    figure.update_yaxes(
        title=_("{what}, log scale").format(what=what) if log_scale else what,
        type="log" if log_scale else "linear",
        tickformat="~g" if measure == "loss" else ".2~%",
        # Around a single point Plotly's range would go beyond what an accuracy can be.
        minallowed=None if log_scale else 0,
        maxallowed=1 if measure == "accuracy" and not log_scale else None,
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

    return replace(line, curve=_changed(curve, raised), raw=raised(line.raw))


def _with_legend(figure: go.Figure, num_names: int) -> go.Figure:
    """Apply the shared layout, with space for each name of the legend below."""
    return apply_layout(
        figure,
        HEIGHT + LEGEND_LINE * max(0, num_names - 3),
        showlegend=True,
        legend={**LEGEND, "yref": "container", "y": 0},
        hovermode="closest",
    )


def _name_of(measure: Measure, log_scale: bool) -> str:
    """The name of what is drawn; on a log scale, the accuracy is drawn as its complement."""
    return _("wrong answers") if log_scale and measure == "accuracy" else MEASURE_NAMES[measure]


def _add_line(
    figure: go.Figure, measure: Measure, line: Line, *, first: bool, log_scale: bool
) -> None:
    curve = line.curve
    split = _("training") if curve.training else _("validation")
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
    what = _name_of(measure, log_scale)
    of_runs = _(", mean of %{customdata} runs") if curve.counts else ""
    figure.add_scatter(
        **shared,
        y=curve.values,
        customdata=curve.counts or None,
        name=curve.name,
        line={
            "color": line.colour,
            "width": 1 if curve.training else 2.5,
            "dash": line.dash,
        },
        opacity=0.7 if curve.training else 1,
        showlegend=first,
        hovertemplate=_(
            "<b>{name}</b>, {split}<br>epoch %{{x:.2f}}: {what} "
            "<b>{number}</b>{of_runs}<extra></extra>"
        ).format(name=curve.name, split=split, what=what, number=number, of_runs=of_runs),
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
            (running, _("running mean"), 1, "dot", 0.6),
            (measured, _("gap"), 2.5, None, 1),
        ):
            figure.add_scatter(
                x=[epoch for epoch, _ in points],
                y=[100 * value for _, value in points],
                name=title,
                legendgroup=title,
                showlegend=points is measured,
                mode="lines+markers" if points is measured else "lines",
                marker={"size": 5},
                line={"color": colour, "width": width, "dash": dash},
                opacity=opacity,
                hovertemplate=_(
                    "<b>{title}</b>, {name}<br>epoch %{{x}}: <b>%{{y:+.2f}}</b> "
                    "points<extra></extra>"
                ).format(title=title, name=name),
            )
    figure.add_hline(y=0, line={"color": PUBLISHED, "width": 1})
    figure.update_xaxes(title=_("epoch"), rangemode="tozero", fixedrange=True)
    figure.update_yaxes(title=_("gap, percentage points"), fixedrange=True)
    rows = [row for each in epochs.values() for row in each]
    figure.update_yaxes(range=gap_range(rows))
    return _with_legend(figure, len(epochs))
