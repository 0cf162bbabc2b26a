"""The chosen layer under the microscope: a convolution, the max pooling or the softmax."""

import streamlit as st

from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.image.feature_maps import input_of
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.microscope.kernel_effect import EditedKernel, show_effect
from mnistviz.ui.microscope.place import PLACE, START, place_as_text
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.layer_views.convolution_view import channel_of, convolution_view
from mnistviz.ui.shared.layer_views.formula_views import (
    normalization_of,
    normalization_view,
    pool_view,
    softmax_view,
)
from mnistviz.ui.shared.words.explained import explained


def shown_layers(model: ModelSpec) -> dict[str, Layer]:
    """Return the layers that can be chosen, by name and in order."""
    return {layer.name: layer for layer in model.layers if _is_shown(layer)}


def _is_shown(layer: Layer) -> bool:
    match layer.type:
        case "Conv2D" | "DepthwiseConv2D" | "Softmax":
            return True
        case "MaxPooling2D" | "AveragePooling2D":
            # What lies outside of the maps has no number.
            return layer.padding == "valid"
    return False


def show_layer(snapshot: Snapshot, image: FloatArray, layer: Layer, channel: int) -> None:
    """Show a layer, or one channel of it, for an image `(28, 28)`."""
    match layer.type:
        case "Conv2D" | "DepthwiseConv2D":
            _show_convolution(snapshot, image, layer, channel)
            normalization = snapshot.run.spec.model.normalization_after(layer.name)
            if normalization is not None:
                _show_normalization(snapshot, image, normalization, channel)
        case "MaxPooling2D" | "AveragePooling2D":
            _show_pool(snapshot, image, layer, channel)
        case "Softmax":
            _show_softmax(snapshot, image)


@st.fragment
@errors_shown()
def _show_convolution(snapshot: Snapshot, image: FloatArray, layer: Layer, channel: int) -> None:
    weights = loaded_networks.weights(snapshot)
    inputs = input_of(loaded_networks.network(snapshot), image, layer.name)
    shown = channel_of(snapshot.run.spec.model, weights, inputs, layer.name, channel)
    input_name = (
        _("The image") if inputs.shape[2] == 1 else _("Input of {name}").format(name=layer.name)
    )
    if layer.type == "DepthwiseConv2D" and inputs.shape[2] > 1:
        input_name += _(", channel {channel}").format(channel=channel)
    if layer.padding == "same":
        input_name += _(", with zeros around")
    choice = convolution_view(
        shown,
        key="microscope_convolution",
        kernel_id=f"{snapshot.run.id}/{snapshot.step}/{layer.name}/{channel}",
        input_name=input_name,
        map_name=_("Map of {name}, channel {channel}").format(name=layer.name, channel=channel),
        start=st.session_state.get(START),
    )
    _write_place(choice.place)
    if shown.is_editable:
        kernel = choice.kernel
        edited = None if kernel is None else EditedKernel(layer.name, channel, kernel)
        show_effect(snapshot, image, edited)


def _show_normalization(
    snapshot: Snapshot, image: FloatArray, normalization: str, channel: int
) -> None:
    st.header(_("Its batch normalization"))
    explained(
        _(
            "Batch normalization brings a map to a common scale: it subtracts the channel's mean "
            "over the training images and divides by their deviation. Then it multiplies by γ and "
            "adds β, two numbers that it has learned."
        )
    )
    values = input_of(loaded_networks.network(snapshot), image, normalization)
    normalization_view(
        values[:, :, channel],
        normalization_of(loaded_networks.weights(snapshot), normalization, channel),
        key="microscope_normalization",
        input_name=_("Before the normalization, channel {channel}").format(channel=channel),
        map_name=_("After the normalization"),
    )


@st.fragment
@errors_shown()
def _show_pool(snapshot: Snapshot, image: FloatArray, layer: Layer, channel: int) -> None:
    square = _("{window}×{window} square").format(window=layer.window)
    explained(
        _(
            "**Max pooling** keeps the largest of each {square}. The map becomes smaller, and the "
            "strongest answers stay."
        ).format(square=square)
        if layer.type == "MaxPooling2D"
        else _(
            "**Average pooling** keeps the mean of each {square}. The map becomes smaller."
        ).format(square=square)
    )
    inputs = input_of(loaded_networks.network(snapshot), image, layer.name)
    rows, columns = layer.output_shape[:2]
    start = st.session_state.get(START) or (5, 5)
    place = pool_view(
        inputs[:, :, channel],
        layer,
        key="microscope_pool",
        input_name=_("Input, channel {channel}").format(channel=channel),
        map_name=_("Map of {name}, channel {channel}").format(name=layer.name, channel=channel),
        start=(min(start[0], rows - 1), min(start[1], columns - 1)),
    )
    _write_place(place)


def _show_softmax(snapshot: Snapshot, image: FloatArray) -> None:
    explained(
        _(
            "**Softmax** turns the scores of the last layer into probabilities: *e* to the power "
            "of each score, divided by the sum of all. Move a score, and see what the others do."
        )
    )
    stages = loaded_networks.stages(snapshot, image)
    scores = stages[-2].values.ravel()
    calibration = loaded_networks.calibration(snapshot)
    softmax_view(
        scores,
        None if calibration is None else calibration.temperature,
        key="microscope_softmax",
        names=snapshot.run.spec.class_names,
    )


def _write_place(place: tuple[int, int] | None) -> None:
    """Write the place of the window to the address, for a reload or a link."""
    if place is not None:
        st.query_params[PLACE] = place_as_text(place)
