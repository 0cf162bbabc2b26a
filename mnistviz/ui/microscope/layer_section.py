"""The chosen layer under the microscope: a convolution, the max pooling or the softmax."""

import streamlit as st

from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec, normalization_name
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.inspection.image.value_trace import inputs_of
from mnistviz.runs.snapshots import Snapshot
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
    """Return the layers that can be chosen, by name and in order.

    Their windows move by one place within the maps, those of a pool by two.
    """
    return {layer.name: layer for layer in model.layers if _is_shown(layer)}


def _is_shown(layer: Layer) -> bool:
    match layer.type:
        case "Conv2D":
            activation = layer.activation in ("relu", "none")
            return activation and layer.stride == 1 and layer.padding == "valid"
        case "MaxPooling2D":
            return layer.window == layer.stride == 2 and layer.padding == "valid"
    return layer.type == "Softmax"


def show_layer(snapshot: Snapshot, image: FloatArray, layer: Layer, channel: int) -> None:
    """Show a layer, or one channel of it, for an image `(28, 28)`."""
    match layer.type:
        case "Conv2D":
            _show_convolution(snapshot, image, layer.name, channel)
            if normalization_name(layer.name) in loaded_networks.weights(snapshot):
                _show_normalization(snapshot, image, layer.name, channel)
        case "MaxPooling2D":
            _show_pool(snapshot, image, layer.name, channel)
        case "Softmax":
            _show_softmax(snapshot, image)


@st.fragment
@errors_shown()
def _show_convolution(snapshot: Snapshot, image: FloatArray, layer: str, channel: int) -> None:
    stages = loaded_networks.stages(snapshot, image)
    weights = loaded_networks.weights(snapshot)
    inputs = inputs_of(stages, image, layer)
    shown = channel_of(snapshot.run.spec.model, weights, inputs, layer, channel)
    choice = convolution_view(
        shown,
        key="microscope_convolution",
        kernel_id=f"{snapshot.run.id}/{snapshot.step}/{layer}/{channel}",
        input_name="The image" if inputs.shape[2] == 1 else f"Input of {layer}",
        map_name=f"Map of {layer}, channel {channel}",
        start=st.session_state.get(START),
    )
    _write_place(choice.place)
    if shown.is_editable:
        edited = None if choice.kernel is None else EditedKernel(layer, channel, choice.kernel)
        show_effect(snapshot, image, edited)


def _show_normalization(snapshot: Snapshot, image: FloatArray, layer: str, channel: int) -> None:
    st.header("Its batch normalization")
    explained(
        "Batch normalization brings a map to a common scale: it subtracts the channel's mean over "
        "the training images and divides by their deviation. Then it multiplies by γ and adds β, "
        "two numbers that it has learned."
    )
    stages = loaded_networks.stages(snapshot, image)
    normalization_view(
        _stage_of(stages, layer, "relu").values[:, :, channel],
        normalization_of(loaded_networks.weights(snapshot), normalization_name(layer), channel),
        key="microscope_normalization",
        input_name=f"{layer}, channel {channel}, after ReLU",
        map_name="After the normalization",
    )


@st.fragment
@errors_shown()
def _show_pool(snapshot: Snapshot, image: FloatArray, layer: str, channel: int) -> None:
    explained(
        "**Max pooling** keeps the largest of each 2×2 square. The map becomes half as wide and "
        "half as high, and the strongest answers stay."
    )
    stages = loaded_networks.stages(snapshot, image)
    index = next(number for number, one in enumerate(stages) if one.layer == layer)
    place = pool_view(
        stages[index - 1].values[:, :, channel],
        key="microscope_pool",
        input_name=f"Input, channel {channel}",
        map_name=f"Map of {layer}, channel {channel}",
        start=st.session_state.get(START) or (5, 5),
    )
    _write_place(place)


def _show_softmax(snapshot: Snapshot, image: FloatArray) -> None:
    explained(
        "**Softmax** turns the scores of the last layer into probabilities: *e* to the power "
        "of each score, divided by the sum of all. Move a score, and see what the others do."
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


def _stage_of(stages: tuple[LayerOutput, ...], layer: str, stage: str) -> LayerOutput:
    return next(one for one in stages if (one.layer, one.stage) == (layer, stage))


def _write_place(place: tuple[int, int] | None) -> None:
    """Write the place of the window to the address, for a reload or a link."""
    if place is not None:
        st.query_params[PLACE] = place_as_text(place)
