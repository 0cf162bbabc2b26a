"""Pictures of digits, and what a network answers to one."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.montage import (
    GAP,
    fill_width,
    join_tiles,
    set_image_axes,
    tile_centres,
    to_grid,
)
from mnistviz.charts.theme import AMOUNT, CATEGORICAL, LEGEND, TRAINING, apply_layout
from mnistviz.core.rows import FloatArray
from mnistviz.core.spec import NUM_CLASSES

FADED = "#adb5bd"
GALLERY_WIDTH = 480


def image_figure(image: FloatArray, height: int = 240) -> go.Figure:
    """One image `(28, 28)` float32 in [0, 1] as the network sees it."""
    figure = go.Figure(ink_heatmap(image))
    set_image_axes(figure)
    return apply_layout(figure, height)


def ink_heatmap(image: FloatArray) -> go.Heatmap:
    """The pixels of an image `(28, 28)` float32 in [0, 1], from black to white."""
    return go.Heatmap(
        z=image,
        hovertemplate="row %{y}, column %{x}<br>ink <b>%{z:.3f}</b><extra></extra>",
        colorscale=AMOUNT,
        zmin=0,
        zmax=1,
        showscale=False,
    )


def probability_figure(probabilities: FloatArray, height: int = 300) -> go.Figure:
    """Ten probabilities `(10,)` as bars, the answer's in colour."""
    answer = int(np.argmax(probabilities))
    classes = np.arange(NUM_CLASSES)
    figure = go.Figure(
        go.Bar(
            x=probabilities,
            y=classes,
            orientation="h",
            marker_color=[TRAINING if digit == answer else FADED for digit in classes],
            text=[f"{probability:.1%}" for probability in probabilities],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="digit %{y}: <b>%{x:.4%}</b><extra></extra>",
        )
    )
    # Room beside the longest bar for its number.
    figure.update_xaxes(
        range=[0, 1.2], tickvals=[0, 0.5, 1], tickformat=".0%", showgrid=False, fixedrange=True
    )
    figure.update_yaxes(tickvals=classes, autorange="reversed", fixedrange=True)
    return apply_layout(figure, height, bargap=0.2)


def class_count_figure(counts: NDArray[np.int64]) -> go.Figure:
    """Images of each class, `(2, 10)`: training set and test set."""
    figure = go.Figure()
    for name, row, colour in zip(("training", "test"), counts, CATEGORICAL, strict=False):
        figure.add_bar(
            x=np.arange(NUM_CLASSES),
            y=row,
            name=name,
            marker_color=colour,
            hovertemplate="digit %{x}: <b>%{y:,}</b> " + name + " images<extra></extra>",
        )
    figure.update_xaxes(tickvals=np.arange(NUM_CLASSES), title="digit", fixedrange=True)
    figure.update_yaxes(title="images", fixedrange=True)
    return apply_layout(figure, 260, showlegend=True, legend=LEGEND)


def gallery_figure(
    images: FloatArray,
    labels: Sequence[str],
    keys: Sequence[int] | Sequence[str],
    columns: int = 10,
    width: int = GALLERY_WIDTH,
    frames: Mapping[int, str] = MappingProxyType({}),
) -> go.Figure:
    """Images `(n, 28, 28)` float32 in [0, 1] side by side, in a picture `width` pixels wide.

    Each has its label on hover and can be clicked: its key is its custom datum. `frames`
    are the colours of the frames around some, by their position.
    """
    tiles = to_grid(images, columns)
    shown = join_tiles(tiles)
    figure = go.Figure(
        go.Heatmap(z=shown, hoverinfo="skip", colorscale=AMOUNT, zmin=0, zmax=1, showscale=False)
    )
    row, column = np.divmod(np.arange(len(images)), tiles.shape[1])
    add_click_points(
        figure,
        tile_centres(tiles.shape[1], tiles.shape[3])[column],
        tile_centres(tiles.shape[0], tiles.shape[2])[row],
        keys,
        labels,
    )
    set_image_axes(figure)
    fill_width(figure)
    for position, colour in frames.items():
        down, right = divmod(position, tiles.shape[1])
        left, top = right * (tiles.shape[3] + GAP), down * (tiles.shape[2] + GAP)
        figure.add_shape(
            type="rect",
            x0=left - 0.5,
            x1=left + tiles.shape[3] - 0.5,
            y0=top - 0.5,
            y1=top + tiles.shape[2] - 0.5,
            line={"color": colour, "width": 3},
        )
    height, breadth = shown.shape
    return apply_layout(figure, int(height * width / breadth) + 16)
