"""Workarounds for Streamlit 1.67, each with its reason.

`tests/ui/shared/test_compat.py` tests what Streamlit does without them: a test that fails there
names a workaround that can go.
"""

import gc
import time
from collections.abc import Container

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from mnistviz.ui.shared import state
from mnistviz.ui.shared.page_registry import PageEntry

# Seconds that a new browser gets to paint the title.
TITLE_SECONDS = 0.1


def need_shell() -> None:
    """Run app.py around this page, if Streamlit runs the page by itself.

    A folder named `pages` beside app.py stands for an older way to make pages: until
    `st.navigation` was called once, a server runs their files without app.py. The first visitor
    who opens a page's own address would see it without title and sidebar. No setting turns this
    off, and nothing of this project runs before the page. So each page calls this first, before
    imports that take long: the first visitor would wait for them twice.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def let_title_paint() -> None:
    """Wait a moment, once a visit, after the title was sent.

    The browser loads the 4.7 MB of script that draw charts when the first chart arrives, and
    paints nothing meanwhile. It paints a title that arrived earlier.
    """
    if state.TITLE_PAINTED not in st.session_state:
        st.session_state[state.TITLE_PAINTED] = True
        time.sleep(TITLE_SECONDS)


def switch_page(page: PageEntry) -> None:
    """Continue on another page.

    Plain `st.switch_page` clears the address first, and raises an error where a widget of the
    sidebar is bound to a parameter in it. `restore_query_param` puts these parameters back.
    """
    st.switch_page(page.file, query_params={})


def restore_query_param(key: str, options: Container[object], default: object) -> None:
    """Write the value of a bound widget to the address again, before the widget is drawn.

    `switch_page` in a fragment takes the value out of the address, and the widget, which is drawn
    on the next page, writes only a value that was set since. A value that is not among `options`
    any more (a deleted run, a snapshot of another run) becomes `default`.
    """
    if key in st.session_state:
        chosen = st.session_state[key]
        st.session_state[key] = chosen if chosen in options else default


def renewable_key(name: str) -> str:
    """The key of a widget that `renew` empties, such as an upload."""
    return f"{name}_{st.session_state.get(f'{name}_number', 0)}"


def renew(name: str) -> None:
    """Empty the widget with the key `renewable_key(name)`: it gets another key.

    Streamlit refuses to set the value of an upload.
    """
    st.session_state[f"{name}_number"] = st.session_state.get(f"{name}_number", 0) + 1


@st.cache_resource(show_spinner=False)
def keep_libraries_loaded() -> None:
    """Keep what TensorFlow has loaded and compiled by now from one rerun to the next.

    After each rerun of each session Streamlit clears Keras's session, which makes TensorFlow
    forget compiled functions and collects garbage: among the libraries' 300,000 objects that
    takes 0.15 s in which nothing else runs.
    """
    from mnistviz.network.compat import keep_compiled

    keep_compiled()
    gc.collect()
    gc.freeze()
