"""A star on a chart: one place that moves, without the chart being drawn anew."""

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.ui.shared.plot_script import FOLLOW

_SCRIPT = (
    FOLLOW
    + """
export default function ({ data, parentElement }) {
  // Called again for each new place, without a word of farewell to the last call.
  parentElement.leave?.()
  const star = document.createElement("div")
  star.title = data.name
  star.setAttribute("role", "img")
  star.setAttribute("aria-label", data.name)
  star.innerHTML = `<svg viewBox="-12 -12 24 24" width="28" height="28" style="display: block">
    <path d="M0-10 2.4-3.2 9.5-3.1 3.8 1.2 5.9 8.1 0 4-5.9 8.1-3.8 1.2-9.5-3.1-2.4-3.2Z"
      fill="#ffd43b" stroke="#000" stroke-width="1.5"/></svg>`
  Object.assign(star.style, {
    position: "absolute", transform: "translate(-50%, -50%)", pointerEvents: "none",
  })
  let plot = null
  const place = () => {
    const { xaxis, yaxis, _size: size } = plot._fullLayout
    // Beyond the edge it stays at the edge, and shows where to go.
    const x = Math.min(Math.max(xaxis.d2p(data.x), 0), size.w)
    const y = Math.min(Math.max(yaxis.d2p(data.y), 0), size.h)
    Object.assign(star.style, { left: size.l + x + "px", top: size.t + y + "px" })
  }
  const listeners = { plotly_afterplot: place, plotly_relayout: place, plotly_relayouting: place }
  const leave = follow(data.chart, listeners, found => {
    plot = found
    plot.querySelector(".plot-container").append(star)
    place()
  })
  parentElement.leave = () => { leave(); star.remove() }
  return parentElement.leave
}
"""
)

_component = st.components.v2.component("mnistviz_star", html="<span></span>", js=_SCRIPT)


def show_star(chart: str, place: FloatArray, name: str) -> None:
    """Put a star, which stands for `name`, at a place (2,) of the chart with the key `chart`.

    It follows when a person moves or zooms the chart.
    """
    x, y = place.tolist()
    _component(key=f"{chart}_star", data={"chart": chart, "x": x, "y": y, "name": name}, height=1)
