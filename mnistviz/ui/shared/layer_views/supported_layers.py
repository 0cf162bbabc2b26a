"""Messages of pages that can't show the layers or the classes of a network of one's own."""

import streamlit as st

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import RunSpec
from mnistviz.texts import _
from mnistviz.ui.shared.flow.network_weights import MAX_CHANNELS, MAX_STAGES, browser_layers
from mnistviz.ui.shared.page_registry import DESIGN


def need_convolutions(model: ModelSpec) -> None:
    """End the page with a message where a network has no convolution."""
    if not model.convolutions:
        st.info(
            _(
                "The chosen network, `{text}`, has no convolution, so there are no kernels and no "
                "feature maps. Choose another run in the sidebar."
            ).format(text=model.text),
            icon=":material/info:",
        )
        DESIGN.link(_("Design a network with convolutions"))
        st.stop()


def reads_digits(spec: RunSpec, what: str) -> bool:
    """Whether the classes of a run are the ten digits; if not, say what is left out."""
    if spec.class_names == DIGIT_NAMES:
        return True
    st.info(
        _("{what} works with networks that read the digits 0 to 9. {own_classes}").format(
            what=what, own_classes=own_classes_text(spec)
        ),
        icon=":material/info:",
    )
    return False


def own_classes_text(spec: RunSpec) -> str:
    """A sentence with the classes of a run on a data set of one's own."""
    names = spec.class_names
    some = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    return _("The chosen run knows the {count} classes of its data set: {some}.").format(
        count=len(names), some=some
    )


def is_plain(model: ModelSpec, what: str) -> bool:
    """Whether single values can be followed through a network; if not, say what is left out."""
    if not model.is_plain:
        st.info(
            _(
                "{what} is shown for convolutions of stride 1 without padding and 2×2 max pooling "
                "only. The chosen network, `{text}`, has other layers."
            ).format(what=what, text=model.text),
            icon=":material/info:",
        )
    return model.is_plain


def fits_on_a_screen(model: ModelSpec, what: str) -> bool:
    """Whether all layers can be shown side by side; if not, say what is left out."""
    if browser_layers(model) is not None:
        return True
    st.info(
        _(
            "{what} is shown for at most {max_stages} layers of {max_channels} channels, and for "
            "normalizations of maps. The chosen network, `{text}`, has others."
        ).format(what=what, max_stages=MAX_STAGES, max_channels=MAX_CHANNELS, text=model.text),
        icon=":material/info:",
    )
    return False
