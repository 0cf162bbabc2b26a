"""Workarounds for Streamlit 1.67, each with its reason.

`tests/ui/shared/test_compat.py` tests what Streamlit does without them: a test that fails there
names a workaround that can go.
"""

import math
from collections.abc import Container

import streamlit as st

from mnistviz.ui.shared.page_registry import PageEntry


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


def drop_infinite_query_param(key: str) -> None:
    """Take a number such as 1e400 out of the address, before the number field bound to it is drawn.

    Streamlit ignores other text that is no number, and raises an error for an infinite one.
    """
    try:
        is_infinite = math.isinf(float(st.query_params.get(key, "")))
    except ValueError:
        return
    if is_infinite:
        del st.query_params[key]
        # The field would still get the value that the address had at the beginning of this run.
        st.rerun()


def renewable_key(name: str) -> str:
    """The key of a widget that `renew` empties, such as an upload."""
    return f"{name}_{st.session_state.get(f'{name}_number', 0)}"


def renew(name: str) -> None:
    """Empty the widget with the key `renewable_key(name)`: it gets another key.

    Streamlit refuses to set the value of an upload.
    """
    st.session_state[f"{name}_number"] = st.session_state.get(f"{name}_number", 0) + 1
