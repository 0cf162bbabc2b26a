"""Two networks on the same images: who is right where the other is wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.bool_]


@dataclass(frozen=True)
class Agreement:
    """How many images both, one or neither of two networks read right.

    `p` is that of McNemar's exact test (1947): how often chance alone would share out the
    images that only one of them reads right at least as unevenly, were both equally good.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float


def compare(first: Truth, second: Truth) -> Agreement:
    """Compare where each of two networks is right, both `(n,)` bool on the same images."""
    from scipy.stats import binomtest

    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    differing = only_first + only_second
    return Agreement(
        both=int((first & second).sum()),
        only_first=only_first,
        only_second=only_second,
        neither=int((~first & ~second).sum()),
        p=float(binomtest(only_first, differing).pvalue) if differing else 1.0,
    )
