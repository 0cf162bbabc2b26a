"""One channel of a convolution, number by number: a window that slides over the input.

The browser moves the window and computes each value from the input and the kernel, in float64,
without a round trip to the server.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from mnistviz.core.layers.layer import Activation
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray, Weights
from mnistviz.inspection.kernels.batch_norm_folding import gain_and_shift
from mnistviz.network.windows import pad
from mnistviz.texts import _
from mnistviz.ui.shared.layer_views.arrays import COLOUR_SCALES, array_as_text
from mnistviz.ui.shared.layer_views.sliding_component import sliding_component

_component = sliding_component(
    "convolution",
    "number_grid",
    "channel_sums",
    "kernel_editor",
    below=("channel_sums", "kernel_editor"),
)

# The numbers of a larger kernel don't fit into the view: they can't be changed.
MAX_EDITED = 9


@dataclass(frozen=True)
class ConvolutionChannel:
    """One channel of a convolution, and the input that it is applied to.

    `inputs` (height, width, channels), with the zeros around it where the layer pads, and `kernel`
    (size, size, channels) are float32. `gain` and `shift` are those of the normalization that
    follows; None where there is none.
    """

    inputs: FloatArray
    kernel: FloatArray
    bias: float
    activation: Activation = "none"
    stride: int = 1
    gain: float | None = None
    shift: float | None = None

    @property
    def is_editable(self) -> bool:
        """Whether the view lets a person change the kernel."""
        return math.prod(self.kernel.shape[:2]) <= MAX_EDITED


@dataclass(frozen=True)
class ConvolutionChoice:
    """The choices of a person in the view.

    `place` is (row, column) in the map where the window came to rest; None before it was moved.
    `kernel` (size, size, channels) float32 is the edited kernel; None where it is the own one.
    """

    place: tuple[int, int] | None
    kernel: FloatArray | None


def channel_of(
    model: ModelSpec, weights: Weights, inputs: FloatArray, layer: str, channel: int
) -> ConvolutionChannel:
    """Return a channel of a convolution of a network, of a depthwise one with its only input.

    `inputs` (height, width, channels) float32 is the input of the layer: see
    `feature_maps.input_of`.
    """
    spec = model.layer(layer)
    gain = shift = None
    if (norm := model.normalization_after(layer)) is not None:
        gain, shift = (float(numbers[channel]) for numbers in gain_and_shift(weights[norm]))
    padded = pad(spec, inputs[np.newaxis])[0]
    kernel = weights[layer]["kernel"][..., channel % spec.weights[0][1][-1]]
    if spec.type == "DepthwiseConv2D":
        padded, kernel = (maps[..., channel, np.newaxis] for maps in (padded, kernel))
    return ConvolutionChannel(
        inputs=padded.astype(np.float32, copy=False),
        kernel=kernel,
        bias=float(weights[layer]["bias"][channel]),
        activation=spec.activation,
        stride=spec.stride,
        gain=gain,
        shift=shift,
    )


def convolution_view(
    channel: ConvolutionChannel,
    *,
    key: str,
    kernel_id: str,
    input_name: str = _("The image"),
    map_name: str = _("The map"),
    start: tuple[int, int] | None = None,
    editable: bool = True,
) -> ConvolutionChoice:
    """Show a channel of a convolution, and return what a person has chosen in it.

    Input, patch × kernel = products, sum, ReLU, normalization and map stand in one row, on a
    narrow page one below the other. The map is empty at first and is painted as the window slides.

    Args:
        channel: The channel and its input.
        key: The key of the component, unique on the page.
        kernel_id: A name of the kernel, such as "best/17200/conv1/3". With another name, the edits
            of the kernel are forgotten; with another input, they stay.
        input_name: A caption of the input.
        map_name: A caption of the map.
        start: (row, column) of the window; a new value moves it. None is the place of the value
            with the largest magnitude.
        editable: Whether a person can change the kernel, where `is_editable`.
    """
    edited = edited_kernel(st.session_state.get(key), kernel_id, channel.kernel.shape)
    result = _component(
        key=key,
        data={
            "id": kernel_id,
            "input": array_as_text(channel.inputs),
            "kernel": array_as_text(channel.kernel),
            "edited": None if edited is None else edited.ravel().tolist(),
            "layer": {
                "bias": channel.bias,
                "activation": channel.activation,
                "stride": channel.stride,
                "gain": channel.gain,
                "shift": channel.shift,
            },
            "captions": {"input": input_name, "map": map_name},
            "start": start,
            "editable": editable and channel.is_editable,
            "scales": COLOUR_SCALES,
        },
        on_place_change=lambda: None,
        on_kernel_change=lambda: None,
    )
    place = result.get("place")
    return ConvolutionChoice(
        place=None if place is None else (int(place[0]), int(place[1])),
        kernel=edited_kernel(result, kernel_id, channel.kernel.shape),
    )


def edited_kernel(
    chosen: Mapping[str, Any] | None, kernel_id: str, shape: tuple[int, ...]
) -> FloatArray | None:
    """Return the edited kernel in a state of the component; None where it is of another kernel."""
    kernel = (chosen or {}).get("kernel")
    if not kernel or kernel["id"] != kernel_id or len(kernel["values"]) != np.prod(shape):
        return None
    return np.array(kernel["values"], np.float32).reshape(shape)
