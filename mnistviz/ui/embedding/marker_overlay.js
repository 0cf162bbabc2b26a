export default function ({ data, parentElement }) {
  // Streamlit calls this again for each new place, and the returned function only at the end.
  parentElement.cleanUp?.()
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
    // A place outside of the chart is shown at the nearest edge.
    const x = Math.min(Math.max(xaxis.d2p(data.x), 0), size.w)
    const y = Math.min(Math.max(yaxis.d2p(data.y), 0), size.h)
    Object.assign(star.style, { left: size.l + x + "px", top: size.t + y + "px" })
  }
  const listeners = { plotly_afterplot: place, plotly_relayout: place, plotly_relayouting: place }
  const stopFollowing = followChart(data.chart, listeners, chart => {
    plot = chart
    plot.querySelector(".plot-container").append(star)
    place()
  })
  parentElement.cleanUp = () => { stopFollowing(); star.remove() }
  return parentElement.cleanUp
}
