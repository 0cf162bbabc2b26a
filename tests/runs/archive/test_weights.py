"""Reading weights from unknown sources: headers are checked before arrays are created."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mnistviz.runs.archive.weights import OVERHEAD_BYTES, checked_weights, largest_snapshot
from tests.helpers.run_zips import MODEL, weights_of

ARRAYS = weights_of(1)


def npz(arrays: list[Any], save: Callable[..., None] = np.savez) -> bytes:
    target = io.BytesIO()
    save(target, *arrays)
    return target.getvalue()


def npy_with_header(header: str) -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def with_first(content: bytes) -> bytes:
    """A valid file with another first array."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(npz(ARRAYS))) as valid, zipfile.ZipFile(target, "w") as changed:
        for name in valid.namelist():
            changed.writestr(name, content if name == "arr_0.npy" else valid.read(name))
    return target.getvalue()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_valid_arrays_are_returned_unchanged(save: Callable[..., None]) -> None:
    raw = npz(ARRAYS, save)
    assert len(raw) <= largest_snapshot(MODEL)
    found = checked_weights(raw, MODEL)
    assert len(found) == len(ARRAYS)
    for one, other in zip(found, ARRAYS, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.dtype == np.float32


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "it can't be read: File is not a zip file"),
        (npz(ARRAYS)[:-30], "it can't be read: File is not a zip file"),
        (npz(ARRAYS[:-1]), f"it has not the {len(ARRAYS)} arrays of the network"),
        (npz([*ARRAYS, ARRAYS[0]]), f"it has not the {len(ARRAYS)} arrays of the network"),
        (
            npz([ARRAYS[0][..., :1], *ARRAYS[1:]]),
            "arr_0.npy is float32 (3, 3, 1, 1), not float32 (3, 3, 1, 2)",
        ),
        (
            npz([ARRAYS[0].astype(np.float64), *ARRAYS[1:]]),
            "arr_0.npy is float64 (3, 3, 1, 2), not float32 (3, 3, 1, 2)",
        ),
        (
            npz([np.array([Bomb()], object), *ARRAYS[1:]]),
            "arr_0.npy is object (1,), not float32 (3, 3, 1, 2)",
        ),
        (
            # 4 TB according to the header.
            with_first(
                npy_with_header(
                    "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}"
                )
            ),
            "arr_0.npy is float32 (1000000000000,), not float32 (3, 3, 1, 2)",
        ),
    ],
)
def test_arrays_of_another_network_raise_an_error(raw: bytes, message: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        checked_weights(raw, MODEL)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x03\x00" + b"\xff" * 40,
        npy_with_header("__import__('os').abort()"),
        npy_with_header("{'descr': '|O', 'fortran_order': False, 'shape': (3, 3, 1, 2)}"),
        npy_with_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3, 1, 2)}"),
        npy_with_header("(" * 100),
        b"\x93NUMPY\x01\x00\xff\xff" + b"(" * 900,
        b"\x00" * (OVERHEAD_BYTES * 4),
    ],
)
def test_an_array_with_an_invalid_header_raises_an_error(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        checked_weights(with_first(content), MODEL)
