// Adds listeners to the Plotly chart with this key and calls `enter` with it. Streamlit draws a chart
// at any time, and again when its data change, without an event: the chart is looked for every 0.1 s.
// Returns a function that removes the listeners.
const followChart = (key, listeners, enter = () => {}) => {
  let plot = null
  const removeListeners = () => {
    if (!plot?.removeListener) return
    for (const [event, listener] of Object.entries(listeners)) plot.removeListener(event, listener)
  }
  const find = () => {
    const shown = document.querySelector(`.st-key-${key} .js-plotly-plot`)
    if (!shown?.on || !shown._fullLayout?._size || shown === plot) return
    removeListeners()
    plot = shown
    for (const [event, listener] of Object.entries(listeners)) plot.on(event, listener)
    enter(plot)
  }
  const timer = setInterval(find, 100)
  find()
  return () => { clearInterval(timer); removeListeners() }
}
