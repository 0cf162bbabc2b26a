export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  bringBackTranslatedTexts()
  // Streamlit calls this again when the data change, and the returned function only at the end.
  parentElement.cleanUp?.()
  const host = parentElement.host ?? parentElement
  const page = host.closest('[data-testid="stMainBlockContainer"]') ?? host
  const report = () => {
    const style = getComputedStyle(page)
    const room = page.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    const width = data.widths.find(width => width <= room) ?? data.widths.at(-1)
    // On paper the page has the width that it has on the screen (page.css).
    if (matchMedia('print').matches) return
    document.documentElement.style.setProperty('--mnistviz-width', Math.round(room))
    const now = { width, fine: devicePixelRatio > 1 }
    for (const [name, value] of Object.entries(now)) {
      if (value !== reported[name]) { reported[name] = value; setStateValue(name, value) }
    }
  }
  const reported = { width: data.width, fine: data.fine }
  const observer = new ResizeObserver(report)
  observer.observe(page)
  report()
  // The switch to dark mode changes the class of the app; Streamlit runs no script for it.
  const app = page.closest('[data-testid="stApp"]') ?? page
  const scheme = () => getComputedStyle(app).colorScheme
  let drawn = scheme()
  const watcher = new MutationObserver(() => {
    if (scheme() !== drawn) { drawn = scheme(); setTriggerValue("repaint", drawn) }
  })
  watcher.observe(app, { attributes: true, attributeFilter: ["class"] })
  parentElement.cleanUp = () => { observer.disconnect(); watcher.disconnect() }
  return parentElement.cleanUp
}
