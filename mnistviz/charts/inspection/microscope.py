"""One value of a convolution: its patch, its kernel, their products, and the sum."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import NEGATIVE, POSITIVE, heatmap, largest_of
from mnistviz.charts.montage import add_frame, number_squares_figure, set_image_axes, set_view
from mnistviz.charts.theme import CHOSEN, OTHERS, PUBLISHED, TRAINING, VALIDATION, apply_layout
from mnistviz.core.types.arrays import DoubleArray, FloatArray

# The numbers of a larger grid don't fit; they are only in its hover text.
MAX_WRITTEN = 9

POSITION = "row %{y}, column %{x}"


def clickable_map_figure(
    values: FloatArray,
    chosen: tuple[int, int],
    size: int = 1,
    *,
    signed: bool,
    clickable: bool = True,
    height: int = 280,
) -> go.Figure:
    """Return a map `(height, width)` float32 with a frame, `size` wide, at (row, column) `chosen`.

    If it is `clickable`, the custom data of a click on a value are its (row, column).
    """
    figure = go.Figure(
        heatmap(
            values,
            signed=signed,
            largest=largest_of(values),
            hovertemplate=f"{POSITION}: <b>%{{z:+.4f}}</b><extra></extra>",
        )
    )
    if clickable:
        _add_points(figure, values)
    row, column = chosen
    add_frame(figure, column, row, size, size)
    set_image_axes(figure)
    # Without it, the picture would be wider by half a marker.
    set_view(figure, (-0.5, values.shape[1] - 0.5), (-0.5, values.shape[0] - 0.5))
    return apply_layout(figure, height, hovermode="closest")


def _add_points(figure: go.Figure, values: FloatArray) -> None:
    """Add a point for each value, whose custom data are its (row, column)."""
    figure.update_traces(hoverinfo="skip", hovertemplate=None)
    rows, columns = np.indices(values.shape)
    add_click_points(
        figure,
        columns.ravel(),
        rows.ravel(),
        np.stack([rows.ravel(), columns.ravel()], axis=-1),
        [f"{value:+.4f}" for value in values.ravel()],
        f"{POSITION}: <b>%{{text}}</b><extra></extra>",
    )


def number_grid_figure(values: DoubleArray, largest: float, height: int) -> go.Figure:
    """Return numbers `(height, width)` as coloured squares, with at most 9 written into them."""
    # Rounded first, as a tiny negative number would be written as -0.000.
    texts = [f"{round(float(value), 3) + 0.0:+.3f}" for value in values.flat]
    figure = number_squares_figure(values, largest, texts if len(texts) <= MAX_WRITTEN else (), 13)
    set_image_axes(figure)
    return apply_layout(figure, height)


def channel_sums_figure(
    sums: DoubleArray, bias: float, total: float, chosen: int | None = None, height: int = 260
) -> go.Figure:
    """Return a waterfall chart of the sums of the input channels `(channels,)` and the bias."""
    names = [str(number) for number in range(len(sums))]
    figure = go.Figure(
        go.Waterfall(
            x=[*names, "bias", "sum"],
            y=[*sums.tolist(), bias, total],
            measure=["relative"] * (len(sums) + 1) + ["total"],
            increasing={"marker": {"color": POSITIVE}},
            decreasing={"marker": {"color": NEGATIVE}},
            totals={"marker": {"color": PUBLISHED}},
            connector={"line": {"width": 1, "color": PUBLISHED}},
            customdata=[*sums.tolist(), bias, total],
            hovertemplate="%{x}: <b>%{customdata:+.6f}</b><extra></extra>",
        )
    )
    if chosen is not None:
        figure.add_vrect(
            x0=chosen - 0.5, x1=chosen + 0.5, line={"color": CHOSEN, "width": 2}, fillcolor=None
        )
    figure.update_xaxes(type="category", title="input channel", fixedrange=True, tickangle=0)
    figure.update_yaxes(fixedrange=True)
    # A number may be at the upper end.
    return apply_layout(figure, height, {"t": 16})


def receptive_fields_figure(
    image: FloatArray,
    fields: Sequence[tuple[int, int, int]],
    names: Sequence[str],
    height: int = 360,
) -> go.Figure:
    """Return an image `(28, 28)` float32 in [0, 1] with receptive fields (top, left, size)."""
    figure = go.Figure(heatmap(image, signed=False, hoverinfo="skip"))
    colours = (VALIDATION, *OTHERS, TRAINING, "#ffd43b", "#ff8787")
    for number, ((top, left, size), name) in enumerate(zip(fields, names, strict=True)):
        colour = colours[number % len(colours)]
        # Of equal squares, the later one is a little smaller, so that both are visible.
        inset = 0.12 * sum(other == (top, left, size) for other in fields[:number])
        right, bottom = left + size - 0.5 - inset, top + size - 0.5 - inset
        x0, y0 = left - 0.5 + inset, top - 0.5 + inset
        figure.add_scatter(
            x=[x0, right, right, x0, x0],
            y=[y0, y0, bottom, bottom, y0],
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=name,
            hovertemplate=f"{name}: {size}×{size} pixels<extra></extra>",
        )
    set_image_axes(figure)
    set_view(figure, (-0.7, image.shape[1] - 0.3), (-0.7, image.shape[0] - 0.3))
    return apply_layout(
        figure,
        height,
        margin={"r": 104},
        showlegend=True,
        legend={"x": 1.02, "y": 1, "font_size": 11},
    )
