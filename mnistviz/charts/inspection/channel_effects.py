"""What each channel carries of an answer, and what becomes of it without some of them."""

from collections.abc import Collection, Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.theme import LEGEND, PUBLISHED, SIGNED, TRAINING, apply_layout
from mnistviz.core.rows import ChannelEffect, FloatArray
from mnistviz.core.spec import NUM_CLASSES

ROW_PIXELS = 34


def channel_effects_figure(
    effects: Sequence[ChannelEffect], off: Collection[tuple[str, int]] = ()
) -> go.Figure:
    """A row for each convolution, a square for each channel: what switching it off costs.

    Warm carries the score, blue works against it. Each square can be clicked: its custom datum is
    [convolution, channel]. Those of `off` are crossed out.
    """
    layers = sorted({effect.layer for effect in effects})
    width = max(effect.channel for effect in effects) + 1
    drops = np.full((len(layers), width), np.nan, np.float32)
    for effect in effects:
        drops[layers.index(effect.layer), effect.channel] = effect.drop
    largest = float(np.nanmax(np.abs(drops))) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=drops,
            y=layers,
            hoverinfo="skip",
            hoverongaps=False,
            colorscale=SIGNED,
            zmin=-largest,
            zmax=largest,
            xgap=2,
            ygap=2,
            showscale=False,
        )
    )
    add_click_points(
        figure,
        [effect.channel for effect in effects],
        [effect.layer for effect in effects],
        [[effect.layer, effect.channel] for effect in effects],
        [f"{effect.drop:+.4f}" for effect in effects],
        "%{customdata[0]}, channel %{customdata[1]}"
        "<br>switching it off costs <b>%{text}</b><extra></extra>",
        reach=ROW_PIXELS,
    )
    figure.add_scatter(
        x=[channel for _, channel in off],
        y=[layer for layer, _ in off],
        mode="markers",
        marker={"symbol": "x-thin", "size": 12, "line": {"width": 3, "color": "#000000"}},
        hoverinfo="skip",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    figure.update_xaxes(
        range=[-0.5, width - 0.5],
        dtick=1 if width <= 20 else 5,
        title="channel",
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True)
    return apply_layout(figure, ROW_PIXELS * len(layers) + 56)


def probability_change_figure(
    before: FloatArray, after: FloatArray, height: int = 260
) -> go.Figure:
    """Ten probabilities `(10,)` with all channels on, and with some of them off."""
    figure = go.Figure()
    classes = np.arange(NUM_CLASSES)
    for name, values, colour in (
        ("all channels", before, PUBLISHED),
        ("some switched off", after, TRAINING),
    ):
        figure.add_bar(
            x=classes,
            y=values,
            name=name,
            marker_color=colour,
            hovertemplate=f"{name}: digit %{{x}} <b>%{{y:.4%}}</b><extra></extra>",
        )
    figure.update_xaxes(tickvals=classes, title="digit", fixedrange=True)
    figure.update_yaxes(
        range=[0, 1.02],
        tickvals=[0, 0.5, 1],
        tickformat=".0%",
        title="probability",
        fixedrange=True,
    )
    return apply_layout(figure, height, showlegend=True, legend=LEGEND)
