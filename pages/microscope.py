"""Microscope: one value of a convolution, taken apart number by number and traced back."""

import streamlit as st

from mnistviz.inspection.image.value_trace import inputs_of
from mnistviz.ui.microscope.network_code import show_network_code
from mnistviz.ui.microscope.place import LAYER
from mnistviz.ui.microscope.trace_view import show_trace
from mnistviz.ui.microscope.value_view import Convolution, show_value
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe, explanation

snapshot = need_snapshot()
model = snapshot.run.spec.model
image, image_name = chosen_image()
st.markdown(f"{describe(snapshot)}, looking at **{image_name}**")
st.caption(
    "Follow the arrows: a patch of the input, times the kernel, added up, is one value of the map. "
    "**Click** a place of the map, or let it play. All numbers are the network's own."
)

layers = {layer.name: layer for layer in model.convolutions}
# The state and not a default: a click in the table below sets the state, too.
st.session_state.setdefault(LAYER, "conv1")
with st.container(horizontal=True, vertical_alignment="bottom"):
    name = str(
        st.segmented_control("Convolution", list(layers), key=LAYER, required=True, wrap=True)
    )
    playing = st.toggle(
        "Play",
        key="micro_play",
        help="Move on by one place every second, row by row.",
        disabled=layers[name].output_shape[:2] == (1, 1),
    )
stages = loaded_networks.stages(snapshot, image)
weights = loaded_networks.weights(snapshot)
maps = next(
    output.values for output in stages if (output.layer, output.stage) == (name, "convolution")
)
show_value(Convolution(name, model, weights, inputs_of(stages, image, name), maps), playing)
explanation(
    [
        "A convolution does one simple thing, again and again: it lays its **kernel** on a "
        "**patch** of the input, multiplies each pair of numbers that lie on each other, and adds "
        "up. That is one value of the map. Then it moves on by one place.",
        "With several input channels there is a kernel for each; their sums are added, and the "
        "channel's **bias**. **ReLU** makes a negative sum 0. The **normalization** multiplies by "
        "a gain and adds a shift, the same everywhere in the map.",
        "You could do it all with pencil and paper. It only takes long: for one image the network "
        "adds up more than two million such products.",
    ]
)

show_trace(stages, image, weights, model)
show_network_code(model)
