"""The effect of each channel on an answer, and the answer without some channels."""

from collections.abc import Collection, Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import heatmap, largest_of
from mnistviz.charts.theme import LEGEND, PUBLISHED, TRAINING, apply_layout
from mnistviz.core.constants import DIGIT_NAMES, noun_of
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import ChannelEffect
from mnistviz.texts import _

ROW_PIXELS = 34


def channel_effects_figure(
    effects: Sequence[ChannelEffect], off: Collection[tuple[str, int]] = ()
) -> go.Figure:
    """Return a row for each convolution with a square for each channel.

    The colour is the drop of the score when the channel is switched off, warm for a positive
    drop. The custom data of a click are [convolution, channel]. Channels in `off` are crossed out.
    """
    layers = sorted({effect.layer for effect in effects})
    width = max(effect.channel for effect in effects) + 1
    drops = np.full((len(layers), width), np.nan, np.float32)
    for effect in effects:
        drops[layers.index(effect.layer), effect.channel] = effect.drop
    figure = go.Figure(
        heatmap(
            drops,
            signed=True,
            largest=largest_of(drops),
            y=layers,
            hoverinfo="skip",
            hoverongaps=False,
            xgap=2,
            ygap=2,
        )
    )
    add_click_points(
        figure,
        [effect.channel for effect in effects],
        [effect.layer for effect in effects],
        [[effect.layer, effect.channel] for effect in effects],
        [f"{effect.drop:+.4f}" for effect in effects],
        _(
            "%{customdata[0]}, channel %{customdata[1]}<br>switching it off costs "
            "<b>%{text}</b><extra></extra>"
        ),
        max_distance=ROW_PIXELS,
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
        title=_("channel"),
        showgrid=False,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, fixedrange=True)
    return apply_layout(figure, ROW_PIXELS * len(layers) + 56)


def probability_change_figure(
    before: FloatArray,
    after: FloatArray,
    height: int = 260,
    class_names: Sequence[str] = DIGIT_NAMES,
) -> go.Figure:
    """Return ten probabilities `(10,)` with all channels on, and with some switched off."""
    figure = go.Figure()
    classes = np.arange(len(class_names))
    noun = noun_of(class_names)
    for name, values, colour in (
        (_("all channels"), before, PUBLISHED),
        (_("some switched off"), after, TRAINING),
    ):
        figure.add_bar(
            x=classes,
            y=values,
            name=name,
            marker_color=colour,
            hovertemplate=f"{name}: {noun} %{{x}} <b>%{{y:.4%}}</b><extra></extra>",
        )
    figure.update_xaxes(tickvals=classes, ticktext=list(class_names), title=noun, fixedrange=True)
    figure.update_yaxes(
        range=[0, 1.02],
        tickvals=[0, 0.5, 1],
        tickformat=".0%",
        title=_("probability"),
        fixedrange=True,
    )
    return apply_layout(figure, height, showlegend=True, legend=LEGEND)
