"""The whole network on one image: every channel of every layer, sizes true to each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import as_data_uri, coloured
from mnistviz.charts.montage import NARROW_WIDTH, PICTURE_WIDTH, set_image_axes, set_view
from mnistviz.charts.scale import Scope
from mnistviz.charts.theme import CHOSEN, apply_layout
from mnistviz.core.rows import FloatArray, Stage
from mnistviz.core.spec import IMAGE_SIZE

# Values that a line of tiles may be wide: ten maps of the first layer, or five on a phone.
WIDE = 10 * (IMAGE_SIZE - 1)
NARROW = WIDE // 2
GAP = 1
# Pixels for the name of a layer, above its maps.
TITLE_PIXELS = 22
# A score is one number: drawn true to size, it would be a dot.
SCORE_SIZE = 7
FRAME = (134, 142, 150, 255)


@dataclass(frozen=True)
class _Tile:
    layer: str
    channel: int
    values: FloatArray
    colours: NDArray[np.uint8]
    left: int
    top: int


def whole_network_figure(
    stages: Sequence[Stage],
    scope: Scope,
    width: int = PICTURE_WIDTH,
    *,
    difference: bool = False,
    chosen: tuple[str, int] | None = None,
) -> go.Figure:
    """All maps of `stages`, in order from input to softmax, in one picture.

    A stage is drawn warm and blue if any of its values is negative, or of a
    `difference` of two images; otherwise from black to white. Colours are relative to the
    largest magnitude within `scope`. A click on a map tells (layer, channel) as custom
    data; `chosen` is framed. Scores are drawn larger than they are, and say so.
    """
    columns = NARROW if width <= NARROW_WIDTH else WIDE
    pixels = (width - 16) / columns
    title_rows = round(TITLE_PIXELS / pixels)
    tiles, titles, height = _laid_out(stages, scope, columns, title_rows, difference)
    canvas = np.zeros((height, columns, 4), np.uint8)
    for tile in tiles:
        rows, breadth = tile.colours.shape[:2]
        canvas[tile.top : tile.top + rows, tile.left : tile.left + breadth] = tile.colours
    figure = go.Figure(go.Image(source=as_data_uri(canvas), hoverinfo="skip"))
    add_click_points(
        figure,
        [tile.left + (tile.colours.shape[1] - 1) / 2 for tile in tiles],
        [tile.top + (tile.colours.shape[0] - 1) / 2 for tile in tiles],
        [(tile.layer, tile.channel) for tile in tiles],
        [_hover(tile) for tile in tiles],
    )
    for tile in tiles:
        if (tile.layer, tile.channel) == chosen:
            figure.add_shape(
                type="rect",
                x0=tile.left - 0.5,
                x1=tile.left + tile.colours.shape[1] - 0.5,
                y0=tile.top - 0.5,
                y1=tile.top + tile.colours.shape[0] - 0.5,
                line={"color": CHOSEN, "width": 3},
            )
    figure.update_layout(
        annotations=[
            {
                "x": -0.5,
                "y": top - 0.5,
                "text": text,
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"size": 12},
            }
            for text, top in titles
        ]
    )
    set_image_axes(figure)
    set_view(figure, (-0.5, columns - 0.5), (-0.5, height - 0.5))
    return apply_layout(figure, int(height * pixels) + 16)


def _laid_out(
    stages: Sequence[Stage], scope: Scope, columns: int, title_rows: int, difference: bool
) -> tuple[list[_Tile], list[tuple[str, int]], int]:
    """Where each tile goes; titles with the row below them; the height of it all."""
    largest_of_all = max((_largest(one.values) for one in stages), default=0.0)
    tiles: list[_Tile] = []
    titles: list[tuple[str, int]] = []
    top = 0
    for one in stages:
        maps = one.values if one.values.ndim == 3 else one.values[np.newaxis, np.newaxis]
        enlarged = SCORE_SIZE if maps.shape[:2] == (1, 1) else 1
        size = maps.shape[0] * enlarged
        signed = difference or bool(np.nanmin(maps, initial=0) < 0)
        top += title_rows
        titles.append((_title(one, maps.shape, enlarged), top))
        left = 0
        for channel in range(maps.shape[2]):
            if left + size > columns:
                left, top = 0, top + size + GAP
            values = maps[:, :, channel]
            ends = {"tile": _largest(values), "layer": _largest(maps), "all": largest_of_all}
            picture = coloured(values / (ends[scope] or 1.0), signed=signed)
            if enlarged > 1:
                # Framed: a white probability would be lost on a white page.
                inner = picture.repeat(enlarged - 2, axis=0).repeat(enlarged - 2, axis=1)
                picture = np.full((enlarged, enlarged, 4), FRAME, np.uint8)
                picture[1:-1, 1:-1] = inner
            tiles.append(_Tile(one.layer, channel, values, picture, left, top))
            left += size + GAP
        top += size
    return tiles, titles, top


def _largest(values: FloatArray) -> float:
    return float(np.abs(np.nan_to_num(values, posinf=0, neginf=0)).max(initial=0))


def _title(stage: Stage, shape: tuple[int, ...], enlarged: int) -> str:
    height, width, channels = shape
    name = {"pool": "max-pool", "conv8": "conv8, the scores"}.get(stage.layer, stage.layer)
    if enlarged > 1:
        return f"<b>{name}</b> · {channels} numbers, enlarged"
    size = f"{height}×{width}"
    return f"<b>{name}</b> · {channels} of {size}" if channels > 1 else f"<b>{name}</b> · {size}"


def _hover(tile: _Tile) -> str:
    values = tile.values
    if values.size == 1:
        return f"<b>{tile.layer} {tile.channel}</b>: {values[0, 0]:+.4f}"
    active = f"{np.mean(values > 0):.0%} of its values are above 0"
    return (
        f"<b>{tile.layer}, channel {tile.channel}</b><br>{values.min():+.3f} to "
        f"{values.max():+.3f}, mean {values.mean():+.3f}<br>{active}"
    )
