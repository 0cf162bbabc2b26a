"""The weights in a snapshot that comes from elsewhere: looked at before they are read."""

import io
import math
import zipfile

import numpy as np

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.array_files import UNREADABLE_HEADER, UNREADABLE_ZIP

# The header of an array in an npz file, and the npz file's own entry for it.
OVERHEAD_BYTES = 1_024


def largest_snapshot(model: ModelSpec) -> int:
    """The most bytes that a snapshot of a network may have."""
    num_arrays = sum(len(layer.weights) for layer in model.layers)
    return 4 * model.parameters + OVERHEAD_BYTES * (num_arrays + 1)


def checked_weights(raw: bytes, model: ModelSpec) -> list[FloatArray]:
    """The arrays of an npz file, float32 in `get_weights()` order.

    Names, sizes, shapes and types are compared with the network's before an array is
    made, and nothing is unpickled. Raises `ValueError` when something doesn't fit.
    """
    shapes = [shape for layer in model.layers for _, shape in layer.weights]
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as arrays:
            names = sorted(entry.orig_filename for entry in arrays.infolist())
            if names != sorted(f"arr_{number}.npy" for number in range(len(shapes))):
                raise ValueError(f"it has not the {len(shapes)} arrays of the network")
            return [
                _checked_array(arrays, f"arr_{number}.npy", shape)
                for number, shape in enumerate(shapes)
            ]
    except (*UNREADABLE_ZIP, *UNREADABLE_HEADER) as error:
        raise ValueError(f"it can't be read: {error}") from None


def _checked_array(arrays: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> FloatArray:
    most = 4 * math.prod(shape) + OVERHEAD_BYTES
    with arrays.open(name) as file:
        content = io.BytesIO(file.read(most + 1))
    version = np.lib.format.read_magic(content)
    if version != (1, 0):
        raise ValueError(f"{name} has version {version} of its format")
    found, _, dtype = np.lib.format.read_array_header_1_0(content)
    if found != shape or dtype != np.dtype(np.float32):
        raise ValueError(f"{name} is {dtype} {found}, not float32 {shape}")
    content.seek(0)
    return np.lib.format.read_array(content, allow_pickle=False)
