"""The content of a file before it is converted: parts of images and labels of any layout."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import IntArray
from mnistviz.digits.data_sets.limits import BLOCK_BYTES

Part = Literal["train", "validation", "test", "all"]
PARTS: tuple[Part, ...] = ("train", "validation", "test", "all")

# Images of one size as one array (k, height, width[, channels]), or pictures of any sizes.
Block = NDArray[Any] | Sequence[NDArray[Any]]


@dataclass(frozen=True)
class Images:
    """Images that are read block by block, so that a large file takes little memory.

    `shape` is that of one image, empty for pictures of any sizes. `blocks` takes the ascending
    numbers of the images wanted and returns them in that order. It may be called again.
    """

    count: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    blocks: Callable[[IntArray], Iterator[Block]]


def images_of(array: NDArray[Any]) -> Images:
    """The images of an array `(n, …)` in memory."""
    rows = rows_of_block(array.shape[1:], array.dtype)

    def blocks(chosen: IntArray) -> Iterator[Block]:
        for start in range(0, len(chosen), rows):
            yield array[chosen[start : start + rows]]

    return Images(len(array), array.shape[1:], array.dtype, blocks)


def rows_of_block(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """The number of images of a shape that are read at once."""
    size = dtype.itemsize
    for side in shape:
        size *= side
    return max(1, BLOCK_BYTES // max(1, size))


@dataclass(frozen=True)
class RawPart:
    """A part as the files have it.

    Attributes:
        part: Which part it is; `all` where nothing says so.
        images: Its images.
        labels: One for each image: `(n,)`, `(n, 1)`, one-hot or text; NaN and "" are missing.
        source: The files or arrays that it was read from, for people.
        picture: The name and the content of the picture file with a number; None for others.
    """

    part: Part
    images: Images
    labels: NDArray[Any]
    source: str
    picture: Callable[[int], tuple[str, bytes]] | None = None


@dataclass(frozen=True)
class RawSet:
    """All parts of a set.

    Attributes:
        parts: At most one of each part.
        class_names: Names of the labels by their text, where the files have some.
        left_out: What was not read: a description and the number of things.
        is_emnist: Whether the format is EMNIST's own, whose images are transposed.
        notes: Sentences about how it was read.
    """

    parts: tuple[RawPart, ...]
    class_names: dict[str, str] = field(default_factory=dict)
    left_out: tuple[tuple[str, int], ...] = ()
    is_emnist: bool = False
    notes: tuple[str, ...] = ()
