"""Which pixels speak for an answer and which against it, over the image they belong to."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from mnistviz.charts.montage import as_picture
from mnistviz.charts.theme import SIGNED, finish
from mnistviz.rows import FloatArray

# The outline of the digit goes around the pixels that are at least half covered with ink.
OUTLINE_LEVEL = 0.5
OUTLINE_COLOUR = "#495057"


def attribution_map(values: FloatArray, image: FloatArray, height: int = 240) -> go.Figure:
    """Attributions `(28, 28)` float32, warm for, blue against, with the digit's outline.

    `image` is (28, 28) float32 in [0, 1]. Colours are relative to the largest magnitude; the
    hover text has the attribution and the ink of a pixel.
    """
    magnitudes = np.abs(values[np.isfinite(values)])
    largest = float(magnitudes.max(initial=0)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=values,
            customdata=image,
            hovertemplate="row %{y}, column %{x}, ink %{customdata:.2f}"
            "<br><b>%{z:+.4f}</b><extra></extra>",
            hoverongaps=False,
            colorscale=SIGNED,
            zmin=-largest,
            zmax=largest,
            showscale=False,
        )
    )
    x, y = _outline(image >= OUTLINE_LEVEL)
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": OUTLINE_COLOUR, "width": 1}, hoverinfo="skip"
    )
    as_picture(figure)
    return finish(figure, height)


def _outline(inside: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """The edges between pixels `(height, width)` inside and outside: x and y, NaN between two.

    A pixel's middle lies on its indices, so that its edges lie half a step from them.
    """
    padded = np.pad(inside, 1)
    across = np.argwhere(padded[:-1] != padded[1:])
    upright = np.argwhere(padded[:, :-1] != padded[:, 1:])
    # Each edge begins at its upper left end. The padding has moved the indices by one.
    begins = np.concatenate([across - (0, 1), upright - (1, 0)]) - 0.5
    ends = begins + np.repeat([(0, 1), (1, 0)], (len(across), len(upright)), axis=0)
    lines = np.stack([begins, ends, np.full_like(begins, np.nan)], axis=1)
    y, x = lines.reshape(-1, 2).T.astype(np.float32)
    return x, y
