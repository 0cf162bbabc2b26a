"""The browser's side of a page: its width, the density of its pixels, and a switch to dark mode.

Pictures of many tiles choose their number of columns by the width. Charts are drawn in the page's
colours, and those of WebGL in as many pixels as the screen has. Streamlit reports none of these, so
a script in the browser measures them.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from mnistviz.ui.shared import state
from mnistviz.ui.shared.browser_script import script_component

# A measured width is rounded down to one of these, so that few changes draw a page again. The first
# one is assumed until the browser has reported.
WIDTHS = (800, 640, 480, 350, 300)

_KEY = "page_width_probe"
_SCRIPTS = Path(__file__).parent / "browser"
_component = script_component(
    "mnistviz_page_width", _SCRIPTS / "translated_texts.js", _SCRIPTS / "page_width.js"
)


def style_page() -> None:
    """Add the style sheet of all pages.

    Before the title, which would move when it comes later, and before a page that may end early.
    """
    st.html(Path(__file__).parent / "browser" / "page.css")


def watch_page() -> None:
    """Measure the page in the browser, and run the page again when a measurement changes."""

    def store_width() -> None:
        if (width := reported().get("width")) in WIDTHS:
            st.session_state[state.PAGE_WIDTH] = width

    def store_fineness() -> None:
        st.session_state[state.FINE_SCREEN] = reported().get("fine") is True

    def reported() -> Any:
        return st.session_state[_KEY]

    _component(
        key=_KEY,
        data={"widths": WIDTHS, "width": page_width(), "fine": pixel_ratio() > 1},
        height=1,
        on_width_change=store_width,
        on_fine_change=store_fineness,
        # The run that follows reads the colours; nothing is stored.
        on_repaint_change=lambda: None,
    )


def page_width() -> int:
    """The width of a picture in pixels, one of `WIDTHS`."""
    return int(st.session_state.get(state.PAGE_WIDTH, WIDTHS[0]))


def is_narrow() -> bool:
    """Whether the page is as narrow as a phone's, where columns stand one below the other."""
    # Imported here, as app.py imports this module before it paints.
    from mnistviz.charts.montage import NARROW_WIDTH

    return page_width() <= NARROW_WIDTH


def pixel_ratio() -> int:
    """Pixels of the screen along a pixel of the page: 1, or 2 on a fine screen."""
    return 2 if st.session_state.get(state.FINE_SCREEN) else 1
