// Presses the button of streamlit-drawable-canvas that sends the drawing, at the end of each stroke.
const SEND = 'button[title="Update the app with this drawing"]'
// What is grey from the beginning of a stroke to its answer (see page.css).
const ANSWER = '[class*="st-key-answer_"]'
const DRAWING = "mnistviz-drawing"
// In milliseconds: an answer that does not change is no longer grey after this time.
const LONGEST_WAIT = 1500

export default function ({ parentElement }) {
  // Streamlit may call this again, and the returned function only at the end.
  parentElement.cleanUp?.()
  const page = new AbortController()
  const classes = document.body.classList
  let timer = null
  const answered = () => {
    clearTimeout(timer)
    watcher.disconnect()
    classes.remove(DRAWING)
  }
  const watcher = new MutationObserver(answered)
  // The shadow root of the canvas that the pen is on.
  let root = null
  const press = event => {
    const canvas = event.composedPath().find(node => node.classList?.contains("upper-canvas"))
    root = canvas?.getRootNode() ?? null
    if (!root) return
    answered()
    classes.add(DRAWING)
  }
  const lift = () => {
    const drawn = root
    root = null
    if (!drawn) return
    for (const part of document.querySelectorAll(ANSWER)) {
      watcher.observe(part, {
        subtree: true, childList: true, characterData: true,
        attributes: true, attributeFilter: ["d", "href", "xlink:href"],
      })
    }
    timer = setTimeout(answered, LONGEST_WAIT)
    // The canvas adds the stroke to the drawing in a listener of its own and in a microtask.
    setTimeout(() => drawn.querySelector(SEND)?.click())
  }
  keepStrokesAfterClear(page.signal)
  addEventListener("pointerdown", press, { capture: true, signal: page.signal })
  for (const end of ["mouseup", "touchend"]) addEventListener(end, lift, { signal: page.signal })
  parentElement.cleanUp = () => { page.abort(); answered() }
  return parentElement.cleanUp
}
