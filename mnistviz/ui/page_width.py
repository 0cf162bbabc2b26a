"""What only the browser knows of the page: how wide it is, and when it turns light or dark.

Pictures of many tiles choose their columns by its width; charts are drawn in its colours.
"""

from typing import Any

import streamlit as st

from mnistviz.ui import state

# Rounded down to one of these: a page is drawn anew only where it makes a difference.
# The first is what a page counts on until the browser has said otherwise.
WIDTHS = (800, 640, 480, 350, 300)

_SCRIPT = """
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  // Called again when the data change, without a word of farewell to the last call.
  parentElement.leave?.()
  const host = parentElement.host ?? parentElement
  const page = host.closest('[data-testid="stMainBlockContainer"]') ?? host
  const tell = () => {
    const style = getComputedStyle(page)
    const room = page.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    const found = data.widths.find(width => width <= room) ?? data.widths.at(-1)
    if (found !== told) { told = found; setStateValue("width", found) }
  }
  let told = data.now
  const observer = new ResizeObserver(tell)
  observer.observe(page)
  tell()
  // A person who switches to dark changes the class of the app, and nothing runs again.
  const app = page.closest('[data-testid="stApp"]') ?? page
  const scheme = () => getComputedStyle(app).colorScheme
  let drawn = scheme()
  const watcher = new MutationObserver(() => {
    if (scheme() !== drawn) { drawn = scheme(); setTriggerValue("repaint", drawn) }
  })
  watcher.observe(app, { attributes: true, attributeFilter: ["class"] })
  parentElement.leave = () => { observer.disconnect(); watcher.disconnect() }
  return parentElement.leave
}
"""

_measure = st.components.v2.component("mnistviz_page_width", html="<span></span>", js=_SCRIPT)


def watch_page() -> None:
    """Ask the browser how wide the page is, and run again where that or its colours change."""

    def keep() -> None:
        found: Any = st.session_state[_KEY].get("width")
        if found in WIDTHS:
            st.session_state[state.PAGE_WIDTH] = found

    _measure(
        key=_KEY,
        data={"widths": WIDTHS, "now": page_width()},
        height=1,
        on_width_change=keep,
        # That it runs again is enough: the run knows the colours.
        on_repaint_change=lambda: None,
    )


_KEY = "page_width_probe"


def page_width() -> int:
    """Pixels that a picture may be wide, one of `WIDTHS`."""
    return int(st.session_state.get(state.PAGE_WIDTH, WIDTHS[0]))
