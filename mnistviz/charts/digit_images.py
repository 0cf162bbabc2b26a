"""Images of digits, and a network's ten probabilities."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from types import MappingProxyType
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import heatmap
from mnistviz.charts.montage import (
    GAP,
    add_frame,
    fill_width,
    join_tiles,
    set_image_axes,
    tile_centres,
    tile_figure,
    to_grid,
)
from mnistviz.charts.theme import CATEGORICAL, LEGEND, TRAINING, apply_layout
from mnistviz.core.constants import DIGIT_NAMES, NUM_CLASSES
from mnistviz.core.types.arrays import FloatArray
from mnistviz.texts import _

FADED = "#adb5bd"
GALLERY_WIDTH = 480


def image_figure(image: FloatArray, height: int = 240) -> go.Figure:
    """Return one image `(28, 28)` float32 in [0, 1] as the network reads it."""
    figure = go.Figure(ink_heatmap(image))
    set_image_axes(figure)
    return apply_layout(figure, height)


def ink_heatmap(image: FloatArray) -> go.Heatmap:
    """Return a trace with the pixels of an image `(28, 28)` float32 in [0, 1]."""
    return heatmap(
        image,
        signed=False,
        hovertemplate=_("row %{y}, column %{x}<br>ink <b>%{z:.3f}</b><extra></extra>"),
    )


def probability_figure(
    probabilities: FloatArray, height: int = 300, class_names: Sequence[str] = DIGIT_NAMES
) -> go.Figure:
    """Return the probabilities of the classes `(10,)` as bars, the largest in colour."""
    classes = np.arange(len(class_names))
    figure = go.Figure(
        go.Bar(
            **bar_settings(probabilities),
            y=classes,
            orientation="h",
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: <b>%{x:.4%}</b><extra></extra>"
            if is_own(class_names)
            else _("digit %{y}: <b>%{x:.4%}</b><extra></extra>"),
        )
    )
    # Up to 1.2, for the number beside the longest bar.
    figure.update_xaxes(
        range=[0, 1.2], tickvals=[0, 0.5, 1], tickformat=".0%", showgrid=False, fixedrange=True
    )
    figure.update_yaxes(tickvals=classes, autorange="reversed", fixedrange=True)
    if is_own(class_names):
        figure.update_yaxes(ticktext=list(class_names))
    # Each class needs room for its name.
    return apply_layout(figure, max(height, 15 * len(class_names)), bargap=0.2)


def is_own(class_names: Sequence[str]) -> bool:
    """Whether classes are not the ten digits, so that axes need their names."""
    return tuple(class_names) != DIGIT_NAMES


def bar_settings(probabilities: FloatArray, *, answered: bool = True) -> dict[str, Any]:
    """Return the settings of the bars' trace that depend on the probabilities `(10,)`.

    The largest bar is in colour if the picture was answered, and not if it was refused.
    """
    answer = int(np.argmax(probabilities)) if answered else None
    return {
        "x": probabilities,
        "text": [f"{probability:.1%}" for probability in probabilities.tolist()],
        "marker": {
            "color": [TRAINING if n == answer else FADED for n in range(len(probabilities))]
        },
    }


def class_count_figure(counts: NDArray[np.int64]) -> go.Figure:
    """Return bars of the number of images of each class, `(2, 10)`: training set, test set."""
    figure = go.Figure()
    for name, row, colour in zip((_("training"), _("test")), counts, CATEGORICAL, strict=False):
        figure.add_bar(
            x=np.arange(NUM_CLASSES),
            y=row,
            name=name,
            marker_color=colour,
            hovertemplate=_("digit %{{x}}: <b>%{{y:,}}</b> {name} images<extra></extra>").format(
                name=name
            ),
        )
    figure.update_xaxes(tickvals=np.arange(NUM_CLASSES), title=_("digit"), fixedrange=True)
    figure.update_yaxes(title=_("images"), fixedrange=True)
    return apply_layout(figure, 260, showlegend=True, legend=LEGEND)


def class_balance_figure(
    counts: Mapping[str, Sequence[int]], class_names: Sequence[str]
) -> go.Figure:
    """Return bars of the number of images of each class `(classes,)`, in each part by name."""
    figure = go.Figure()
    places = np.arange(len(class_names))
    for (name, row), colour in zip(counts.items(), cycle(CATEGORICAL), strict=False):
        figure.add_bar(
            x=places,
            y=list(row),
            name=name,
            marker_color=colour,
            customdata=list(class_names),
            hovertemplate=_("%{{customdata}}: <b>%{{y:,}}</b> {name} images<extra></extra>").format(
                name=name
            ),
        )
    figure.update_xaxes(tickvals=places, ticktext=list(class_names), fixedrange=True)
    figure.update_yaxes(title=_("images"), fixedrange=True)
    return apply_layout(figure, 260, showlegend=True, legend=LEGEND)


def named_images_figure(
    images: FloatArray, names: Sequence[str], columns: int, width: int
) -> go.Figure:
    """Return images `(n, 28, 28)` float32 in [0, 1] with the name of the class above each."""
    tiles = to_grid(images, columns)
    # Longer names would run into each other.
    most = max(3, width // columns // 7)
    return tile_figure(
        tiles,
        np.ones(tiles.shape[:2], np.float32),
        signed=False,
        max_pixels=max(1, width // (columns * tiles.shape[3])),
        labels=[name if len(name) <= most else f"{name[: most - 1]}…" for name in names],
        width=width,
    )


def gallery_figure(
    images: FloatArray,
    labels: Sequence[str],
    keys: Sequence[int] | Sequence[str],
    columns: int = 10,
    width: int = GALLERY_WIDTH,
    frames: Mapping[int, str] = MappingProxyType({}),
) -> go.Figure:
    """Return images `(n, 28, 28)` float32 in [0, 1] side by side, `width` pixels wide in all.

    Each has its label on hover; the custom data of a click are its key. `frames` has the colour
    of the frame around an image, by the image's position.
    """
    tiles = to_grid(images, columns)
    shown = join_tiles(tiles)
    figure = go.Figure(heatmap(shown, signed=False, hoverinfo="skip"))
    rows, columns, height, breadth = tiles.shape
    row, column = np.divmod(np.arange(len(images)), columns)
    add_click_points(
        figure,
        tile_centres(columns, breadth)[column],
        tile_centres(rows, height)[row],
        keys,
        labels,
    )
    set_image_axes(figure)
    fill_width(figure)
    for position, colour in frames.items():
        down, right = divmod(position, columns)
        left, top = right * (breadth + GAP), down * (height + GAP)
        add_frame(figure, left, top, breadth, height, colour=colour)
    return apply_layout(figure, int(shown.shape[0] * width / shown.shape[1]) + 16)
