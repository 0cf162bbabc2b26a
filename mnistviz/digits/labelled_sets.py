"""A set of labelled images."""

from dataclasses import dataclass

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import ByteArray


@dataclass(frozen=True)
class LabelledSet:
    """Images `(n, 28, 28)` uint8, 0 = paper, 255 = ink; labels `(n,)` uint8; n ≥ 1.

    Labels are the numbers of the classes, from 0. `description` is a sentence: what was read, and
    how it was processed.
    """

    name: str
    images: ByteArray
    labels: ByteArray
    description: str = ""
    class_names: tuple[str, ...] = DIGIT_NAMES
