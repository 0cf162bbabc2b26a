"""The network, drawn layer by layer."""

import plotly.graph_objects as go

from mnistviz.charts.theme import CATEGORICAL, PUBLISHED, TRAINING, finish
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.model_spec import Layer, ModelSpec, normalization_name

POOL = CATEGORICAL[6]
ROW_PIXELS = 56


def network_figure(model: ModelSpec) -> go.Figure:
    """A bar for each layer, from the image down to the answer.

    The length of a bar is the width of the layer's maps in pixels, its thickness
    the number of its channels.
    """
    steps = [("image", f"{IMAGE_SIZE}×{IMAGE_SIZE}×1", IMAGE_SIZE, 1, "28 by 28 grey values", "")]
    for layer in model.layers:
        if layer.type in ("Conv2D", "MaxPooling2D"):
            height, width, channels = layer.output_shape
            shape = f"{height}×{width}×{channels}"
            steps.append((_title(layer), shape, width, channels, _hover(model, layer), layer.type))
    steps.append(("softmax", "10", 1, 10, "ten probabilities", ""))
    colours = {"Conv2D": TRAINING, "MaxPooling2D": POOL}
    titles = [step[0] for step in steps]
    most = max(channels for _, _, _, channels, _, _ in steps)
    figure = go.Figure(
        go.Bar(
            x=[width for _, _, width, _, _, _ in steps],
            y=list(range(len(steps))),
            base=[-width / 2 for _, _, width, _, _, _ in steps],
            width=[0.12 + 0.8 * channels / most for _, _, _, channels, _, _ in steps],
            orientation="h",
            marker_color=[colours.get(kind, PUBLISHED) for *_, kind in steps],
            customdata=[hover for *_, hover, _ in steps],
            hovertemplate="%{customdata}<extra></extra>",
            text=[shape for _, shape, *_ in steps],
            textposition="outside",
            # As large beside a thin bar.
            constraintext="none",
        )
    )
    figure.update_xaxes(visible=False, range=[-IMAGE_SIZE / 2 - 1, IMAGE_SIZE / 2 + 9])
    figure.update_yaxes(
        tickvals=list(range(len(steps))),
        ticktext=titles,
        autorange="reversed",
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    return finish(figure, ROW_PIXELS * len(steps) + 16)


def _title(layer: Layer) -> str:
    if layer.type == "MaxPooling2D":
        return "max-pool 2×2"
    height, width, _, channels = dict(layer.weights)["kernel"]
    return f"{layer.name} {height}×{width} → {channels}"


def _hover(model: ModelSpec, layer: Layer) -> str:
    if layer.type == "MaxPooling2D":
        return "the largest of each 2×2 square; no parameters"
    height, width, depth, channels = dict(layer.weights)["kernel"]
    text = (
        f"<b>{layer.name}</b>: {channels} channels, each from {depth} kernels of {height}×{width}"
        f"<br>{height}·{width}·{depth}·{channels} weights + {channels} biases = "
        f"<b>{layer.parameters:,}</b> parameters"
    )
    following = {other.name: other for other in model.layers}
    norm = following.get(normalization_name(layer.name))
    return text + (f"<br>batch normalization: {norm.parameters} more" if norm else "")
