"""A digit beside the pointer, where a chart can only show words on hover."""

import base64
import io

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from mnistviz.ui.shared.plot_script import FOLLOW

# Images in a row of the sheet that the browser cuts the digits from.
COLUMNS = 100

_SCRIPT = (
    FOLLOW
    + """
const SIZE = 28, SHOWN = 84
export default function ({ data, parentElement }) {
  parentElement.leave?.()
  const sheet = new Image()
  sheet.src = "data:image/png;base64," + data.sheet
  const thumbnail = document.createElement("div")
  Object.assign(thumbnail.style, {
    position: "fixed", width: SHOWN + "px", height: SHOWN + "px", display: "none", zIndex: 999999,
    pointerEvents: "none", border: "2px solid #868e96", borderRadius: "6px",
    imageRendering: "pixelated", backgroundImage: `url("${sheet.src}")`,
  })
  document.body.append(thumbnail)
  sheet.onload = () => {
    const scale = SHOWN / SIZE
    thumbnail.style.backgroundSize = `${sheet.width * scale}px ${sheet.height * scale}px`
  }
  const show = event => {
    const index = event.points[0].customdata, pointer = event.event
    if (index === undefined) return hide()
    thumbnail.style.backgroundPosition =
      `-${(index % data.columns) * SHOWN}px -${Math.floor(index / data.columns) * SHOWN}px`
    const right = pointer.clientX + SHOWN + 24 < innerWidth
    thumbnail.style.left = (right ? pointer.clientX + 16 : pointer.clientX - SHOWN - 16) + "px"
    thumbnail.style.top = Math.max(4, pointer.clientY - SHOWN - 24) + "px"
    thumbnail.style.display = "block"
  }
  const hide = () => { thumbnail.style.display = "none" }
  const leave = follow(data.chart, { plotly_hover: show, plotly_unhover: hide })
  parentElement.leave = () => { leave(); thumbnail.remove() }
  return parentElement.leave
}
"""
)

_component = st.components.v2.component("mnistviz_thumbnails", html="<span></span>", js=_SCRIPT)


def sheet_of(images: NDArray[np.uint8]) -> bytes:
    """A PNG of images `(n, 28, 28)` uint8 in rows of 100: one file for the browser to keep."""
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
    """Show the image that the pointer is at on a Plotly chart.

    `chart` is the chart's key. The custom datum of a point is the index of its image among
    `images` (n, 28, 28) uint8, which `name` stands for.
    """
    _component(
        key=f"{chart}_thumbnails",
        data={"chart": chart, "sheet": _encoded(images, name), "columns": COLUMNS},
        height=1,
    )
