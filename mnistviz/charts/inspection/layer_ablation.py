"""What channels of a layer cost when they are switched off: one by one, and ever more of them."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.theme import (
    CHOSEN,
    LEGEND,
    PUBLISHED,
    SIGNED,
    TRAINING,
    VALIDATION,
    apply_layout,
)
from mnistviz.core.rows import LayerAblation, Tuned

HEIGHT = 340
BARS_HEIGHT = 240

# Low and high ends of 95 % intervals.
Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]


def accuracy_drop_figure(found: LayerAblation, bounds: Bounds) -> go.Figure:
    """What each channel alone costs, in points of accuracy, the most important first.

    `bounds` are the ends of the 95 % intervals, (channels,) each, as shares.
    """
    order = found.order[::-1]
    drops, low, high = (100 * values[order] for values in (found.drops, *bounds))
    figure = go.Figure(
        go.Bar(
            x=[str(channel) for channel in order.tolist()],
            y=drops.tolist(),
            marker={
                "color": [SIGNED[-1][1] if drop > 0 else SIGNED[0][1] for drop in drops.tolist()]
            },
            error_y={
                "array": (high - drops).tolist(),
                "arrayminus": (drops - low).tolist(),
                "color": PUBLISHED,
                "thickness": 1.5,
                "width": 3,
            },
            customdata=np.stack([low, high, found.lost[order], found.gained[order]], axis=1),
            hovertemplate=f"{found.layer}, channel %{{x}}: without it <b>%{{y:+.2f}}</b> points "
            "lost, 95 % interval %{customdata[0]:+.2f} to %{customdata[1]:+.2f}<br>"
            f"of {found.images:,} images %{{customdata[2]}} are no longer read right, "
            "%{customdata[3]} are now<extra></extra>",
        )
    )
    figure.update_xaxes(title="channel", type="category", fixedrange=True)
    figure.update_yaxes(title="points lost without it", fixedrange=True)
    return apply_layout(figure, BARS_HEIGHT)


def remaining_channels_figure(
    found: LayerAblation, bounds: Bounds, tuned: Tuned | None = None
) -> go.Figure:
    """Accuracy over the number of channels left, for each order in which they go.

    `bounds` are the ends of the 95 % intervals of `found.least_first`. With `tuned`, also what
    more training made of the network with channels cut out.
    """
    count = len(found.order)
    left = list(range(count, -1, -1))
    figure = go.Figure()
    draws = (found.random.min(axis=0), found.random.max(axis=0))
    for (low, high), colour in ((draws, PUBLISHED), (bounds, TRAINING)):
        figure.add_scatter(
            x=[*left, *reversed(left)],
            y=[*(100 * high).tolist(), *(100 * low[::-1]).tolist()],
            fill="toself",
            fillcolor=colour,
            opacity=0.25,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
    means = found.random.mean(axis=0)
    lines = (
        ("the least important go first", found.least_first, bounds, TRAINING, "95 % interval"),
        (f"at random, {len(found.random)} draws", means, draws, PUBLISHED, "the draws:"),
        ("the most important go first", found.most_first, None, VALIDATION, ""),
    )
    for name, values, ends, colour, said in lines:
        low, high = (100 * one for one in ends or (values, values))
        figure.add_scatter(
            x=left,
            y=(100 * np.asarray(values)).tolist(),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            customdata=np.stack([low, high], axis=1),
            hovertemplate=f"{name}<br>%{{x}} of {count} channels left: <b>%{{y:.2f}} %</b>"
            + (f"<br>{said} %{{customdata[0]:.2f}} to %{{customdata[1]:.2f}} %" if said else "")
            + "<extra></extra>",
        )
    if tuned is not None:
        _add_tuned(figure, tuned, count)
    figure.update_xaxes(title="channels left", autorange="reversed", fixedrange=True)
    figure.update_yaxes(title="right answers, %", fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND)


def _add_tuned(figure: go.Figure, tuned: Tuned, count: int) -> None:
    name = f"after {tuned.steps} more steps"
    figure.add_scatter(
        x=tuned.left.tolist(),
        y=(100 * tuned.after).tolist(),
        name=name,
        mode="lines+markers",
        line={"color": CHOSEN, "width": 2, "dash": "dot"},
        marker={"size": 9, "symbol": "diamond"},
        customdata=(100 * tuned.before).tolist(),
        hovertemplate=f"{name}<br>%{{x}} of {count} channels left: <b>%{{y:.2f}} %</b>, before "
        f"%{{customdata:.2f}} % (on {tuned.images:,} images)<extra></extra>",
    )
