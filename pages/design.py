"""Design: put a network together, layer by layer, and see at once what it costs."""

import streamlit as st

from mnistviz.core.layers.notation import MAX_TEXT, canonical, draft_of, parse_parts
from mnistviz.core.layers.presets import PRESETS
from mnistviz.texts import _
from mnistviz.ui.design import draft as drafts
from mnistviz.ui.design.layer_editor import show_layer_editor
from mnistviz.ui.design.ledger_view import show_budget, show_hints, show_ledger
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.compat import switch_page
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import DATA_SETS, TRAIN
from mnistviz.ui.shared.texts import explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.train.settings_form import fill_in_network

NAMES = [preset.name for preset in PRESETS]


def preset_text(name: str) -> str:
    """The name of a preset with its size."""
    layers = draft_of(parse_parts(PRESETS[NAMES.index(name)].text)).layers
    parameters = sum(layer.parameters for layer in layers)
    return _("{name}: {parameters:,} parameters").format(name=name, parameters=parameters)


def start_from_preset() -> None:
    """Make the chosen preset the draft."""
    if (name := st.session_state.design_preset) is not None:
        drafts.change(PRESETS[NAMES.index(name)].text)
        st.session_state[drafts.CHOSEN] = 0


def read_text() -> None:
    """Make the text that was typed the draft."""
    drafts.change(st.session_state.design_typed)


if network := st.query_params.get("network"):
    del st.query_params["network"]
    drafts.change(network)

explained(
    _(
        "Put a network together, layer by layer. You see at once what each layer costs and how "
        "much of the digit it sees. Then train it."
    )
)
with st.container(horizontal=True, vertical_alignment="bottom"):
    st.selectbox(
        _("Start from"),
        NAMES,
        index=None,
        placeholder=_("a network"),
        format_func=preset_text,
        key="design_preset",
        on_change=start_from_preset,
    )
    button(_("Undo"), "undo", drafts.undo, disabled=not st.session_state.get(drafts.EARLIER))
if (name := st.session_state.design_preset) is not None:
    explained_caption(PRESETS[NAMES.index(name)].purpose)

parts = drafts.parts()
draft = draft_of(parts)
st.session_state.design_typed = drafts.text()
st.text_input(
    _("The network as text"),
    key="design_typed",
    on_change=read_text,
    max_chars=MAX_TEXT,
    help=_(
        "20C3: 20 channels, kernel 3×3. DW3: depthwise. S2: stride 2. same: zeros around. MP2, "
        "AP2: pooling. BN: batch normalization. D0.1: dropout. GAP: global average. F: flatten. "
        "120FC: dense. :tanh: another activation."
    ),
)
flash.show(drafts.MESSAGE)
if draft.problem is not None:
    st.error(str(draft.problem).removeprefix("network: "), icon=":material/error:")

show_budget(draft)
ledger, editor = st.columns([3, 2], gap="large")
with ledger:
    show_ledger(parts, draft)
with editor:
    show_layer_editor()
if draft.problem is None:
    show_hints(draft.layers)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Train this network"), icon=":material/play_arrow:", type="primary"):
            fill_in_network(canonical(drafts.text()))
            switch_page(TRAIN)
        DATA_SETS.link(_("Import images of your own"))
explanation(
    [
        _(
            "A **convolution** has its own **kernel** for each pair of input and output "
            "**channels**. Its parameters are kernel height × width × inputs × outputs, and one "
            "bias for each output. That is why a layer between two wide ones is expensive."
        ),
        _(
            "The **receptive field** is how much of the image one number depends on. It has to "
            "reach across a digit before the network can answer. Pooling and strides make it grow "
            "faster."
        ),
        _(
            "The last layer has to give one score for each of the ten digits. It can be a "
            "convolution over the whole map, such as 10C7, a global average of ten channels, or a "
            "dense layer."
        ),
    ]
)
