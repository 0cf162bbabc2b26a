"""How wide the page is: pictures of many tiles choose their columns by it."""

from typing import Any

import streamlit as st

from mnistviz.ui import state

# Rounded down to one of these: a page is drawn anew only where it makes a difference.
# The first is what a page counts on until the browser has said otherwise.
WIDTHS = (800, 640, 480, 350, 300)

_SCRIPT = """
export default function ({ data, parentElement, setStateValue }) {
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
  return () => observer.disconnect()
}
"""

_measure = st.components.v2.component("mnistviz_page_width", html="<span></span>", js=_SCRIPT)


def measure_page_width() -> None:
    """Ask the browser how wide the page is, and run again where that changes something."""

    def keep() -> None:
        found: Any = st.session_state[_KEY].get("width")
        if found in WIDTHS:
            st.session_state[state.PAGE_WIDTH] = found

    _measure(
        key=_KEY,
        data={"widths": WIDTHS, "now": page_width()},
        height=1,
        on_width_change=keep,
    )


_KEY = "page_width_probe"


def page_width() -> int:
    """Pixels that a picture may be wide, one of `WIDTHS`."""
    return int(st.session_state.get(state.PAGE_WIDTH, WIDTHS[0]))
