"""The layers of a network."""

from typing import NamedTuple

import plotly.graph_objects as go

from mnistviz.charts.theme import CATEGORICAL, PUBLISHED, TRAINING, apply_layout
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec, normalization_name
from mnistviz.texts import _

# By the type of a Keras layer. Other layers are not shown.
COLOURS = {"Conv2D": TRAINING, "MaxPooling2D": CATEGORICAL[6]}
ROW_PIXELS = 56


class LayerBar(NamedTuple):
    """A row of the figure: title, shape, width of the feature maps, channels, and hover text."""

    title: str
    shape: str
    width: int
    channels: int
    hover: str
    colour: str


def layer_bars(model: ModelSpec) -> list[LayerBar]:
    """Return the rows of `network_figure`, from the image down to the softmax."""
    image = f"{IMAGE_SIZE}×{IMAGE_SIZE}×1"
    bars = [LayerBar(_("image"), image, IMAGE_SIZE, 1, _("28 by 28 grey values"), PUBLISHED)]
    for layer in model.layers:
        if layer.type in COLOURS:
            height, width, channels = layer.output_shape
            shape = f"{height}×{width}×{channels}"
            hover = _hover(model, layer)
            bars.append(LayerBar(_title(layer), shape, width, channels, hover, COLOURS[layer.type]))
    bars.append(LayerBar(_("softmax"), "10", 1, 10, _("ten probabilities"), PUBLISHED))
    return bars


def network_figure(model: ModelSpec) -> go.Figure:
    """Return a bar for each layer, from the image down to the softmax.

    The length of a bar is the width of the layer's feature maps, its thickness the number of
    its channels.
    """
    bars = layer_bars(model)
    most = max(bar.channels for bar in bars)
    figure = go.Figure(
        go.Bar(
            x=[bar.width for bar in bars],
            y=list(range(len(bars))),
            base=[-bar.width / 2 for bar in bars],
            width=[0.12 + 0.8 * bar.channels / most for bar in bars],
            orientation="h",
            marker_color=[bar.colour for bar in bars],
            customdata=[bar.hover for bar in bars],
            hovertemplate="%{customdata}<extra></extra>",
            text=[bar.shape for bar in bars],
            textposition="outside",
            # Otherwise the text beside a thin bar would be smaller.
            constraintext="none",
        )
    )
    figure.update_xaxes(visible=False, range=[-IMAGE_SIZE / 2 - 1, IMAGE_SIZE / 2 + 9])
    figure.update_yaxes(
        tickvals=list(range(len(bars))),
        ticktext=[bar.title for bar in bars],
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    return apply_layout(figure, ROW_PIXELS * len(bars) + 16)


def _title(layer: Layer) -> str:
    if layer.type == "MaxPooling2D":
        return _("max-pool 2×2")
    height, width, _inputs, channels = dict(layer.weights)["kernel"]
    return f"{layer.name} {height}×{width} → {channels}"


def _hover(model: ModelSpec, layer: Layer) -> str:
    if layer.type == "MaxPooling2D":
        return _("the largest of each 2×2 square; no parameters")
    height, width, depth, channels = dict(layer.weights)["kernel"]
    text = _(
        "<b>{name}</b>: {channels} channels, each from {depth} kernels of "
        "{height}×{width}<br>{height}·{width}·{depth}·{channels} weights + {channels} biases = "
        "<b>{parameters:,}</b> parameters"
    ).format(
        name=layer.name,
        channels=channels,
        depth=depth,
        height=height,
        width=width,
        parameters=layer.parameters,
    )
    following = {other.name: other for other in model.layers}
    norm = following.get(normalization_name(layer.name))
    return text + (
        _("<br>batch normalization: {parameters} more").format(parameters=norm.parameters)
        if norm
        else ""
    )
