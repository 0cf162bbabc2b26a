"""The first part of the Overview: what this is, ways in, the main numbers, all pages."""

from functools import partial

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.ui.shared.page_registry import DRAW, FEATURE_MAPS, KERNELS, SECTIONS, TRAIN

# The label and the promise of each page that has a card.
CARDS = {
    DRAW: ("Draw a digit", "Your handwriting, its answer."),
    TRAIN: ("Train it live", "Under half a minute to try."),
    KERNELS: ("See its kernels", "Every weight, with its sign."),
    FEATURE_MAPS: ("What it sees", "Every channel, one image."),
}


def show_welcome(model: ModelSpec, last: MetricRow, published: MetricRow) -> None:
    """Show what this is and ways in. `last` and `published` are the last validations."""
    st.subheader("A network small enough to look inside")
    st.markdown(
        f"This network reads handwritten digits with **{model.parameters:,} numbers**; large ones "
        "have billions. Train it here in minutes, look at every one of those numbers, watch what "
        "each layer makes of an image, and try it on your own handwriting. **New here? Draw a "
        "digit, then train a network of your own.**"
    )
    _show_cards()
    _show_metrics(model, last, published)
    _show_all_pages()


def _show_cards() -> None:
    for column, (page, (label, promise)) in zip(st.columns(len(CARDS)), CARDS.items(), strict=True):
        with column.container(border=True, height="stretch", key=f"card_{page.title}"):
            page.link(f"**{label}**")
            st.caption(promise)


def _show_metrics(model: ModelSpec, last: MetricRow, published: MetricRow) -> None:
    metric = partial(st.metric, border=True, height="stretch")
    with st.container(horizontal=True):
        metric("Parameters", f"{model.parameters:,}")
        metric("Learned by training", f"{model.trainable:,}")
        metric(
            "Running averages",
            f"{model.non_trainable:,}",
            help="What batch normalization remembers of the training images: means and variances.",
        )
        metric(
            f"Test accuracy after {last.epoch} epochs",
            f"{last.accuracy:.2%}",
            f"published {published.accuracy:.2%}",
            delta_color="off",
            delta_arrow="off",
            help="Of the bundled run `reference`, from its stored metrics. "
            "`python -m mnistviz evaluate reference` measures it again.",
        )


def _show_all_pages() -> None:
    with st.expander("All pages, and what each is for", icon=":material/menu:"):
        sections = {heading: entries for heading, entries in SECTIONS.items() if heading}
        for column, (heading, entries) in zip(
            st.columns(len(sections)), sections.items(), strict=True
        ):
            with column:
                st.markdown(f"**{heading}**")
                for page in entries:
                    page.link()
                    st.caption(page.help)
