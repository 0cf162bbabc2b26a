"""How a script of ours follows a chart of Plotly's on the page."""

FOLLOW = """
// Calls `enter` with the chart that has this key and listens to it. Streamlit draws the chart when
// it likes, and anew when its data change. Returns what ends it.
const follow = (key, listeners, enter = () => {}) => {
  let plot = null
  const quit = () => {
    if (!plot?.removeListener) return
    for (const [event, listener] of Object.entries(listeners)) plot.removeListener(event, listener)
  }
  const find = () => {
    const found = document.querySelector(`.st-key-${key} .js-plotly-plot`)
    if (!found?.on || !found._fullLayout?._size || found === plot) return
    quit()
    plot = found
    for (const [event, listener] of Object.entries(listeners)) plot.on(event, listener)
    enter(plot)
  }
  const timer = setInterval(find, 100)
  find()
  return () => { clearInterval(timer); quit() }
}
"""
