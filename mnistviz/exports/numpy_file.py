"""A snapshot as one Python file that computes the network with NumPy, and its weights."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mnistviz.core.layers.layer import WINDOWED, Layer
from mnistviz.exports import code_parts, texts
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

TEMPLATE = "numpy_network.py"

HEAD = '''"""{subject}

It reads digits with NumPy alone; the weights are in {weights}, beside this file.

    from {module} import classify

    probabilities = classify(images)     # (n, 10)
    digits = probabilities.argmax(axis=1)

`images` are (n, 28, 28), white ink on black as in MNIST: whole numbers from 0 to 255, or floats
from 0 to 1. {written_by}
"""
'''

CLASSIFY = '''

def network(x):
    """The probabilities (n, 10) of images (n, 28, 28, 1), float32 from 0 to 1."""
{lines}
    return x


def classify(images, batch_size=100):
    """The probabilities (n, 10) of images (n, 28, 28)."""
    x = np.asarray(images)
    if x.dtype.kind in "iu":
        x = x / np.float32(255)
    x = x.astype(np.float32)[..., np.newaxis]
    batches = [network(x[first : first + batch_size]) for first in range(0, len(x), batch_size)]
    return np.concatenate([np.zeros((0, {classes}), np.float32), *batches])
'''


def write(snapshot: Snapshot, file: Path) -> None:
    """Write `file`, Python code, and beside it an npz with the weights.

    An array is named after its layer: `conv1_kernel`. Raises `RunError` where the snapshot can't
    be read.
    """
    weights = snapshots.read(snapshot)
    arrays = {
        f"{layer}_{name}": array for layer, of in weights.items() for name, array in of.items()
    }
    layers = snapshot.run.spec.model.layers
    head = HEAD.format(
        subject=texts.subject(snapshot),
        weights=f"{file.stem}.npz",
        module=file.stem if file.stem.isidentifier() else "this_file",
        written_by=texts.WRITTEN_BY,
    )
    lines = [f"    {_call(layer):<40}{texts.shape_comment(layer)}" for layer in layers]
    body = CLASSIFY.format(lines="\n".join(lines), classes=layers[-1].output_shape[-1])
    functions = code_parts.template_code(TEMPLATE, _regions(layers))
    file.write_text(f"{head}\n{functions}\n{body}", encoding="utf-8")
    np.savez(file.with_suffix(".npz"), allow_pickle=False, **arrays)


def _regions(layers: Sequence[Layer]) -> set[str]:
    """The parts of the template that layers need."""
    found = {layer.type for layer in layers} | {layer.activation for layer in layers}
    if any(layer.padding == "same" for layer in layers):
        found.add("same")
    if any(layer.type in WINDOWED for layer in layers):
        found.add("windows")
    return found


def _call(layer: Layer) -> str:
    """The statement that computes a layer."""
    stride = f", stride={layer.stride}" if layer.stride > 1 else ""
    match layer.type:
        case "Conv2D":
            call = f'convolution({_input(layer)}, "{layer.name}"{stride})'
        case "DepthwiseConv2D":
            call = f'depthwise({_input(layer)}, "{layer.name}"{stride})'
        case "Dense":
            call = f'dense(x, "{layer.name}")'
        case "BatchNormalization":
            call = f'normalization(x, "{layer.name}")'
        case "MaxPooling2D":
            call = f"max_pool({_input(layer, '-np.inf')}, {layer.window}, {layer.stride})"
        case "AveragePooling2D":
            call = f"average_pool({_input(layer, 'np.nan')}, {layer.window}, {layer.stride})"
        case "GlobalAveragePooling2D":
            call = "global_average(x)"
        case "Dropout":
            return f"# {layer.name}: only while training"
        case "Flatten":
            call = "flatten(x)"
        case "Softmax":
            call = "softmax(x)"
        case _:
            raise texts.unknown_layer(layer)
    if layer.activation == "none":
        return f"x = {call}"
    return f"x = {'np.' if layer.activation == 'tanh' else ''}{layer.activation}({call})"


def _input(layer: Layer, border: str = "") -> str:
    """The maps that the windows of a layer slide over, with a border of zeros or `border`."""
    if layer.padding == "valid":
        return "x"
    value = f", {border}" if border else ""
    return f"same(x, {layer.window}, {layer.stride}{value})"
