// Presses the button of streamlit-drawable-canvas that sends the drawing, at the end of each stroke.
const SEND = 'button[title="Update the app with this drawing"]'

export default function ({ parentElement }) {
  // Streamlit may call this again, and the returned function only at the end.
  parentElement.cleanUp?.()
  const page = new AbortController()
  // The shadow root of the canvas that the pen is on.
  let root = null
  const press = event => {
    const canvas = event.composedPath().find(node => node.classList?.contains("upper-canvas"))
    root = canvas?.getRootNode() ?? null
  }
  const lift = () => {
    const drawn = root
    root = null
    // The canvas adds the stroke to the drawing in a listener of its own and in a microtask.
    if (drawn) setTimeout(() => drawn.querySelector(SEND)?.click())
  }
  addEventListener("pointerdown", press, { capture: true, signal: page.signal })
  for (const end of ["mouseup", "touchend"]) addEventListener(end, lift, { signal: page.signal })
  parentElement.cleanUp = () => page.abort()
  return parentElement.cleanUp
}
