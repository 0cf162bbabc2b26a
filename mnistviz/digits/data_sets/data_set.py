"""A data set of one's own in its validated form, and what is known about it."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import AwareDatetime, Field

from mnistviz.core.frozen import Frozen
from mnistviz.core.types.arrays import ByteArray, IntArray

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
# Odd, so that every bit of a pixel changes the product.
_MIXERS = np.random.default_rng(28).integers(0, 2**62, 98, np.uint64) * np.uint64(2) + np.uint64(1)

# Images that are looked at at once.
_ROWS = 10_000


@dataclass(frozen=True)
class DataSet:
    """Images by part, each `(n, 28, 28)` uint8, light ink on dark, with labels `(n,)` uint8.

    Labels are the numbers of the classes, from 0.
    """

    class_names: tuple[str, ...]
    images: dict[Split, ByteArray]
    labels: dict[Split, ByteArray]

    @property
    def count(self) -> int:
        return sum(len(labels) for labels in self.labels.values())

    @property
    def sha256(self) -> str:
        """The SHA-256 of the images, the labels and the names of the classes."""
        digest = hashlib.sha256("\0".join(self.class_names).encode())
        for split in SPLITS:
            digest.update(f"{split} {len(self.labels[split])}".encode())
            digest.update(np.ascontiguousarray(self.images[split]).data)
            digest.update(np.ascontiguousarray(self.labels[split]).data)
        return digest.hexdigest()

    def class_counts(self) -> dict[Split, list[int]]:
        """The number of images of each class in each part."""
        return {
            split: np.bincount(self.labels[split], minlength=len(self.class_names)).tolist()
            for split in SPLITS
        }

    def duplicates(self) -> dict[str, int]:
        """The number of images of a later part that an earlier part has, too, to the pixel."""
        seen = {split: _digests(self.images[split]) for split in SPLITS}
        pairs: tuple[tuple[Split, Split], ...] = (
            ("test", "train"),
            ("validation", "train"),
            ("test", "validation"),
        )
        return {
            f"{later} in {earlier}": int(np.isin(seen[later], seen[earlier]).sum())
            for later, earlier in pairs
        }

    def num_constant(self) -> int:
        """The number of images whose pixels are all the same."""
        total = 0
        for images in self.images.values():
            flat = images.reshape(len(images), -1)
            if len(flat):
                total += int((flat.max(axis=1) == flat.min(axis=1)).sum())
        return total


def _digests(images: ByteArray) -> IntArray:
    """A number for each image; different images have different ones but for chance, 1 in 2⁶⁴."""
    words = np.ascontiguousarray(images).reshape(len(images), -1).view(np.uint64)
    digests = np.empty(len(images), np.int64)
    for start in range(0, len(images), _ROWS):
        block = words[start : start + _ROWS]
        mixed = (block ^ (block >> np.uint64(29))) * _MIXERS
        digests[start : start + _ROWS] = mixed.sum(axis=1, dtype=np.uint64).view(np.int64)
    return digests


Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class DataSetInfo(Frozen):
    """Facts about a data set that was kept, stored as `about.json` beside its arrays."""

    schema_version: Literal[1] = 1
    id: str
    name: str
    created: AwareDatetime
    sha256: Sha256
    class_names: tuple[str, ...]
    class_counts: dict[str, list[int]]
    # Sentences on what was noticed and done, and how the parts were made.
    notes: tuple[str, ...]
    split_rule: str
    # What was not read: a description and the number of things.
    left_out: tuple[tuple[str, int], ...]
    duplicates: dict[str, int]
    constant: int
    sources: tuple[str, ...]

    def num_images(self, split: Split | None = None) -> int:
        """The number of images of a part, or of all."""
        return sum(sum(self.class_counts[one]) for one in SPLITS if split in (None, one))
