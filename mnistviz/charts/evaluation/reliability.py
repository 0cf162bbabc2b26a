"""The reliability diagram, and the accuracy when uncertain answers are refused."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.theme import LEGEND, PUBLISHED, TRAINING, VALIDATION, apply_layout
from mnistviz.core.types.arrays import DoubleArray
from mnistviz.texts import _

HEIGHT = 360
COLOURS = (VALIDATION, TRAINING)
# Sizes in pixels of the points of an empty bin and of a bin with all images.
SMALLEST, LARGEST = 6.0, 26.0
# The end of the axis, in percent.
MOST_REFUSED = 10
# At most so many points of a curve are drawn.
MAX_POINTS = 400


def reliability_figure(
    curves: Sequence[tuple[str, DoubleArray, DoubleArray, NDArray[np.int64]]],
) -> go.Figure:
    """Return the accuracy over the confidence, with a point for each bin that has images.

    A curve is a name and the confidence, accuracy and number of images of each bin, `(bins,)`.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        line={"color": PUBLISHED, "dash": "dot"},
        name=_("as sure as right"),
        hoverinfo="skip",
    )
    for (name, confidence, accuracy, counts), colour in zip(curves, COLOURS, strict=False):
        used = counts > 0
        sizes = SMALLEST + (LARGEST - SMALLEST) * np.sqrt(counts[used] / counts.sum())
        figure.add_scatter(
            x=(100 * confidence[used]).tolist(),
            y=(100 * accuracy[used]).tolist(),
            customdata=counts[used].tolist(),
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 1.5},
            marker={"size": sizes.tolist(), "color": colour, "opacity": 0.75},
            hovertemplate=_(
                "{name}<br>%{{customdata:,}} images at %{{x:.1f}} % sure on average: "
                "<b>%{{y:.1f}} %</b> right<extra></extra>"
            ).format(name=name),
        )
    figure.update_xaxes(title=_("how sure, %"), range=[0, 103], fixedrange=True)
    figure.update_yaxes(title=_("how often right, %"), range=[-3, 105], fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND)


def selective_accuracy_figure(curves: Sequence[tuple[str, DoubleArray, DoubleArray]]) -> go.Figure:
    """Return the accuracy of the remaining answers over the share of refused ones.

    A curve is a name, shares refused and accuracies, both `(n,)` in [0, 1].
    """
    figure = go.Figure()
    for (name, refused, accuracy), colour in zip(curves, COLOURS, strict=False):
        chosen = few_points(len(refused))
        figure.add_scatter(
            x=(100 * refused[chosen]).tolist(),
            y=(100 * accuracy[chosen]).tolist(),
            mode="lines",
            name=name,
            line={"color": colour, "width": 2},
            hovertemplate=_(
                "{name}<br>%{{x:.2f}} % refused: <b>%{{y:.3f}} %</b> of the rest "
                "right<extra></extra>"
            ).format(name=name),
        )
    figure.update_xaxes(
        title=_("refused, lowest probability first, %"), range=[0, MOST_REFUSED], fixedrange=True
    )
    figure.update_yaxes(title=_("right of those answered, %"), fixedrange=True)
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND)


def few_points(count: int, most: int = MAX_POINTS) -> NDArray[np.int64]:
    """Return at most `most` indices of a curve of `count` points, more of them near its start."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.geomspace(1, count, most).astype(np.int64) - 1)
