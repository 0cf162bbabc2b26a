"""Read the weights in a snapshot from an unknown source; all is checked before arrays are made."""

import io
import math

import numpy as np

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.safe_zip import SafeZip, ZipError, ZipRules, open_zip
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.data_sets.formats.array_blocks import DAMAGED_HEADER

# The header of an array in an npz file, and its entry in the directory of the zip.
OVERHEAD_BYTES = 1_024
RULES = ZipRules(damaged="it can't be read: {}", unsupported="it can't be read: {}")


def largest_snapshot(model: ModelSpec) -> int:
    """Return the maximum size of a snapshot of a network, in bytes."""
    num_arrays = sum(len(layer.weights) for layer in model.layers)
    return 4 * model.parameters + OVERHEAD_BYTES * (num_arrays + 1)


def checked_weights(raw: bytes, model: ModelSpec) -> list[FloatArray]:
    """Return the arrays of an npz file, float32 in the order of `get_weights()`.

    Names, sizes, shapes and dtypes are compared with the network's before an array is created, and
    nothing is unpickled. Raises `ValueError` if something does not match.
    """
    shapes = [shape for layer in model.layers for _, shape in layer.weights]
    with open_zip(io.BytesIO(raw), RULES) as arrays:
        if sorted(arrays.names) != sorted(f"arr_{number}.npy" for number in range(len(shapes))):
            raise ValueError(f"it has not the {len(shapes)} arrays of the network")
        return [
            _checked_array(arrays, f"arr_{number}.npy", shape)
            for number, shape in enumerate(shapes)
        ]


def _checked_array(arrays: SafeZip, name: str, shape: tuple[int, ...]) -> FloatArray:
    content = io.BytesIO(arrays.read(name, 4 * math.prod(shape) + OVERHEAD_BYTES))
    try:
        version = np.lib.format.read_magic(content)
        if version != (1, 0):
            raise ValueError(f"{name} has version {version} of its format")
        actual, _, dtype = np.lib.format.read_array_header_1_0(content)
    except DAMAGED_HEADER as error:
        raise ZipError(RULES.damaged.format(error)) from None
    if actual != shape or dtype != np.dtype(np.float32):
        raise ValueError(f"{name} is {dtype} {actual}, not float32 {shape}")
    content.seek(0)
    return np.lib.format.read_array(content, allow_pickle=False)
