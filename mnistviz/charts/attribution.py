"""Which pixels speak for an answer and which against it, over the image they belong to."""

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.montage import as_picture
from mnistviz.charts.theme import SIGNED, finish
from mnistviz.rows import FloatArray

# The outline of the digit: where a pixel is half covered with ink.
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
    figure.add_contour(
        z=image,
        contours={"start": OUTLINE_LEVEL, "end": OUTLINE_LEVEL, "coloring": "none"},
        line={"color": OUTLINE_COLOUR, "width": 1},
        hoverinfo="skip",
        showscale=False,
    )
    as_picture(figure)
    return finish(figure, height)
