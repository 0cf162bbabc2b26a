"""Arrays of npz and IDX files: values, headers, limits and damaged files."""

import gzip
import io
import struct

import numpy as np
import pytest

from mnistviz.digits import array_files

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
IDX = b"\x00\x00\x08\x03" + struct.pack(">3I", *IMAGES.shape) + IMAGES.tobytes()


def npz(**arrays: np.ndarray) -> io.BytesIO:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file


def test_npz_arrays_are_read_in_either_order_of_memory() -> None:
    file = npz(x=np.asfortranarray(IMAGES), y=np.arange(3))
    np.testing.assert_array_equal(array_files.read_npz(file, "x"), IMAGES)
    headers = array_files.npz_headers(file)
    assert {name: header.shape for name, header in headers.items()} == {"x": (2, 3, 4), "y": (3,)}
    assert headers["x"].num_bytes == IMAGES.nbytes


def test_npz_without_the_array_or_with_text_is_refused() -> None:
    with pytest.raises(ValueError, match="without an array"):
        array_files.read_npz(npz(x=IMAGES), "y")
    with pytest.raises(ValueError, match="not numbers"):
        array_files.read_npz(npz(x=np.array(["a"])), "x")


@pytest.mark.parametrize("raw", [IDX, gzip.compress(IDX, mtime=0)])
def test_idx_is_read_plain_and_compressed(raw: bytes) -> None:
    header = array_files.idx_header(io.BytesIO(raw))
    assert header is not None
    assert header.shape == (2, 3, 4)
    np.testing.assert_array_equal(array_files.read_idx(io.BytesIO(raw)), IMAGES)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"text", "no IDX file"),
        (IDX[:9], "ends in its header"),
        (IDX[:-1], "with 23 there"),
        (IDX + b"\x00", "with more there"),
        (b"\x00\x00\x08\x01\xff\xff\xff\xff", "more than the"),
        (gzip.compress(IDX, mtime=0)[:-9], "can't be read"),
    ],
)
def test_a_damaged_or_too_large_idx_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        array_files.read_idx(io.BytesIO(raw))
