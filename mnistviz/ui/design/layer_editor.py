"""The inputs of the chosen layer of a draft, and the buttons that add, move and remove layers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from mnistviz.core.layers.layer import ACTIVATIONS, WEIGHTED, WINDOWED
from mnistviz.core.layers.notation import MAX_CHANNELS, MAX_WINDOW, Part
from mnistviz.texts import _
from mnistviz.ui.design import draft
from mnistviz.ui.shared.inputs import button

TYPES = {
    "Conv2D": _("Convolution"),
    "DepthwiseConv2D": _("Depthwise convolution"),
    "MaxPooling2D": _("Max pooling"),
    "AveragePooling2D": _("Average pooling"),
    "BatchNormalization": _("Batch normalization"),
    "Dropout": _("Dropout"),
    "GlobalAveragePooling2D": _("Global average pooling"),
    "Flatten": _("Flatten"),
    "Dense": _("Dense"),
}
AUTOMATIC = "automatic"
# The options that are words; the others are names of functions.
OPTION_NAMES = {
    "automatic": _("automatic"),
    "none": _("none"),
    "valid": _("valid"),
    "same": _("same"),
}


def show_layer_editor() -> None:
    """Show the choice of the layer, its settings, and what can be done with it."""
    parts, index = draft.parts(), draft.chosen()
    st.session_state["design_layer"] = index
    st.selectbox(
        _("Layer"),
        range(len(parts)),
        format_func=lambda number: f"{number + 1}: {parts[number].text}",
        key="design_layer",
        on_change=_choose,
        help=_("A click on a row of the table chooses its layer, too."),
    )
    _settings(parts[index])
    with st.container(horizontal=True):
        button(_("Add after"), "add", draft.add)
        button(_("Copy"), "content_copy", draft.copy)
        button(_("Up"), "arrow_upward", draft.mover(-1), disabled=index == 0)
        button(_("Down"), "arrow_downward", draft.mover(1), disabled=index == len(parts) - 1)
        button(_("Remove"), "delete", draft.remove, disabled=len(parts) == 1)


def _choose() -> None:
    """Choose the layer that the list holds.

    Its entries have the texts of the layers. Where a layer was changed since it was drawn, the
    browser may send the text of an entry that is gone, and Streamlit returns that text.
    """
    if isinstance(number := st.session_state.design_layer, int):
        st.session_state[draft.CHOSEN] = number


def _settings(part: Part) -> None:
    """Show the inputs of a layer; each changes the draft as soon as it is changed."""
    _input(st.selectbox, "type", _("Kind"), part.type, options=list(TYPES), format_func=TYPES.get)
    if part.type in ("Conv2D", "Dense"):
        label = _("Channels") if part.type == "Conv2D" else _("Outputs")
        _input(
            st.number_input, "channels", label, part.channels, min_value=1, max_value=MAX_CHANNELS
        )
    if part.type in WINDOWED:
        label = _("Window") if part.type.endswith("Pooling2D") else _("Kernel")
        limits = {"min_value": 1, "max_value": max(MAX_WINDOW, part.window)}
        with st.container(horizontal=True):
            _input(st.number_input, "window", label, part.window, **limits)
            _input(st.number_input, "stride", _("Stride"), part.stride, min_value=1, max_value=7)
        _input(
            st.segmented_control,
            "padding",
            _("Padding"),
            part.padding,
            options=["valid", "same"],
            format_func=_option_name,
            required=True,
            help=_(
                "valid: the window stays within the maps, which shrink. same: zeros around the "
                "maps keep their size."
            ),
        )
    if part.type in WEIGHTED:
        _input(
            st.selectbox,
            "activation",
            _("Activation"),
            part.activation or AUTOMATIC,
            options=[AUTOMATIC, *ACTIVATIONS],
            format_func=_option_name,
            help=_("automatic: a ReLU, and none for the last layer with weights."),
        )
    if part.type == "Dropout":
        _input(
            st.slider, "rate", _("Share that is hidden"), part.rate, min_value=0.0, max_value=0.9
        )


def _option_name(option: str) -> str:
    return OPTION_NAMES.get(option, option)


def _input(
    widget: Callable[..., Any], name: str, label: str, value: object, **options: Any
) -> None:
    """Show an input of the chosen layer. It always has the draft's value."""
    key = f"design_{name}"
    st.session_state[key] = value
    widget(label, key=key, on_change=partial(_set, name), **options)


def _set(name: str) -> None:
    value = st.session_state[f"design_{name}"]
    draft.set_chosen(**{name: None if value == AUTOMATIC else value})
