const SIZE = 28, SHOWN = 84
export default function ({ data, parentElement }) {
  // Streamlit calls this again when the data change, and the returned function only at the end.
  parentElement.cleanUp?.()
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
  const stopFollowing = followChart(data.chart, { plotly_hover: show, plotly_unhover: hide })
  parentElement.cleanUp = () => { stopFollowing(); thumbnail.remove() }
  return parentElement.cleanUp
}
