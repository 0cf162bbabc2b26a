"""Messages of pages that can't show the layers of a network of one's own."""

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.ui.shared.flow.network_weights import MAX_CHANNELS, MAX_STAGES, browser_layers
from mnistviz.ui.shared.page_registry import DESIGN


def need_convolutions(model: ModelSpec) -> None:
    """End the page with a message where a network has no convolution."""
    if not model.convolutions:
        st.info(
            f"The chosen network, `{model.text}`, has no convolution, so there are no kernels and "
            "no feature maps. Choose another run in the sidebar.",
            icon=":material/info:",
        )
        DESIGN.link("Design a network with convolutions")
        st.stop()


def is_plain(model: ModelSpec, what: str) -> bool:
    """Whether single values can be followed through a network; if not, say what is left out."""
    if not model.is_plain:
        st.info(
            f"{what} is shown for convolutions of stride 1 without padding and 2×2 max pooling "
            f"only. The chosen network, `{model.text}`, has other layers.",
            icon=":material/info:",
        )
    return model.is_plain


def fits_on_a_screen(model: ModelSpec, what: str) -> bool:
    """Whether all layers can be shown side by side; if not, say what is left out."""
    if browser_layers(model) is not None:
        return True
    st.info(
        f"{what} is shown for at most {MAX_STAGES} layers of {MAX_CHANNELS} channels, and for "
        f"normalizations of maps. The chosen network, `{model.text}`, has others.",
        icon=":material/info:",
    )
    return False
