"""The accuracy without one channel of a layer, and with fewer and fewer of its channels."""

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import NEGATIVE, POSITIVE
from mnistviz.charts.theme import (
    CHOSEN,
    LEGEND,
    PUBLISHED,
    TRAINING,
    VALIDATION,
    add_band,
    apply_layout,
)
from mnistviz.core.types.arrays import DoubleArray
from mnistviz.core.types.inspection import LayerAblation, PruningResult
from mnistviz.texts import _

HEIGHT = 340
BARS_HEIGHT = 240

# Low and high ends of 95 % intervals.
Bounds = tuple[DoubleArray, DoubleArray]


def accuracy_drop_figure(ablation: LayerAblation, bounds: Bounds) -> go.Figure:
    """Return the drop of accuracy without each channel, in points, the most important first.

    `bounds` are the ends of the 95 % intervals, (channels,) each, in [0, 1].
    """
    order = ablation.order[::-1]
    drops, low, high = (100 * values[order] for values in (ablation.drops, *bounds))
    figure = go.Figure(
        go.Bar(
            x=[str(channel) for channel in order.tolist()],
            y=drops.tolist(),
            marker={"color": [POSITIVE if drop > 0 else NEGATIVE for drop in drops.tolist()]},
            error_y={
                "array": (high - drops).tolist(),
                "arrayminus": (drops - low).tolist(),
                "color": PUBLISHED,
                "thickness": 1.5,
                "width": 3,
            },
            customdata=np.stack([low, high, ablation.lost[order], ablation.gained[order]], axis=1),
            hovertemplate=_(
                "{layer}, channel %{{x}}: without it <b>%{{y:+.2f}}</b> points lost, 95 % "
                "interval %{{customdata[0]:+.2f}} to %{{customdata[1]:+.2f}}<br>of {images:,} "
                "images %{{customdata[2]}} are no longer read right, %{{customdata[3]}} are "
                "now<extra></extra>"
            ).format(layer=ablation.layer, images=ablation.images),
        )
    )
    figure.update_xaxes(title=_("channel"), type="category", fixedrange=True)
    figure.update_yaxes(title=_("points lost without it"), fixedrange=True)
    return apply_layout(figure, BARS_HEIGHT)


def remaining_channels_figure(
    ablation: LayerAblation, bounds: Bounds, tuned: PruningResult | None = None
) -> go.Figure:
    """Return the accuracy over the number of channels left, for each order of removing them.

    `bounds` are the ends of the 95 % intervals of `ablation.least_first`, in [0, 1]. With `tuned`,
    a line has the accuracies after the smaller networks were trained further.
    """
    count = len(ablation.order)
    left = list(range(count, -1, -1))
    figure = go.Figure()
    draws = (ablation.random.min(axis=0), ablation.random.max(axis=0))
    for (low, high), colour in ((draws, PUBLISHED), (bounds, TRAINING)):
        add_band(figure, left, (100 * low).tolist(), (100 * high).tolist(), colour, 0.25)
    means = ablation.random.mean(axis=0)
    lines = (
        (
            _("the least important go first"),
            ablation.least_first,
            bounds,
            TRAINING,
            _("95 % interval"),
        ),
        (
            _("at random, {count} draws").format(count=len(ablation.random)),
            means,
            draws,
            PUBLISHED,
            _("the draws:"),
        ),
        (_("the most important go first"), ablation.most_first, None, VALIDATION, ""),
    )
    for name, values, ends, colour, interval in lines:
        low, high = (100 * end for end in ends or (values, values))
        interval_text = _(
            "<br>{interval} %{{customdata[0]:.2f}} to %{{customdata[1]:.2f}} %"
        ).format(interval=interval)
        figure.add_scatter(
            x=left,
            y=(100 * np.asarray(values)).tolist(),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            customdata=np.stack([low, high], axis=1),
            hovertemplate=_(
                "{name}<br>%{{x}} of {count} channels left: <b>%{{y:.2f}} %</b>"
            ).format(name=name, count=count)
            + (interval_text if interval else "")
            + "<extra></extra>",
        )
    if tuned is not None:
        _add_tuned(figure, tuned, count)
    figure.update_xaxes(title=_("channels left"), autorange="reversed", fixedrange=True)
    figure.update_yaxes(title=_("right answers, %"), fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND)


def _add_tuned(figure: go.Figure, tuned: PruningResult, count: int) -> None:
    name = _("after {steps} more steps").format(steps=tuned.steps)
    figure.add_scatter(
        x=tuned.left.tolist(),
        y=(100 * tuned.after).tolist(),
        name=name,
        mode="lines+markers",
        line={"color": CHOSEN, "width": 2, "dash": "dot"},
        marker={"size": 9, "symbol": "diamond"},
        customdata=(100 * tuned.before).tolist(),
        hovertemplate=_(
            "{name}<br>%{{x}} of {count} channels left: <b>%{{y:.2f}} %</b>, before "
            "%{{customdata:.2f}} % (on {images:,} images)<extra></extra>"
        ).format(name=name, count=count, images=tuned.images),
    )
