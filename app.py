"""The frame of the dashboard: the menu of pages, and the sidebar's choices that hold for all.

The server imports this file once; then it runs the file for each visitor.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mnistviz.core.assets import ASSETS
from mnistviz.texts import _
from mnistviz.ui.shared.accessibility.chart_files import offer_chart_files
from mnistviz.ui.shared.classroom.frame import (
    enter_class,
    is_page_shown,
    menu_visibility,
    teachers_page,
)
from mnistviz.ui.shared.classroom.server import options_or_exit
from mnistviz.ui.shared.compat import switch_page
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_registry import OVERVIEW, SECTIONS, START
from mnistviz.ui.shared.page_width import style_page, watch_page
from mnistviz.ui.shared.server import limit_heaps, prepare
from mnistviz.ui.shared.sidebar import sidebar_pickers
from mnistviz.ui.start.progress import is_first_visit, remember_visit


def show_page() -> None:
    """Show the chosen page with its title, the menu and the sidebar."""
    # A file of the project: Streamlit would load a named icon for the browser's tab from the
    # network.
    st.set_page_config(
        page_title="mnistviz",
        page_icon=ASSETS / "icon.svg",
        layout="wide",
        # In a frame of another page there is no room for the menu.
        initial_sidebar_state="collapsed" if st.context.is_embedded else "auto",
    )
    pages = {
        section: [
            st.Page(
                entry.file,
                title=entry.title,
                icon=entry.icon,
                help=entry.help,
                default=entry is OVERVIEW,
                url_path="home" if entry is OVERVIEW else None,
                visibility=menu_visibility(entry.name),
            )
            for entry in entries
        ]
        for section, entries in SECTIONS.items()
    }
    if board := teachers_page():
        pages[_("Class")] = [board]
    # The default page is at the root of the server. Some people add its name.
    by_name = st.Page(_open_overview, url_path=OVERVIEW.name, visibility="hidden")
    next(iter(pages.values())).append(by_name)
    # Without `expanded`, Streamlit hides the last pages behind 'View 3 more'.
    page = st.navigation(pages, expanded=True)
    if is_first_visit() and page.title == OVERVIEW.title:
        switch_page(START)
    style_page()
    # A container for each page: a browser that translates the page keeps a title that only changes.
    with st.container(key=f"title_{page.url_path}"):
        st.title(page.title)
    with errors_shown():
        enter_class()
        if not is_page_shown(page.url_path or OVERVIEW.name):
            return
        sidebar_pickers()
        page.run()
        offer_chart_files()
        # Last, as nothing waits for it. It takes no room at the end of the page.
        watch_page()
        remember_visit()


def _open_overview() -> None:
    switch_page(OVERVIEW)


if get_script_run_ctx():
    show_page()
else:
    limit_heaps()
    app = st.App(__file__, lifespan=prepare, **options_or_exit())
