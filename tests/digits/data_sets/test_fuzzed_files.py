"""Damaged files of every format are read, or refused with one message.

`FUZZED_FILES=10000 pytest tests/digits/data_sets/test_fuzzed_files.py` tries 10,000 of each.
"""

import os
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets.reading import Choices, open_uploads
from tests.helpers import data_set_files as made

NUM_FILES = int(os.environ.get("FUZZED_FILES", "40"))
X, Y = made.parts()[:2]

FORMATS: dict[str, Callable[[], made.Files]] = {
    "npz": lambda: {"a.npz": made.mnist_npz()},
    "idx": lambda: {"images-idx3-ubyte": made.idx(X), "labels-idx1-ubyte": made.idx(Y)},
    "gz": made.idx_files,
    "csv": lambda: {"train.csv": made.csv(X[:20], Y[:20])},
    "parquet": lambda: {"train.parquet": made.as_parquet(X[:20], Y[:20], "bytes")},
    "mat": lambda: {"emnist-digits.mat": made.emnist_mat()},
    "pictures": lambda: made.pictures(),
    "zip": lambda: {"a.zip": made.zipped(made.pictures())},
    "tar": lambda: {"a.tar.gz": made.tarred(made.idx_files())},
}


def damaged(raw: bytes, generator: np.random.Generator) -> bytes:
    """A copy that is cut, has other bytes, a piece twice, or nothing but noise."""
    changed = bytearray(raw)
    match generator.integers(5):
        case 0:
            del changed[generator.integers(len(changed)) :]
        case 1:
            for place in generator.integers(len(changed), size=generator.integers(1, 9)):
                changed[place] = generator.integers(256)
        case 2:
            # Headers have the sizes.
            for place in generator.integers(min(200, len(changed)), size=3):
                changed[place] = generator.integers(256)
        case 3:
            place = generator.integers(len(changed))
            changed[place:place] = changed[place : place + 100]
        case _:
            changed[-40:] = generator.bytes(40)
    return bytes(changed)


@pytest.mark.parametrize("kind", FORMATS)
def test_damaged_files_are_read_or_refused(kind: str) -> None:
    whole = FORMATS[kind]()
    generator = np.random.default_rng(28)
    names = sorted(whole)
    tracemalloc.start()
    messages = []
    for _ in range(NUM_FILES):
        name = names[generator.integers(len(names))]
        files = {**whole, name: damaged(whole[name], generator)}
        try:
            with open_uploads(list(files.items())) as found:
                data, _ = found.data_set(Choices())
        except DataError as error:
            messages.append(str(error))
            continue
        assert 2 <= len(data.class_names) <= 62
        for part, images in data.images.items():
            assert images.shape == (len(data.labels[part]), 28, 28)
            assert data.labels[part].max(initial=0) < len(data.class_names)
    assert tracemalloc.get_traced_memory()[1] < 600e6
    tracemalloc.stop()
    assert messages or kind in ("csv", "pictures")
    assert not any("\n" in message for message in messages)
