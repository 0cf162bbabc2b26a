"""Which digits are taken for which: the confusion matrix."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.click_points import add_click_points
from mnistviz.charts.theme import CHOSEN, apply_layout

HEIGHT = 340
CELLS_HEIGHT = 420

# Paper to the warm end of the signed scale: a mistake is never a good thing.
MISTAKES = [[0.0, "#f6f5f1"], [0.5, "#f0aa7c"], [1.0, "#b93a0a"]]
CORRECT = "#d3dcf0"
INK = "#1b2333"

# Of a trained network a mistake has a share of a thousandth: the root shows that and a half, too.
POWER = 0.4


def confusion_figure(confusion: NDArray[np.int64], height: int = HEIGHT) -> go.Figure:
    """Counts `(10, 10)`, row = label, column = answer, with mistakes warm and the diagonal blue.

    The colour of a mistake is its share of the row's images, to the power of 0.4.
    """
    totals = confusion.sum(axis=1, keepdims=True)
    shares = confusion / np.maximum(totals, 1)
    mistakes = np.where(np.eye(len(confusion), dtype=bool), np.nan, shares**POWER)
    digits = list(range(len(confusion)))
    figure = go.Figure(
        [
            go.Heatmap(
                z=np.where(np.isnan(mistakes), 1.0, np.nan),
                colorscale=[[0, CORRECT], [1, CORRECT]],
                showscale=False,
                hoverinfo="skip",
                xgap=1,
                ygap=1,
            ),
            go.Heatmap(
                z=mistakes,
                zmin=0,
                zmax=1,
                colorscale=MISTAKES,
                showscale=False,
                hoverinfo="skip",
                xgap=1,
                ygap=1,
            ),
            # On top of both: what a person points at, and the numbers.
            go.Heatmap(
                z=confusion,
                colorscale=[[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]],
                showscale=False,
                text=np.where(confusion > 0, confusion.astype(str), ""),
                texttemplate="%{text}",
                textfont={"color": INK, "size": 11},
                customdata=shares,
                hovertemplate="a %{y}, read as %{x}: <b>%{z}</b> images, %{customdata:.2%} of the "
                "%{y}s<extra></extra>",
            ),
        ]
    )
    axis = {
        "tickvals": digits,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "constrain": "domain",
    }
    figure.update_xaxes(axis, title="read as")
    figure.update_yaxes(
        axis, title="is", autorange="reversed", scaleanchor="x", constraintoward="top"
    )
    return apply_layout(figure, height)


def clickable_confusion_figure(
    confusion: NDArray[np.int64], chosen: tuple[int, int], height: int = CELLS_HEIGHT
) -> go.Figure:
    """The same counts `(10, 10)` with cells that can be clicked, the chosen one framed.

    A cell's custom datum is its label and its answer.
    """
    figure = confusion_figure(confusion, height)
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    labels, answers = (places.ravel() for places in np.indices(confusion.shape))
    figure.data[-1].update(hovertemplate=None, hoverinfo="skip")
    add_click_points(
        figure,
        answers,
        labels,
        np.stack([labels, answers], axis=1).tolist(),
        [
            f"a {label}, read as {answer}: <b>{confusion[label, answer]:,}</b> images, "
            f"{shares[label, answer]:.2%} of the {label}s"
            for label, answer in zip(labels, answers, strict=True)
        ],
    )
    label, answer = chosen
    figure.add_shape(
        type="rect",
        x0=answer - 0.5,
        x1=answer + 0.5,
        y0=label - 0.5,
        y1=label + 0.5,
        line={"color": CHOSEN, "width": 3},
    )
    return figure
