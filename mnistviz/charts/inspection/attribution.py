"""The pixels that raise or lower a score, in the image they belong to."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import heatmap, largest_magnitude, relative
from mnistviz.charts.digit_images import ink_heatmap
from mnistviz.charts.montage import (
    GAP,
    PICTURE_WIDTH,
    join_tiles,
    set_image_axes,
    set_view,
    tile_corners,
    title_above,
    to_grid,
)
from mnistviz.charts.theme import MARGINS, apply_layout
from mnistviz.core.types.arrays import BoolArray, FloatArray
from mnistviz.texts import _

# The outline of the digit surrounds the pixels with at least this ink.
OUTLINE_LEVEL = 0.5
OUTLINE_COLOUR = "#495057"
# Height of a name above its picture, and of its letters.
TITLE_PIXELS, TITLE_SIZE = 30, 14


def attribution_figure(
    image: FloatArray,
    results: Mapping[str, FloatArray],
    columns: int = 3,
    width: int = PICTURE_WIDTH,
) -> go.Figure:
    """Return an image and the attributions of several methods, `width` pixels wide in all.

    `image` is (28, 28) float32 in [0, 1]. `results` are attributions (28, 28) float32 by name:
    warm pixels raise the score, blue ones lower it, relative to the largest magnitude of the
    method. The digit's outline is drawn over them. The hover text has the attribution and the ink.
    """
    size = len(image)
    pixels = (width - MARGINS["l"] - MARGINS["r"]) / (columns * (size + GAP) - GAP)
    title_rows = round(TITLE_PIXELS / pixels)
    names = [_("The image"), *results]
    # The first tile is left empty for the image, which has a scale of its own.
    tiles = to_grid(np.stack([np.full_like(image, np.nan), *results.values()]), columns)
    figure = go.Figure([_attribution_heatmap(image, tiles, title_rows), ink_heatmap(image)])
    x, y = _outline(image >= OUTLINE_LEVEL)
    left, top = tile_corners(figure, tiles.shape, len(names))
    figure.add_scatter(
        x=np.concatenate([x + offset for offset in left[1:]]),
        y=np.concatenate([y + offset for offset in top[1:]]),
        mode="lines",
        line={"color": OUTLINE_COLOUR, "width": 1},
        hoverinfo="skip",
    )
    figure.update_layout(
        annotations=[
            title_above(f"<b>{name}</b>", x, y, TITLE_SIZE)
            for name, x, y in zip(names, left.tolist(), top.tolist(), strict=True)
        ]
    )
    set_image_axes(figure)
    height, breadth = figure.data[0].z.shape
    set_view(figure, (-0.5, breadth - 0.5), (-0.5 - title_rows, height - 0.5))
    return apply_layout(figure, round((height + title_rows) * pixels) + MARGINS["t"] + MARGINS["b"])


def _attribution_heatmap(image: FloatArray, tiles: FloatArray, row_gap: int) -> go.Heatmap:
    """Return the tiles as one trace, each relative to its largest magnitude."""
    largest = largest_magnitude(tiles, "tile", 1)
    facts = np.broadcast_arrays(tiles, *np.indices(image.shape), image)
    return heatmap(
        join_tiles(relative(tiles, largest), row_gap),
        signed=True,
        customdata=np.stack([join_tiles(f.astype(np.float32), row_gap) for f in facts], axis=-1),
        hovertemplate=_(
            "row %{customdata[1]}, column %{customdata[2]}, ink "
            "%{customdata[3]:.2f}<br><b>%{customdata[0]:+.4f}</b><extra></extra>"
        ),
        hoverongaps=False,
    )


def _outline(inside: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Return the edges between pixels `(height, width)` inside and outside, as x and y.

    Two edges are separated by NaN. The centre of a pixel is at its indices, its edges are half a
    step away from them.
    """
    padded = np.pad(inside, 1)
    horizontal = np.argwhere(padded[:-1] != padded[1:])
    vertical = np.argwhere(padded[:, :-1] != padded[:, 1:])
    # Each edge starts at its upper left end. The padding has shifted the indices by one.
    starts = np.concatenate([horizontal - (0, 1), vertical - (1, 0)]) - 0.5
    ends = starts + np.repeat([(0, 1), (1, 0)], (len(horizontal), len(vertical)), axis=0)
    lines = np.stack([starts, ends, np.full_like(starts, np.nan)], axis=1)
    y, x = lines.reshape(-1, 2).T.astype(np.float32)
    return x, y
