"""Types of arrays."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
DoubleArray = NDArray[np.float64]
ByteArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int_]
# float32 or float64.
RealArray = NDArray[np.floating]

# The arrays of a network by layer and name, such as `weights["conv1"]["kernel"]`.
Weights = Mapping[str, Mapping[str, FloatArray]]
