"""Which pixels speak for an answer and which against it, over the image they belong to."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.digit_images import ink_heatmap
from mnistviz.charts.montage import (
    GAP,
    PICTURE_WIDTH,
    join_tiles,
    set_image_axes,
    set_view,
    tile_corners,
    to_grid,
)
from mnistviz.charts.scale import largest_magnitude
from mnistviz.charts.theme import MARGINS, SIGNED, apply_layout
from mnistviz.core.rows import FloatArray

# The outline of the digit goes around the pixels that are at least half covered with ink.
OUTLINE_LEVEL = 0.5
OUTLINE_COLOUR = "#495057"
# Pixels for a name above its picture.
TITLE_PIXELS = 30


def attribution_figure(
    image: FloatArray,
    found: Mapping[str, FloatArray],
    columns: int = 3,
    width: int = PICTURE_WIDTH,
) -> go.Figure:
    """An image and what methods say of its pixels, side by side in a picture `width` pixels wide.

    `image` is (28, 28) float32 in [0, 1]. Of `found`, each has a name and attributions (28, 28)
    float32: warm for, blue against, relative to their own largest magnitude, over the digit's
    outline. The hover text has the attribution and the ink of a pixel.
    """
    size = len(image)
    pixels = (width - MARGINS["l"] - MARGINS["r"]) / (columns * (size + GAP) - GAP)
    title_rows = round(TITLE_PIXELS / pixels)
    # The first is the image, which has a scale of its own.
    names = ["The image", *found]
    tiles = to_grid(np.stack([np.full_like(image, np.nan), *found.values()]), columns)
    largest = largest_magnitude(tiles, "tile", 1)
    shares = join_tiles(tiles / largest[..., np.newaxis, np.newaxis], title_rows)
    facts = np.broadcast_arrays(tiles, *np.indices(image.shape), image)
    about = [join_tiles(fact.astype(np.float32), title_rows) for fact in facts]
    figure = go.Figure(
        [
            go.Heatmap(
                z=shares,
                customdata=np.stack(about, axis=-1),
                hovertemplate="row %{customdata[1]}, column %{customdata[2]}, "
                "ink %{customdata[3]:.2f}<br><b>%{customdata[0]:+.4f}</b><extra></extra>",
                hoverongaps=False,
                colorscale=SIGNED,
                zmin=-1,
                zmax=1,
                showscale=False,
            ),
            ink_heatmap(image),
        ]
    )
    x, y = _outline(image >= OUTLINE_LEVEL)
    left, top = tile_corners(figure, tiles.shape, len(names))
    figure.add_scatter(
        x=np.concatenate([x + there for there in left[1:]]),
        y=np.concatenate([y + there for there in top[1:]]),
        mode="lines",
        line={"color": OUTLINE_COLOUR, "width": 1},
        hoverinfo="skip",
    )
    figure.update_layout(
        annotations=[
            {
                "x": x - 0.5,
                "y": y - 0.5,
                "text": f"<b>{name}</b>",
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"size": 14},
            }
            for name, x, y in zip(names, left.tolist(), top.tolist(), strict=True)
        ]
    )
    set_image_axes(figure)
    height, breadth = shares.shape
    set_view(figure, (-0.5, breadth - 0.5), (-0.5 - title_rows, height - 0.5))
    return apply_layout(figure, round((height + title_rows) * pixels) + MARGINS["t"] + MARGINS["b"])


def _outline(inside: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """The edges between pixels `(height, width)` inside and outside: x and y, NaN between two.

    A pixel's middle lies on its indices, so that its edges lie half a step from them.
    """
    padded = np.pad(inside, 1)
    across = np.argwhere(padded[:-1] != padded[1:])
    upright = np.argwhere(padded[:, :-1] != padded[:, 1:])
    # Each edge begins at its upper left end. The padding has moved the indices by one.
    begins = np.concatenate([across - (0, 1), upright - (1, 0)]) - 0.5
    ends = begins + np.repeat([(0, 1), (1, 0)], (len(across), len(upright)), axis=0)
    lines = np.stack([begins, ends, np.full_like(begins, np.nan)], axis=1)
    y, x = lines.reshape(-1, 2).T.astype(np.float32)
    return x, y
