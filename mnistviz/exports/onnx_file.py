"""A snapshot as an ONNX file. The package `onnx` is optional.

ONNX has channels first: the graph turns the images once at its beginning, and the last map before
it is flattened, so that input and output are those of Keras. A layer is followed by its activation;
a batch normalization keeps its four arrays.
"""

from pathlib import Path
from typing import Any

import numpy as np

import mnistviz
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.layers.layer import Layer
from mnistviz.core.types.arrays import FloatArray
from mnistviz.exports import texts
from mnistviz.network.layers import EPSILON
from mnistviz.network.windows import border
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

# Old enough for runtimes of 2021, and all that these operators need.
OPSET = 13
IR_VERSION = 8
# A node: operator, inputs, attributes.
Node = tuple[str, list[str], dict[str, Any]]


def write(snapshot: Snapshot, file: Path) -> None:
    """Write a file `*.onnx` of opset 13.

    Input `image`: (n, 28, 28, 1) float32 in [0, 1]. Output `probabilities`: (n, 10) float32.
    Raises `RunError` where the snapshot can't be read.
    """
    # Optional, and it takes half a second.
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = snapshots.read(snapshot)
    layers = snapshot.run.spec.model.layers
    arrays = [
        numpy_helper.from_array(_channels_first(layer, array), f"{layer.name}_{name}")
        for layer in layers
        for name, array in weights.get(layer.name, {}).items()
    ]
    nodes, value = [], "image"
    for name, (operator, inputs, attributes) in _nodes(layers):
        nodes.append(helper.make_node(operator, [value, *inputs], [name], name, **attributes))
        value = name
    nodes[-1].output[0] = "probabilities"
    float32, classes = TensorProto.FLOAT, layers[-1].output_shape[-1]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("image", float32, ["n", IMAGE_SIZE, IMAGE_SIZE, 1])],
        [helper.make_tensor_value_info("probabilities", float32, ["n", classes])],
        arrays,
        texts.subject(snapshot),
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="mnistviz",
        producer_version=mnistviz.__version__,
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    file.write_bytes(model.SerializeToString())


def _channels_first(layer: Layer, array: FloatArray) -> FloatArray:
    """A kernel as (outputs, inputs, height, width); other arrays as they are."""
    turned = array
    if array.ndim == 4:
        # Each kernel of a depthwise convolution has one input: (channels, 1, height, width).
        turned = array.transpose((2, 3, 0, 1) if layer.type == "DepthwiseConv2D" else (3, 2, 0, 1))
    return np.ascontiguousarray(turned)


def _nodes(layers: tuple[Layer, ...]) -> list[tuple[str, Node]]:
    """The nodes by the names of their outputs; the first input of each is the one before."""
    nodes: list[tuple[str, Node]] = [("turned", ("Transpose", [], {"perm": [0, 3, 1, 2]}))]
    sides: tuple[int, ...] = (IMAGE_SIZE, IMAGE_SIZE)
    for layer in layers:
        arrays = [f"{layer.name}_{name}" for name, _ in layer.weights]
        match layer.type:
            case "Conv2D":
                nodes.append((layer.name, ("Conv", arrays, _window(layer, sides))))
            case "DepthwiseConv2D":
                groups = {"group": layer.output_shape[-1], **_window(layer, sides)}
                nodes.append((layer.name, ("Conv", arrays, groups)))
            case "Dense":
                nodes.append((layer.name, ("Gemm", arrays, {})))
            case "BatchNormalization":
                # ONNX and Keras have the arrays in the same order: gamma, beta, mean, variance.
                nodes.append((layer.name, ("BatchNormalization", arrays, {"epsilon": EPSILON})))
            case "MaxPooling2D":
                nodes.append((layer.name, ("MaxPool", [], _window(layer, sides))))
            case "AveragePooling2D":
                # Without the border, as Keras: `count_include_pad` is 0 by default.
                nodes.append((layer.name, ("AveragePool", [], _window(layer, sides))))
            case "GlobalAveragePooling2D":
                nodes.append((f"{layer.name}_maps", ("GlobalAveragePool", [], {})))
                nodes.append((layer.name, ("Flatten", [], {"axis": 1})))
            case "Dropout":
                # Only while training.
                continue
            case "Flatten":
                back: Node = ("Transpose", [], {"perm": [0, 2, 3, 1]})
                nodes.append((f"{layer.name}_turned", back))
                nodes.append((layer.name, ("Flatten", [], {"axis": 1})))
            case "Softmax":
                nodes.append((layer.name, ("Softmax", [], {"axis": -1})))
            case _:
                raise texts.unknown_layer(layer)
        if layer.activation != "none":
            operator = layer.activation.capitalize()
            nodes.append((f"{layer.name}_{layer.activation}", (operator, [], {})))
        sides = layer.output_shape[:2]
    return nodes


def _window(layer: Layer, sides: tuple[int, ...]) -> dict[str, Any]:
    """Sides, strides and border of the window of a layer that gets maps of the sides `sides`."""
    borders = [border(layer, side) for side in sides] if layer.padding == "same" else []
    return {
        "kernel_shape": [layer.window] * 2,
        "strides": [layer.stride] * 2,
        # Above, left, below, right.
        "pads": [pair[at] for at in (0, 1) for pair in borders] or [0] * 4,
    }
