"""The first part of the Overview: what this is, ways in, a digit in all layers, all pages."""

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.flow.digit_flow import digit_flow
from mnistviz.ui.shared.flow.network_weights import send_weights
from mnistviz.ui.shared.layer_views.supported_layers import fits_on_a_screen
from mnistviz.ui.shared.page_registry import DRAW, FEATURE_MAPS, KERNELS, SECTIONS, START, TRAIN
from mnistviz.ui.shared.sidebar import chosen_image
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.start.own_drawing import keep_drawing, own_drawing

# The label and the promise of each page that has a card.
CARDS = {
    START: (_("Start here"), _("How it works, in ten minutes.")),
    DRAW: (_("Draw a digit"), _("It reads your handwriting.")),
    TRAIN: (_("Train it live"), _("In less than half a minute.")),
    KERNELS: (_("Its kernels"), _("The numbers it has learned.")),
    FEATURE_MAPS: (_("What it sees"), _("The maps that it makes.")),
}


def show_welcome(model: ModelSpec) -> None:
    """Show what this is and what to do first."""
    explained(
        _(
            "This network reads handwritten digits. It has only **{parameters:,} numbers**, where "
            "large ones have billions: so you can look at all of them, and see how it works. "
            "**New here? Begin with *Start here*.**"
        ).format(parameters=model.parameters)
    )
    _show_cards()


def _show_cards() -> None:
    for column, (page, (label, promise)) in zip(st.columns(len(CARDS)), CARDS.items(), strict=True):
        with column.container(border=True, height="stretch", key=f"card_{page.title}"):
            page.link(f"**{label}**")
            explained_caption(promise)


@st.fragment
@errors_shown()
def _show_own_digit(snapshot: Snapshot) -> None:
    digit_flow(snapshot, own_drawing(), keep_drawing, key="overview_flow", other=chosen_image())


def show_flow(snapshot: Snapshot) -> None:
    """Show the own drawing or the chosen image in all layers of a snapshot's network."""
    st.header(_("From the pixels to the answer"))
    explained(
        _(
            "Each column is a layer of the network. Draw your own digit, and point at a small "
            "picture: it is a feature map, and the lines show what it is made of."
        )
    )
    what = _("The way of a digit through all layers")
    if fits_on_a_screen(snapshot.run.spec.model, what):
        send_weights(snapshot)
        _show_own_digit(snapshot)


def show_all_pages() -> None:
    """Show links to all pages with their purpose, in a closed box."""
    with st.expander(_("All pages, and what each is for"), icon=":material/menu:"):
        sections = {heading: entries for heading, entries in SECTIONS.items() if heading}
        START.link()
        explained_caption(START.help)
        for column, (heading, entries) in zip(
            st.columns(len(sections)), sections.items(), strict=True
        ):
            with column:
                explained(f"**{heading}**")
                for page in entries:
                    page.link()
                    explained_caption(page.help)
