"""The confusion matrix."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.colour_scales import DARK_TEXT, MISTAKES
from mnistviz.charts.montage import add_frame
from mnistviz.charts.theme import apply_layout
from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import DoubleArray
from mnistviz.texts import _

HEIGHT = 340
CELLS_HEIGHT = 420

CORRECT = "#d3dcf0"

# Exponent of the shares: with it, the colours of a thousandth and of a half can both be seen.
POWER = 0.4


def confusion_figure(
    confusion: NDArray[np.int64],
    height: int = HEIGHT,
    class_names: Sequence[str] = DIGIT_NAMES,
) -> go.Figure:
    """Return counts `(10, 10)`, row = label, column = answer; mistakes are warm, the rest blue.

    The colour of a mistake is its share of the row's images, to the power of `POWER`.
    """
    shares = _shares(confusion)
    mistakes = np.where(np.eye(len(confusion), dtype=bool), np.nan, shares**POWER)
    cells = {"showscale": False, "hoverinfo": "skip", "xgap": 1, "ygap": 1}
    correct = [[0, CORRECT], [1, CORRECT]]
    figure = go.Figure(
        [
            go.Heatmap(cells, z=np.where(np.isnan(mistakes), 1.0, np.nan), colorscale=correct),
            go.Heatmap(cells, z=mistakes, zmin=0, zmax=1, colorscale=MISTAKES),
            # On top of both: the numbers and the hover texts.
            go.Heatmap(
                z=confusion,
                colorscale=[[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
                showscale=False,
                text=np.where(confusion > 0, confusion.astype(str), ""),
                texttemplate="%{text}",
                textfont={"color": DARK_TEXT, "size": 11},
                customdata=shares,
                hovertemplate=_(
                    "%{y}, read as %{x}: <b>%{z}</b> images, %{customdata:.2%} of the images of "
                    "%{y}<extra></extra>"
                ),
            ),
        ]
    )
    axis = {
        "tickvals": list(range(len(confusion))),
        "ticktext": list(class_names),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "constrain": "domain",
    }
    figure.update_xaxes(axis, title=_("read as"))
    figure.update_yaxes(
        axis, title=_("is"), autorange="reversed", scaleanchor="x", constraintoward="top"
    )
    # Each class needs room for its name.
    return apply_layout(figure, max(height, 18 * len(class_names)))


def _plural(label: int, class_names: Sequence[str]) -> str:
    """`the 3s`, or `the images of Trouser`."""
    name = class_names[label]
    return (
        _("the {name}s").format(name=name)
        if tuple(class_names) == DIGIT_NAMES
        else _("the images of {name}").format(name=name)
    )


def clickable_confusion_figure(
    confusion: NDArray[np.int64],
    chosen: tuple[int, int],
    height: int = CELLS_HEIGHT,
    class_names: Sequence[str] = DIGIT_NAMES,
) -> go.Figure:
    """Return `confusion_figure` with cells that can be clicked; the chosen one has a frame.

    The custom data of a click are (label, answer), as is `chosen`.
    """
    figure = confusion_figure(confusion, height, class_names)
    shares = _shares(confusion)
    labels, answers = (places.ravel() for places in np.indices(confusion.shape))
    figure.data[-1].update(hovertemplate=None, hoverinfo="skip")
    add_click_points(
        figure,
        answers,
        labels,
        np.stack([labels, answers], axis=1).tolist(),
        [
            _("{label}, read as {answer}: <b>{count:,}</b> images, {share:.2%} of {plural}").format(
                label=class_names[label],
                answer=class_names[answer],
                count=confusion[label, answer],
                share=shares[label, answer],
                plural=_plural(label, class_names),
            )
            for label, answer in zip(labels.tolist(), answers.tolist(), strict=True)
        ],
    )
    label, answer = chosen
    add_frame(figure, answer, label, 1, 1)
    return figure


def _shares(confusion: NDArray[np.int64]) -> DoubleArray:
    """Return the share of each answer among the images of its label; 0 without images."""
    shares: DoubleArray = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    return shares
