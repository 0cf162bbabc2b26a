"""A two-dimensional embedding of digits, coloured by label or by errors."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.colour_scales import DARK_TEXT, NEUTRAL
from mnistviz.charts.theme import PUBLISHED, VALIDATION, apply_layout
from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.texts import _

Colouring = Literal["digit", "error"]

# Ten colours that can be distinguished on a light and on a dark page.
DIGIT_COLOURS = (
    "#4c6ef5",
    "#e8590c",
    "#2f9e44",
    "#e03131",
    "#9c36b5",
    "#a0703c",
    "#f06595",
    "#868e96",
    "#b5a000",
    "#15aabf",
)
HEIGHT = 620


def embedding_figure(
    plane: FloatArray,
    labels: ByteArray,
    answers: ByteArray,
    colouring: Colouring,
    *,
    indices: NDArray[np.int64] | None = None,
    height: int = HEIGHT,
    class_names: Sequence[str] = DIGIT_NAMES,
) -> go.Figure:
    """Return a point for each image: `plane` (n, 2), `labels` and `answers` (n,).

    The custom data of a click are the image's number in `indices` (n,), or else its row. The
    colour is that of the label, or of whether the answer is right.
    """
    if indices is None:
        indices = np.arange(len(plane))
    # With four decimals, a browser needs half the time.
    x, y = np.round(plane.T.astype(np.float64), 4)
    wrong = labels != answers
    # By label and answer.
    text = _("{label}, read as {answer}")
    texts = np.array(
        [[text.format(label=one, answer=other) for other in class_names] for one in class_names]
    )
    figure = go.Figure()
    if colouring == "digit":
        groups = [
            (name, labels == digit, DIGIT_COLOURS[digit % len(DIGIT_COLOURS)], 5)
            for digit, name in enumerate(class_names)
        ]
    else:
        groups = [(_("read right"), ~wrong, PUBLISHED, 4), (_("read wrong"), wrong, VALIDATION, 9)]
    for name, selected, colour, size in groups:
        figure.add_scattergl(
            x=x[selected],
            y=y[selected],
            name=name,
            mode="markers",
            marker={"size": size, "color": colour, "opacity": 0.75},
            # An array, as Plotly would check each of 10,000 lists.
            customdata=indices[selected],
            text=texts[labels[selected], answers[selected]],
            hovertemplate=_("test image %{customdata}: %{text}<extra></extra>"),
            selected={"marker": {"opacity": 0.75}},
            unselected={"marker": {"opacity": 0.75}},
        )
    if colouring == "digit":
        figure.layout.annotations = _names_of_islands(plane, labels, class_names)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return apply_layout(
        figure,
        height,
        showlegend=True,
        dragmode="pan",
        hovermode="closest",
        clickmode="event+select",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "itemsizing": "constant"},
    )


def _names_of_islands(
    plane: FloatArray, labels: ByteArray, class_names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return Plotly annotations with the name of each class at the median of its points.

    So the map can be read without its colours, too.
    """
    names = []
    for digit in np.unique(labels).tolist():
        x, y = np.median(plane[labels == digit], axis=0).tolist()
        names.append(
            {
                "x": x,
                "y": y,
                "text": f"<b>{class_names[digit]}</b>",
                "showarrow": False,
                "font": {"size": 14, "color": DARK_TEXT},
                "bgcolor": NEUTRAL,
                "opacity": 0.85,
                # A click goes to the point below.
                "captureevents": False,
            }
        )
    return names
