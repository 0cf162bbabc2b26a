"""A snapshot as one Python file that computes the network with NumPy, and its weights."""

from pathlib import Path

import numpy as np

from mnistviz.core.layers.layer import Layer
from mnistviz.exports import texts
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

TEMPLATE = Path(__file__).parent / "templates" / "numpy_network.py"

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
    texts.need_plain(snapshot.run.spec.model, "one file of NumPy code")
    layers = snapshot.run.spec.model.layers
    head = HEAD.format(
        subject=texts.subject(snapshot),
        weights=f"{file.stem}.npz",
        module=file.stem if file.stem.isidentifier() else "this_file",
        written_by=texts.WRITTEN_BY,
    )
    lines = [f"    {_call(layer):<40}{texts.shape_comment(layer)}" for layer in layers]
    body = CLASSIFY.format(lines="\n".join(lines), classes=layers[-1].output_shape[-1])
    functions = TEMPLATE.read_text(encoding="utf-8")
    file.write_text(f"{head}\n{functions}{body}", encoding="utf-8")
    np.savez(file.with_suffix(".npz"), allow_pickle=False, **arrays)


def _call(layer: Layer) -> str:
    """The statement that computes a layer."""
    match layer.type:
        case "Conv2D":
            call = f'convolution(x, "{layer.name}")'
            return f"x = relu({call})" if layer.relu else f"x = {call}"
        case "BatchNormalization":
            return f'x = normalization(x, "{layer.name}")'
        case "MaxPooling2D":
            return "x = max_pool(x)"
        case "Dropout":
            return f"# {layer.name}: only while training"
        case "Flatten":
            return "x = flatten(x)"
        case "Softmax":
            return "x = softmax(x)"
    raise texts.unknown_layer(layer)
