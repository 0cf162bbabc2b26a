"""One channel: its feature map, its values, and the images and digits that excite it."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import heatmap, largest_of
from mnistviz.charts.montage import (
    NARROW_WIDTH,
    add_frame,
    add_tile_points,
    set_image_axes,
    tile_corners,
    tile_figure,
    to_grid,
)
from mnistviz.charts.theme import CHOSEN, PUBLISHED, TRAINING, apply_layout
from mnistviz.core.constants import DIGIT_NAMES, noun_of
from mnistviz.core.types.arrays import FloatArray
from mnistviz.texts import _

NUM_BINS = 40


def large_map_figure(
    values: FloatArray, *, signed: bool, largest: float | None = None, height: int = 300
) -> go.Figure:
    """Return one feature map `(height, width)` float32 with its exact values on hover.

    Full colour is `largest`, or else the largest magnitude of the map.
    """
    figure = go.Figure(
        heatmap(
            values,
            signed=signed,
            largest=largest or largest_of(values),
            hovertemplate=_("row %{y}, column %{x}: <b>%{z:.4f}</b><extra></extra>"),
        )
    )
    set_image_axes(figure)
    return apply_layout(figure, height)


def histogram_figure(values: FloatArray, height: int = 220) -> go.Figure:
    """Return a histogram of the finite values of a map. Values of exactly 0 are only counted."""
    finite = values[np.isfinite(values)].astype(np.float64)
    zeros = int((finite == 0).sum())
    others = finite[finite != 0]
    counts, edges = np.histogram(others if others.size else np.zeros(1), bins=NUM_BINS)
    if not others.size:
        counts = np.zeros_like(counts)
    widths = np.diff(edges)
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=widths,
            marker_color=TRAINING,
            customdata=np.stack([edges[:-1], edges[1:]], axis=-1),
            hovertemplate=_(
                "%{customdata[0]:.3f} to %{customdata[1]:.3f}: <b>%{y}</b> values<extra></extra>"
            ),
        )
    )
    if zeros:
        figure.add_annotation(
            text=_("{zeros} of {size} values are exactly 0").format(zeros=zeros, size=finite.size),
            x=1,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="right",
            yanchor="bottom",
            showarrow=False,
        )
    figure.update_xaxes(title=_("value"), fixedrange=True)
    figure.update_yaxes(title=_("places"), fixedrange=True)
    return apply_layout(figure, height, bargap=0, margin={"t": 28})


def digit_activity_figure(
    active: FloatArray,
    mean: FloatArray,
    height: int = 240,
    class_names: Sequence[str] = DIGIT_NAMES,
) -> go.Figure:
    """Return the mean value of a channel for each digit, `(10,)`.

    `active` is the share of the digit's images in which the channel is active, `(10,)` in [0, 1].
    """
    digits = np.arange(len(class_names))
    best = int(np.argmax(np.nan_to_num(mean)))
    figure = go.Figure(
        go.Bar(
            x=digits,
            y=mean,
            marker_color=[CHOSEN if digit == best else TRAINING for digit in digits],
            customdata=active,
            hovertemplate=_(
                "{noun} %{{x}}: mean value <b>%{{y:.4f}}</b>, active somewhere in "
                "<b>%{{customdata:.1%}}</b> of the images<extra></extra>"
            ).format(noun=noun_of(class_names)),
        )
    )
    figure.update_xaxes(
        tickvals=digits, ticktext=list(class_names), title=noun_of(class_names), fixedrange=True
    )
    figure.update_yaxes(title=_("mean value"), fixedrange=True)
    return apply_layout(figure, height, bargap=0.2)


def exciting_images_figure(
    images: FloatArray,
    squares: Sequence[tuple[int, int, int]],
    labels: Sequence[str],
    texts: Sequence[str],
    keys: Sequence[int],
    width: int,
) -> go.Figure:
    """Return images `(n, 28, 28)` float32 in [0, 1], each with a frame (top, left, size).

    The labels are above, the texts are shown on hover; the custom data of a click are the key.
    """
    return _framed_tiles_figure(images, squares, labels, texts, keys, width, 4, CHOSEN)


def patches_figure(
    patches: FloatArray,
    labels: Sequence[str],
    texts: Sequence[str],
    keys: Sequence[int],
    width: int,
) -> go.Figure:
    """Return patches `(n, size, size)` float32 in [0, 1] of images, as `exciting_images_figure`."""
    # Without a frame, white parts of a patch can't be seen on a white page.
    squares = [(0, 0, patches.shape[1])] * len(patches)
    return _framed_tiles_figure(patches, squares, labels, texts, keys, width, 24, PUBLISHED)


def _framed_tiles_figure(
    images: FloatArray,
    squares: Sequence[tuple[int, int, int]],
    labels: Sequence[str],
    texts: Sequence[str],
    keys: Sequence[int],
    width: int,
    max_pixels: int,
    colour: str,
) -> go.Figure:
    tiles = to_grid(images, 4 if width <= NARROW_WIDTH else 6)
    largest = np.ones(tiles.shape[:2], np.float32)
    figure = tile_figure(
        tiles, largest, signed=False, max_pixels=max_pixels, labels=labels, width=width
    )
    add_tile_points(figure, tiles.shape, keys, texts)
    lefts, tops = tile_corners(figure, tiles.shape, len(squares))
    for (top, left, size), x, y in zip(squares, lefts.tolist(), tops.tolist(), strict=True):
        add_frame(figure, x + left, y + top, size, size, colour=colour, thickness=2)
    return figure
