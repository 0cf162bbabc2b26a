"""Arrays in files from elsewhere: npz and IDX. Read up to a limit, never unpickled.

Nothing is believed that a header says: sizes are compared with the limits before an array is
made, and with what is there before it is used. All functions raise `ValueError` with the
rest of a sentence that begins with 'got'.
"""

import gzip
import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import IMAGE_SIZE

# All of MNIST has 70,000.
MAX_IMAGES = 100_000
MAX_ARRAY_BYTES = MAX_IMAGES * IMAGE_SIZE**2
# What a zip file says of its entries: 60,000 pictures with long names take less.
MAX_DIRECTORY_BYTES = 10_000_000

# RuntimeError: a password is wanted, or it is packed in a way unknown here.
UNREADABLE_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, RuntimeError)
# NumPy reads a header as a Python literal; what is none ends in one of these.
UNREADABLE_HEADER = (SyntaxError, tokenize.TokenError, RecursionError, MemoryError)

_GZIP_MAGIC = b"\x1f\x8b"
# IDX (http://yann.lecun.com/exdb/mnist): two zero bytes, the type of the data, 8 for uint8, the
# number of dimensions, then each as a big-endian uint32.
_IDX_UINT8 = b"\x00\x00\x08"

_END = struct.Struct("<4s4H2LH")
_END_MAGIC, _LARGE_MAGIC, _LARGE_SIZE = b"PK\x05\x06", b"PK\x06\x07", 20


@dataclass(frozen=True)
class Header:
    """What an array in a file says of itself."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool = False

    @property
    def num_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


# ---------------------------------------------------------------- zip and npz


@contextmanager
def opened_zip(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """A zip file whose list of entries is of bearable size."""
    try:
        _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            yield archive
    except KeyError as error:
        raise ValueError(f"one without an array that belongs in it ({error.args[0]})") from None
    except (*UNREADABLE_ZIP, *UNREADABLE_HEADER) as error:
        raise ValueError(f"one that can't be read ({str(error)[:200]})") from None


def _check_directory(file: IO[bytes]) -> None:
    """`zipfile` makes an object of each entry before one can ask how many there are."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size - 2**16))
    tail = file.read()
    place = tail.rfind(_END_MAGIC)
    if place >= 0 and len(tail) - place >= _END.size:
        length = _END.unpack_from(tail, place)[5]
        large = tail[max(0, place - _LARGE_SIZE) : place].startswith(_LARGE_MAGIC)
        if large or length > MAX_DIRECTORY_BYTES:
            raise ValueError("one with too many files in it")
    file.seek(0)


def npz_headers(file: IO[bytes]) -> dict[str, Header]:
    """The arrays of an npz file by name, without reading them."""
    with opened_zip(file) as archive:
        found = {}
        for entry in archive.infolist():
            if entry.filename.endswith(".npy"):
                with archive.open(entry) as content:
                    found[entry.filename.removesuffix(".npy")] = _npy_header(content)
        return found


def read_npz(file: IO[bytes], name: str) -> NDArray[Any]:
    """One array of an npz file, of numbers or truth values, at most 100,000 · 28 · 28 bytes."""
    with opened_zip(file) as archive, archive.open(f"{name}.npy") as content:
        header = _npy_header(content)
        if header.dtype.kind not in "biuf":
            raise ValueError(f"{name} as {header.dtype}, not numbers")
        body = _read_body(content, header)
        order: Any = "F" if header.fortran_order else "C"
        return np.frombuffer(body, header.dtype).reshape(header.shape, order=order)


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
            f"an array {_written(header.shape)} of {expected:,} bytes, more than the "
            f"{MAX_ARRAY_BYTES:,} of {MAX_IMAGES:,} images"
        )
    body = content.read(expected + 1)
    if len(body) != expected:
        there = "more" if len(body) > expected else f"{len(body):,}"
        raise ValueError(
            f"an array {_written(header.shape)} of {expected:,} bytes with {there} there"
        )
    return body


def _written(shape: tuple[int, ...]) -> str:
    return "×".join(str(length) for length in shape) or "of one value"


# ---------------------------------------------------------------- IDX, also packed with gzip


def idx_header(file: IO[bytes]) -> Header | None:
    """What an IDX file says of itself; None where it is no IDX file."""
    with _unpacked(file) as content:
        return _idx_header(content)


def read_idx(file: IO[bytes]) -> NDArray[np.uint8]:
    """The array of an IDX file of uint8, at most 100,000 · 28 · 28 bytes."""
    with _unpacked(file) as content:
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
def _unpacked(file: IO[bytes]) -> Iterator[IO[bytes]]:
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
