"""The dashboard's shell: pages, and the choices in the sidebar that hold for all of them."""

import streamlit as st

from mnistviz.core.assets import ASSETS
from mnistviz.ui.shared import state
from mnistviz.ui.shared.compat import let_title_paint
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_width import watch_page
from mnistviz.ui.shared.widgets import sidebar_pickers

# A file of our own: Streamlit would fetch a named icon for the tab from the network.
ICON = ASSETS / "icon.svg"

st.set_page_config(page_title="mnistviz", page_icon=ICON, layout="wide")

pages = {
    "": [
        st.Page(
            "pages/overview.py",
            title="Overview",
            icon=":material/home:",
            help="What the network is, layer by layer, and the digits it learns from.",
            default=True,
        ),
    ],
    "Train": [
        st.Page(
            "pages/train.py",
            title="Train",
            icon=":material/show_chart:",
            help="Train a network and watch its loss and accuracy as it learns.",
        ),
        st.Page(
            "pages/film.py",
            title="Film",
            icon=":material/movie:",
            help="How a network learned, snapshot by snapshot.",
        ),
        st.Page(
            "pages/runs.py",
            title="Runs",
            icon=":material/table_chart:",
            help="All trainings: sort, compare, name, delete, export and import them.",
        ),
    ],
    "Look inside": [
        st.Page(
            "pages/kernels.py",
            title="Kernels",
            icon=":material/grid_view:",
            help="Every kernel of every convolution, with its numbers.",
        ),
        st.Page(
            "pages/feature_maps.py",
            title="Feature maps",
            icon=":material/layers:",
            help="What each layer makes of one image.",
        ),
        st.Page(
            "pages/microscope.py",
            title="Microscope",
            icon=":material/biotech:",
            help="One value of a convolution, number by number, and back to the pixels.",
        ),
        st.Page(
            "pages/why.py",
            title="Why this answer?",
            icon=":material/help_center:",
            help="Which pixels and which channels an answer rests on.",
        ),
        st.Page(
            "pages/embedding.py",
            title="Map of digits",
            icon=":material/scatter_plot:",
            help="The test images as the network sees them: alike lie close together.",
        ),
    ],
    "Judge": [
        st.Page(
            "pages/evaluate.py",
            title="Evaluate",
            icon=":material/fact_check:",
            help="Which images a network reads wrong, how sure it is, and what it can stand.",
        ),
        st.Page(
            "pages/channels.py",
            title="How many channels?",
            icon=":material/tune:",
            help="What 8/16/32 costs and reaches against 10/15/20, and a verdict by rule.",
        ),
    ],
    "Your hand": [
        st.Page(
            "pages/draw.py",
            title="Draw",
            icon=":material/draw:",
            help="Draw a digit and see what the network reads.",
        ),
        st.Page(
            "pages/my_digits.py",
            title="My digits",
            icon=":material/gesture:",
            help="Your own digits: who reads them right, and a network taught on them.",
        ),
    ],
}
# The Overview leads to all of them.
st.session_state[state.PAGES] = pages
# Expanded, or Streamlit hides the last ones behind 'View 3 more'.
page = st.navigation(pages, expanded=True)

# Before the page's own imports, which take longer than the rest of it.
st.title(page.title)
let_title_paint()

with errors_shown():
    sidebar_pickers()
    page.run()
    # Last: it takes no room there, and nothing waits for it.
    watch_page()
