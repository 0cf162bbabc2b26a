"""Thumbnails: the image of a chart's point beside the pointer. Plotly shows only text there."""

import base64
import io
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from mnistviz.ui.shared.browser_script import FOLLOW_CHART, script_component

# Images in a row of the sheet, from which the browser cuts the thumbnails.
COLUMNS = 100

_component = script_component(
    "mnistviz_thumbnails", FOLLOW_CHART, Path(__file__).with_suffix(".js")
)


def sheet_of(images: NDArray[np.uint8]) -> bytes:
    """Return a PNG of images `(n, 28, 28)` uint8, in rows of 100."""
    count, height, width = images.shape
    rows = -(-count // COLUMNS)
    tiles = np.zeros((rows * COLUMNS, height, width), np.uint8)
    tiles[:count] = images
    sheet = tiles.reshape(rows, COLUMNS, height, width).swapaxes(1, 2)
    file = io.BytesIO()
    Image.fromarray(sheet.reshape(rows * height, COLUMNS * width)).save(file, "PNG")
    return file.getvalue()


@st.cache_data(show_spinner=False)
def _encoded(_images: NDArray[np.uint8], name: str) -> str:
    return base64.b64encode(sheet_of(_images)).decode()


def show_thumbnails(chart: str, images: NDArray[np.uint8], name: str) -> None:
    """Show the image of the point that the pointer is at on a Plotly chart.

    `chart` is the chart's key. The `customdata` of a point is the index of its image among
    `images` `(n, 28, 28)` uint8; `name` identifies these images in the cache.
    """
    _component(
        key=f"{chart}_thumbnails",
        data={"chart": chart, "sheet": _encoded(images, name), "columns": COLUMNS},
        height=1,
    )
