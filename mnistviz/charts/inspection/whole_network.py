"""All channels of all layers of a network for one image, with feature maps in their true size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import Rgba, coloured, largest_magnitude, largest_of, relative
from mnistviz.charts.montage import (
    GAP,
    NARROW_WIDTH,
    PICTURE_WIDTH,
    add_frame,
    set_image_axes,
    set_view,
    title_above,
)
from mnistviz.charts.png import png_data_uri
from mnistviz.charts.theme import MARGINS, apply_layout
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.charts import Scope
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.texts import _

# Values in a row of tiles: ten maps of the first layer, or five on a phone.
WIDE = 10 * (IMAGE_SIZE - 1)
NARROW = WIDE // 2
# Height of the name of a layer, above its maps, and of its letters.
TITLE_PIXELS, TITLE_SIZE = 22, 12
# A score is one number: in its true size, it would be a single pixel.
SCORE_SIZE = 7
FRAME = (134, 142, 150, 255)


@dataclass(frozen=True)
class _Tile:
    """A feature map, its colours `(height, width, 4)`, and its first column and row."""

    layer: str
    channel: int
    values: FloatArray
    colours: Rgba
    left: int
    top: int


def whole_network_figure(
    stages: Sequence[LayerOutput],
    scope: Scope,
    width: int = PICTURE_WIDTH,
    *,
    difference: bool = False,
    chosen: tuple[str, int] | None = None,
) -> go.Figure:
    """Return the feature maps of all `stages`, in order from input to softmax, in one picture.

    A stage is on the signed scale if any of its values is negative, or if it is the `difference`
    of two images. Colours are relative to the largest magnitude within `scope`. The custom data
    of a click are (layer, channel); `chosen` has a frame. Scores are enlarged, as their title says.
    """
    columns = NARROW if width <= NARROW_WIDTH else WIDE
    pixels = (width - MARGINS["l"] - MARGINS["r"]) / columns
    title_rows = round(TITLE_PIXELS / pixels)
    tiles, titles, height = _place_stages(stages, scope, columns, title_rows, difference)
    picture = np.zeros((height, columns, 4), np.uint8)
    for tile in tiles:
        rows, breadth = tile.colours.shape[:2]
        picture[tile.top : tile.top + rows, tile.left : tile.left + breadth] = tile.colours
    figure = go.Figure(go.Image(source=png_data_uri(picture), hoverinfo="skip"))
    add_click_points(
        figure,
        [tile.left + (tile.colours.shape[1] - 1) / 2 for tile in tiles],
        [tile.top + (tile.colours.shape[0] - 1) / 2 for tile in tiles],
        [(tile.layer, tile.channel) for tile in tiles],
        [_hover(tile) for tile in tiles],
    )
    for tile in tiles:
        if (tile.layer, tile.channel) == chosen:
            add_frame(figure, tile.left, tile.top, tile.colours.shape[1], tile.colours.shape[0])
    figure.update_layout(
        annotations=[title_above(text, 0, top, TITLE_SIZE) for text, top in titles]
    )
    set_image_axes(figure)
    set_view(figure, (-0.5, columns - 0.5), (-0.5, height - 0.5))
    return apply_layout(figure, int(height * pixels) + MARGINS["t"] + MARGINS["b"])


def _place_stages(
    stages: Sequence[LayerOutput], scope: Scope, columns: int, title_rows: int, difference: bool
) -> tuple[list[_Tile], list[tuple[str, int]], int]:
    """Return all tiles, the titles with the row below each, and the height of the picture."""
    largest_of_all = max((largest_of(stage.values, 0.0) for stage in stages), default=0.0)
    tiles: list[_Tile] = []
    titles: list[tuple[str, int]] = []
    top = 0
    for stage in stages:
        maps = stage.values if stage.values.ndim == 3 else stage.values[np.newaxis, np.newaxis]
        top += title_rows
        titles.append((_title(stage, maps.shape), top))
        signed = difference or bool(np.nanmin(maps, initial=0) < 0)
        values = np.moveaxis(maps, 2, 0)
        largest = largest_magnitude(values[np.newaxis], scope, largest_of_all)
        colours = coloured(relative(values[np.newaxis], largest)[0], signed=signed)
        if _is_score(maps.shape):
            colours = _enlarged(colours)
        size = colours.shape[1]
        tiles_in_row = (columns + GAP) // (size + GAP)
        for channel in range(len(values)):
            row, column = divmod(channel, tiles_in_row)
            left, tile_top = column * (size + GAP), top + row * (size + GAP)
            tiles.append(
                _Tile(stage.layer, channel, values[channel], colours[channel], left, tile_top)
            )
        top = tiles[-1].top + size
    return tiles, titles, top


def _is_score(shape: tuple[int, ...]) -> bool:
    return shape[:2] == (1, 1)


def _enlarged(colours: Rgba) -> Rgba:
    """Return colours `(n, 1, 1, 4)` as squares of `SCORE_SIZE`, with a frame around each.

    Without a frame, a white square can't be seen on a white page.
    """
    squares = np.full((len(colours), SCORE_SIZE, SCORE_SIZE, 4), FRAME, np.uint8)
    squares[:, 1:-1, 1:-1] = colours
    return squares


def _title(stage: LayerOutput, shape: tuple[int, ...]) -> str:
    height, width, channels = shape
    name = _("max-pool") if stage.layer == "pool" else stage.layer
    if _is_score(shape):
        name += _(", the scores") if stage.stage == "convolution" else ""
        return _("<b>{name}</b> · {channels} numbers, enlarged").format(
            name=name, channels=channels
        )
    size = f"{height}×{width}"
    return (
        _("<b>{name}</b> · {channels} of {size}").format(name=name, channels=channels, size=size)
        if channels > 1
        else f"<b>{name}</b> · {size}"
    )


def _hover(tile: _Tile) -> str:
    values = tile.values
    if values.size == 1:
        return f"<b>{tile.layer} {tile.channel}</b>: {values[0, 0]:+.4f}"
    active = _("{mean:.0%} of its values are above 0").format(mean=np.mean(values > 0))
    return _(
        "<b>{layer}, channel {channel}</b><br>{min:+.3f} to {max:+.3f}, mean "
        "{mean:+.3f}<br>{active}"
    ).format(
        layer=tile.layer,
        channel=tile.channel,
        min=values.min(),
        max=values.max(),
        mean=values.mean(),
        active=active,
    )
