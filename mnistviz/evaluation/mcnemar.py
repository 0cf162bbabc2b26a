"""Comparison of two networks on the same images."""

from dataclasses import dataclass

from mnistviz.core.statistics import mcnemar_p
from mnistviz.core.types.arrays import BoolArray


@dataclass(frozen=True)
class McNemarResult:
    """The numbers of images that both, one or neither of two networks read right.

    `p` is that of McNemar's exact test (1947): the probability that images which only one of two
    equally good networks reads right are divided at least as unevenly between them.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p: float


def compare(first: BoolArray, second: BoolArray) -> McNemarResult:
    """Compare two networks by which images each reads right, both `(n,)` bool."""
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    return McNemarResult(
        both=int((first & second).sum()),
        only_first=only_first,
        only_second=only_second,
        neither=int((~first & ~second).sum()),
        p=mcnemar_p(only_first, only_second),
    )
