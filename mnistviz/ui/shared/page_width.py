"""What only the browser knows of the page: its width, its pixels, and when it turns dark.

Pictures of many tiles choose their columns by the width; charts are drawn in the page's colours,
and those of WebGL in as many pixels as the screen has.
"""

from typing import Any

import streamlit as st

from mnistviz.ui.shared import state

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
    const width = data.widths.find(width => width <= room) ?? data.widths.at(-1)
    const now = { width, fine: devicePixelRatio > 1 }
    for (const [name, value] of Object.entries(now)) {
      if (value !== told[name]) { told[name] = value; setStateValue(name, value) }
    }
  }
  const told = { width: data.width, fine: data.fine }
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
    """Ask the browser about the page, and run again where its answer changes."""

    def keep_width() -> None:
        if (width := told().get("width")) in WIDTHS:
            st.session_state[state.PAGE_WIDTH] = width

    def keep_fineness() -> None:
        st.session_state[state.FINE_SCREEN] = told().get("fine") is True

    def told() -> Any:
        return st.session_state[_KEY]

    _measure(
        key=_KEY,
        data={"widths": WIDTHS, "width": page_width(), "fine": pixel_ratio() > 1},
        height=1,
        on_width_change=keep_width,
        on_fine_change=keep_fineness,
        # That it runs again is enough: the run knows the colours.
        on_repaint_change=lambda: None,
    )


_KEY = "page_width_probe"


def page_width() -> int:
    """Pixels that a picture may be wide, one of `WIDTHS`."""
    return int(st.session_state.get(state.PAGE_WIDTH, WIDTHS[0]))


def is_narrow() -> bool:
    """Whether the page is a phone's: what is side by side elsewhere is one below the other."""
    # Here, as the shell imports this module before it paints.
    from mnistviz.charts.montage import NARROW_WIDTH

    return page_width() <= NARROW_WIDTH


def pixel_ratio() -> int:
    """Pixels of the screen along a pixel of the page: 1, or 2 where they are small."""
    return 2 if st.session_state.get(state.FINE_SCREEN) else 1
