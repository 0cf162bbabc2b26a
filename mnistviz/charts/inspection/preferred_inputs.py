"""The preferred inputs of the channels of a layer."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import largest_magnitude
from mnistviz.charts.montage import NARROW_WIDTH, add_tile_points, frame_tile, tile_figure, to_grid
from mnistviz.core.types.arrays import FloatArray
from mnistviz.texts import _

COLUMNS = 10


def preferred_inputs_figure(
    images: FloatArray,
    channels: Sequence[int],
    values: Sequence[float],
    chosen: int | None,
    width: int,
) -> go.Figure:
    """Return inputs `(n, size, size)` float32 in [0, 1], each relative to its own largest ink.

    `values` are those of the channels for these inputs, shown on hover. The custom data of a click
    are the channel; `chosen` has a frame.
    """
    tiles = to_grid(images, COLUMNS // 2 if width <= NARROW_WIDTH else COLUMNS)
    figure = tile_figure(
        tiles,
        largest_magnitude(tiles, "tile", 1.0),
        signed=False,
        max_pixels=20,
        labels=[str(channel) for channel in channels],
        width=width,
    )
    texts = [
        _("<b>channel {channel}</b><br>its value {value:+.3f}<br>most ink {max:.2f}").format(
            channel=channel, value=value, max=image.max()
        )
        for channel, value, image in zip(channels, values, images, strict=True)
    ]
    add_tile_points(figure, tiles.shape, list(channels), texts)
    if chosen in channels:
        frame_tile(figure, tiles.shape, np.flatnonzero(np.array(channels) == chosen)[0])
    return figure
