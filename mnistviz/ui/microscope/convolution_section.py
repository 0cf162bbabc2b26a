"""The chosen channel of a convolution under the microscope, and what its edited kernel changes."""

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.image.value_trace import inputs_of
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.microscope.kernel_effect import EditedKernel, show_effect
from mnistviz.ui.microscope.place import PLACE, START, place_as_text
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.layer_views.convolution_view import channel_of, convolution_view

KEY = "microscope_convolution"


@st.fragment
@errors_shown()
def show_convolution(snapshot: Snapshot, image: FloatArray, layer: str, channel: int) -> None:
    """Show a channel of a convolution for an image `(28, 28)`."""
    stages = loaded_networks.stages(snapshot, image)
    weights = loaded_networks.weights(snapshot)
    inputs = inputs_of(stages, image, layer)
    choice = convolution_view(
        channel_of(snapshot.run.spec.model, weights, inputs, layer, channel),
        key=KEY,
        kernel_id=f"{snapshot.run.id}/{snapshot.step}/{layer}/{channel}",
        input_name="The image" if inputs.shape[2] == 1 else f"Input of {layer}",
        map_name=f"Map of {layer}, channel {channel}",
        start=st.session_state.get(START),
    )
    if choice.place is not None:
        st.query_params[PLACE] = place_as_text(choice.place)
    edited = None if choice.kernel is None else EditedKernel(layer, channel, choice.kernel)
    show_effect(snapshot, image, edited)
