"""Read arrays from npz and IDX files of unknown sources, within limits and without pickle.

No header is trusted: sizes are compared with the limits before an array is created, and with the
content before it is used. All functions raise `ValueError`; its text completes a sentence that ends
in "got".
"""

import gzip
import math
import struct
import tokenize
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.safe_zip import SafeZip, open_zip
from mnistviz.core.types.arrays import ByteArray

# All of MNIST has 70,000.
MAX_IMAGES = 100_000
MAX_ARRAY_BYTES = MAX_IMAGES * IMAGE_SIZE**2

# What NumPy raises for a damaged header, which it parses as a Python literal.
DAMAGED_HEADER = (SyntaxError, tokenize.TokenError, RecursionError, MemoryError)

_GZIP_MAGIC = b"\x1f\x8b"
# IDX (http://yann.lecun.com/exdb/mnist): two zero bytes, the type of the data, 8 for uint8, the
# number of dimensions, then each as a big-endian uint32.
_IDX_UINT8 = b"\x00\x00\x08"


@dataclass(frozen=True)
class Header:
    """The header of an array in a file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool = False

    @property
    def num_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


# ---------------------------------------------------------------- npz


def npz_headers(file: IO[bytes]) -> dict[str, Header]:
    """Return the headers of the arrays of an npz file by name, without reading the arrays."""
    headers = {}
    with open_zip(file) as archive:
        for name in archive.names:
            if name.endswith(".npy"):
                with _open_array(archive, name) as content:
                    headers[name.removesuffix(".npy")] = _npy_header(content)
    return headers


def read_npz(file: IO[bytes], name: str) -> NDArray[Any]:
    """Return an array of an npz file, numeric or boolean, of at most 100,000 · 28 · 28 bytes."""
    with open_zip(file) as archive, _open_array(archive, f"{name}.npy") as content:
        header = _npy_header(content)
        if header.dtype.kind not in "biuf":
            raise ValueError(f"{name} as {header.dtype}, not numbers")
        body = _read_body(content, header)
        order: Any = "F" if header.fortran_order else "C"
        return np.frombuffer(body, header.dtype).reshape(header.shape, order=order)


@contextmanager
def _open_array(archive: SafeZip, name: str) -> Iterator[IO[bytes]]:
    try:
        with archive.open(name) as content:
            yield content
    except KeyError as error:
        raise ValueError(f"one without an array that belongs in it ({error.args[0]})") from None
    except DAMAGED_HEADER as error:
        raise ValueError(f"one that can't be read ({str(error)[:200]})") from None


def _npy_header(content: Any) -> Header:
    version = np.lib.format.read_magic(content)
    if version != (1, 0):
        raise ValueError(f"an array in version {version[0]}.{version[1]} of its format, not 1.0")
    shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(content)
    return Header(shape, dtype, fortran_order)


def _read_body(content: IO[bytes], header: Header) -> bytes:
    expected = header.num_bytes
    if min(header.shape, default=0) < 0 or expected > MAX_ARRAY_BYTES:
        raise ValueError(
            f"an array {_shape_text(header.shape)} of {expected:,} bytes, more than the "
            f"{MAX_ARRAY_BYTES:,} of {MAX_IMAGES:,} images"
        )
    body = content.read(expected + 1)
    if len(body) != expected:
        actual = "more" if len(body) > expected else f"{len(body):,}"
        raise ValueError(
            f"an array {_shape_text(header.shape)} of {expected:,} bytes with {actual} there"
        )
    return body


def _shape_text(shape: tuple[int, ...]) -> str:
    return "×".join(str(length) for length in shape) or "of one value"


# ---------------------------------------------------------------- IDX, plain or gzip


def idx_header(file: IO[bytes]) -> Header | None:
    """Return the header of an IDX file, or None for another file."""
    with unpacked(file) as content:
        return _idx_header(content)


def read_idx(file: IO[bytes]) -> ByteArray:
    """Return the array of an IDX file of uint8, of at most 100,000 · 28 · 28 bytes."""
    with unpacked(file) as content:
        header = _idx_header(content)
        if header is None:
            raise ValueError("no IDX file of uint8")
        return np.frombuffer(_read_body(content, header), np.uint8).reshape(header.shape)


def _idx_header(content: IO[bytes]) -> Header | None:
    magic = content.read(4)
    if len(magic) < 4 or magic[:3] != _IDX_UINT8 or not 1 <= magic[3] <= 4:
        return None
    lengths = content.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise ValueError("an IDX file that ends in its header")
    return Header(struct.unpack(f">{magic[3]}I", lengths), np.dtype(np.uint8))


@contextmanager
def unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """A file, unpacked if it is gzip. Raises `ValueError` for a damaged one."""
    magic = file.read(2)
    file.seek(0)
    try:
        if magic == _GZIP_MAGIC:
            with gzip.GzipFile(fileobj=file) as content:
                yield cast(IO[bytes], content)
        else:
            yield file
    except (zlib.error, EOFError, OSError) as error:
        raise ValueError(f"a packed file that can't be read ({str(error)[:200]})") from None
