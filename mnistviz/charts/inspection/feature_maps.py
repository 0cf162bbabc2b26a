"""The feature maps of all channels of a layer for one image."""

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.colour_scales import largest_magnitude
from mnistviz.charts.montage import NARROW_WIDTH, PICTURE_WIDTH, tile_figure, to_grid
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.charts import Scope
from mnistviz.texts import _

COLUMNS = 10
MAX_PIXELS_PER_VALUE = 6
MIN_PIXELS_PER_TILE = 36


def feature_maps_figure(
    values: FloatArray,
    *,
    signed: bool,
    scope: Scope,
    largest_of_all: float,
    width: int = PICTURE_WIDTH,
) -> go.Figure:
    """Return each channel of `values` (height, width, channels) float32 as a tile, in order.

    Colours are relative to the largest magnitude within `scope`. The picture is at most `width`
    pixels wide.
    """
    tiles = to_grid(np.moveaxis(values, 2, 0), COLUMNS // 2 if width <= NARROW_WIDTH else COLUMNS)
    rows, columns = tiles.shape[:2]
    return tile_figure(
        tiles,
        largest_magnitude(tiles, scope, largest_of_all),
        signed=signed,
        numbers=np.arange(rows * columns).reshape(rows, columns, 1),
        naming=_("channel %{customdata[0]}"),
        value_format="+.4f" if signed else ".4f",
        max_pixels=max(MAX_PIXELS_PER_VALUE, MIN_PIXELS_PER_TILE // values.shape[0]),
        num_labels=values.shape[2],
        width=width,
    )
