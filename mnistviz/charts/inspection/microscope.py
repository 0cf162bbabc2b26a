"""A convolution under the microscope: patch × kernel = products, and what they add up to."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.montage import number_squares_figure, set_image_axes, set_view
from mnistviz.charts.theme import (
    AMOUNT,
    CHOSEN,
    OTHERS,
    PUBLISHED,
    SIGNED,
    VALIDATION,
    apply_layout,
)
from mnistviz.core.rows import FloatArray

Exact = NDArray[np.float64]

# Up to this many numbers a grid has room for them; a larger one has them on hover.
MAX_WRITTEN = 9

PLACE = "row %{y}, column %{x}"


def clickable_map_figure(
    values: FloatArray,
    chosen: tuple[int, int],
    size: int = 1,
    *,
    signed: bool,
    clickable: bool = True,
    height: int = 280,
) -> go.Figure:
    """A map `(height, width)` with a square framed, `size` wide, whose first value is `chosen`.

    A click on a value tells its (row, column) as custom data, if it is `clickable`.
    """
    end = float(np.abs(np.nan_to_num(values)).max(initial=0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=values,
            hovertemplate=f"{PLACE}: <b>%{{z:+.4f}}</b><extra></extra>",
            colorscale=SIGNED if signed else AMOUNT,
            zmin=-end if signed else 0,
            zmax=end,
            showscale=False,
        )
    )
    if clickable:
        _add_points(figure, values)
    row, column = chosen
    figure.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + size - 0.5,
        y0=row - 0.5,
        y1=row + size - 0.5,
        line={"color": CHOSEN, "width": 3},
    )
    set_image_axes(figure)
    # The points would widen the picture by half a marker.
    set_view(figure, (-0.5, values.shape[1] - 0.5), (-0.5, values.shape[0] - 0.5))
    return apply_layout(figure, height, hovermode="closest")


def _add_points(figure: go.Figure, values: FloatArray) -> None:
    """A point on each value, which tells its place when it is clicked."""
    figure.update_traces(hoverinfo="skip", hovertemplate=None)
    rows, columns = np.indices(values.shape)
    add_click_points(
        figure,
        columns.ravel(),
        rows.ravel(),
        np.stack([rows.ravel(), columns.ravel()], axis=-1),
        [f"{value:+.4f}" for value in values.ravel()],
        f"{PLACE}: <b>%{{text}}</b><extra></extra>",
    )


def number_grid_figure(values: Exact, largest: float, height: int) -> go.Figure:
    """Numbers `(height, width)` as coloured squares, written into them where there is room."""
    # Rounded first: a tiny negative one would be written as -0.000.
    texts = [f"{round(float(value), 3) + 0.0:+.3f}" for value in values.flat]
    figure = number_squares_figure(values, largest, texts if len(texts) <= MAX_WRITTEN else (), 13)
    set_image_axes(figure)
    return apply_layout(figure, height)


def channel_sums_figure(
    sums: Exact, bias: float, total: float, chosen: int | None = None, height: int = 260
) -> go.Figure:
    """What each input channel adds, and the bias, up to the total, as steps."""
    names = [str(number) for number in range(len(sums))]
    figure = go.Figure(
        go.Waterfall(
            x=[*names, "bias", "sum"],
            y=[*sums.tolist(), bias, total],
            measure=["relative"] * (len(sums) + 1) + ["total"],
            increasing={"marker": {"color": SIGNED[-1][1]}},
            decreasing={"marker": {"color": SIGNED[0][1]}},
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
    # A number may stand at the upper end.
    return apply_layout(figure, height, {"t": 16})


def receptive_fields_figure(
    image: FloatArray,
    fields: Sequence[tuple[int, int, int]],
    names: Sequence[str],
    height: int = 360,
) -> go.Figure:
    """An image `(28, 28)` with the squares (top, left, size) that values on a path see."""
    figure = go.Figure(
        go.Heatmap(z=image, hoverinfo="skip", colorscale=AMOUNT, zmin=0, zmax=1, showscale=False)
    )
    colours = (VALIDATION, *OTHERS, "#4c6ef5", "#ffd43b", "#ff8787")
    for number, ((top, left, size), name) in enumerate(zip(fields, names, strict=True)):
        colour = colours[number % len(colours)]
        # Where squares are equal, the inner one is drawn a little smaller: all stay visible.
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
