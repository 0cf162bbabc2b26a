// Repeats on the new canvas what is drawn between a press of Clear and its arrival.
// Clear makes a new canvas, which takes a second on a slow line; the old one is there until then.
const CLEAR = ".st-key-canvas_clear button"
const PAD = "canvas.upper-canvas"
// In milliseconds: how often the new canvas is looked for, how long it takes to load its drawing,
// and when the wait is given up.
const LOOK_EVERY = 50, LOADING = 200, LONGEST_CLEAR = 20000

const findPad = root => {
  for (const node of root.querySelectorAll("*")) {
    if (node.matches(PAD)) return node
    const found = node.shadowRoot && findPad(node.shadowRoot)
    if (found) return found
  }
  return null
}

const repeatStroke = (pad, points) => {
  const box = pad.getBoundingClientRect()
  const last = points.length - 1
  const send = (type, [x, y], buttons) => pad.dispatchEvent(new MouseEvent(type, {
    bubbles: true, composed: true, cancelable: true, view: window, button: 0, buttons,
    clientX: box.left + x * box.width, clientY: box.top + y * box.height,
  }))
  send("mousedown", points[0], 1)
  for (const point of points.slice(1)) send("mousemove", point, 1)
  send("mouseup", points[last], 0)
}

function keepStrokesAfterClear(signal) {
  let old = null, strokes = [], stroke = null, box = null, timer = null
  const forget = () => {
    clearInterval(timer)
    old = null
    strokes = []
  }
  const cleared = () => {
    forget()
    old = findPad(document)
    const begun = performance.now()
    let arrived = 0
    timer = setInterval(() => {
      const now = performance.now()
      if (now - begun > LONGEST_CLEAR) return forget()
      const pad = old.isConnected ? null : findPad(document)
      if (!pad) return
      arrived ||= now
      if (stroke || now - arrived < LOADING) return
      const drawn = strokes
      forget()
      for (const points of drawn) repeatStroke(pad, points)
    }, LOOK_EVERY)
  }
  const at = event => [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
  const listen = (name, action) => addEventListener(name, action, { capture: true, signal })
  listen("click", event => { if (event.target.closest?.(CLEAR)) cleared() })
  listen("keydown", event => {
    const button = document.querySelector(CLEAR)
    const typing = event.target.closest?.("input, textarea, [contenteditable=true]")
    if (event.key === "Delete" && !typing && button && !button.disabled) cleared()
  })
  listen("pointerdown", event => {
    if (!old || event.composedPath()[0] !== old) return
    box = old.getBoundingClientRect()
    stroke = [at(event)]
  })
  listen("pointermove", event => { stroke?.push(at(event)) })
  for (const end of ["pointerup", "pointercancel"]) listen(end, () => {
    if (stroke && old) strokes.push(stroke)
    stroke = null
  })
  signal.addEventListener("abort", forget)
}
