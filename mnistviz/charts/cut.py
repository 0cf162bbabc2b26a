"""What channels of a layer cost when they are switched off: one by one, and ever more of them."""

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.curves import LEGEND
from mnistviz.charts.theme import PUBLISHED, SIGNED, TRAINING, VALIDATION, finish
from mnistviz.rows import LayerAblation

HEIGHT = 340
BARS_HEIGHT = 240


def drop_bars(found: LayerAblation) -> go.Figure:
    """What each channel alone costs, in points of accuracy, the most important first."""
    order = found.order[::-1].tolist()
    drops = [100 * float(found.drops[channel]) for channel in order]
    figure = go.Figure(
        go.Bar(
            x=[str(channel) for channel in order],
            y=drops,
            marker={"color": [SIGNED[-1][1] if drop > 0 else SIGNED[0][1] for drop in drops]},
            hovertemplate=f"{found.layer}, channel %{{x}}: without it <b>%{{y:+.2f}}</b> points "
            "lost<extra></extra>",
        )
    )
    figure.update_xaxes(title="channel", type="category", fixedrange=True)
    figure.update_yaxes(title="points lost without it", fixedrange=True)
    return finish(figure, BARS_HEIGHT)


def ever_fewer(found: LayerAblation) -> go.Figure:
    """Accuracy over the number of channels left, for each order in which they go."""
    count = len(found.drops)
    left = list(range(count, -1, -1))
    figure = go.Figure()
    lowest, highest = found.random.min(axis=0), found.random.max(axis=0)
    figure.add_scatter(
        x=[*left, *reversed(left)],
        y=[*(100 * highest).tolist(), *(100 * lowest[::-1]).tolist()],
        fill="toself",
        fillcolor=PUBLISHED,
        opacity=0.25,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )
    lines = (
        ("the least important go first", found.least_first, TRAINING),
        (f"at random, {len(found.random)} draws", found.random.mean(axis=0), PUBLISHED),
        ("the most important go first", found.most_first, VALIDATION),
    )
    for name, values, colour in lines:
        figure.add_scatter(
            x=left,
            y=(100 * np.asarray(values)).tolist(),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            hovertemplate=f"{name}<br>%{{x}} of {count} channels left: <b>%{{y:.2f}} %</b>"
            "<extra></extra>",
        )
    figure.update_xaxes(title="channels left", autorange="reversed", fixedrange=True)
    figure.update_yaxes(title="right answers, %", fixedrange=True)
    return finish(figure, HEIGHT, showlegend=True, legend=LEGEND)
