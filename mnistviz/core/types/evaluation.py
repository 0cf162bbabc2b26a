"""Results of an evaluation on a labelled set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import DoubleArray


@dataclass(frozen=True)
class Evaluation:
    """The results of a network on a labelled set.

    `per_class` is the accuracy among the images of each class, NaN where
    there is none; `confusion` is (10, 10) int64, row = label, column = answer.
    """

    images: int
    accuracy: float
    loss: float
    per_class: DoubleArray
    confusion: NDArray[np.int64]
