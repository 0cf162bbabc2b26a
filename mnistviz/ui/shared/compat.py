"""What a page needs around it: the shell of app.py."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def need_shell() -> None:
    """Run app.py around this page, if the page was started alone.

    Streamlit runs the files of a folder named `pages` by themselves until it has
    seen `st.navigation` once: without this line, the first visitor of a server
    who opens a page's own address would see it without title and sidebar.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
