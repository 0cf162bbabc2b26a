"""Read large arrays of npz, npy and IDX files in blocks, within limits and without pickle.

All functions raise `ValueError`; its text completes a sentence that ends in "got".
"""

import gzip
import math
import struct
import tokenize
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.types.arrays import IntArray
from mnistviz.digits.data_sets.formats.raw import Block, Images, images_of, rows_of_block
from mnistviz.digits.data_sets.limits import MAX_ARRAY_BYTES, MAX_IMAGES_IN_FILE, MAX_WHOLE_BYTES

# IDX (http://yann.lecun.com/exdb/mnist): two zero bytes, the type of the data, the number of
# dimensions, then each as a big-endian uint32.
_IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
# What NumPy raises for a damaged header, which it parses as a Python literal.
DAMAGED_HEADER = (SyntaxError, tokenize.TokenError, RecursionError, MemoryError)
_GZIP_MAGIC = b"\x1f\x8b"
# Opens the array's body, just behind its header.
OpenBody = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class Header:
    """The header of an array in a file."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool = False

    @property
    def num_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


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


def read_npy_header(content: Any) -> Header:
    """The header of an array, with the position of the file behind it. It is never unpickled."""
    try:
        version = np.lib.format.read_magic(content)
        if version == (1, 0):
            shape, fortran, dtype = np.lib.format.read_array_header_1_0(content)
        elif version == (2, 0):
            shape, fortran, dtype = np.lib.format.read_array_header_2_0(content)
        else:
            raise ValueError(f"an array in version {version[0]}.{version[1]} of its format")
    except DAMAGED_HEADER as error:
        raise ValueError(f"an array that can't be read ({str(error)[:200]})") from None
    return _checked(Header(shape, dtype, fortran))


def read_idx_header(content: IO[bytes]) -> Header | None:
    """The header of an IDX file, with the position behind it; None for another file."""
    magic = content.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _IDX_TYPES:
        return None
    if not 1 <= magic[3] <= 4:
        return None
    lengths = content.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise ValueError("an IDX file that ends in its header")
    dtype = np.dtype(_IDX_TYPES[magic[2]])
    return _checked(Header(struct.unpack(f">{magic[3]}I", lengths), dtype))


def _checked(header: Header) -> Header:
    length = header.shape[0] if header.shape else 0
    text = "×".join(map(str, header.shape)) or "of one value"
    if min(header.shape, default=0) < 0 or length > MAX_IMAGES_IN_FILE:
        raise ValueError(f"an array {text}, more than {MAX_IMAGES_IN_FILE:,} images")
    if header.num_bytes > MAX_ARRAY_BYTES:
        limit = MAX_ARRAY_BYTES // 10**6
        raise ValueError(f"an array {text} of {header.num_bytes:,} bytes, more than {limit:,} MB")
    return header


def read_whole(header: Header, open_body: OpenBody) -> NDArray[Any]:
    """The array of a header. Raises `ValueError` for one of objects or of too many bytes."""
    if header.dtype.hasobject:
        raise ValueError("an array of Python objects, which are never loaded")
    if header.num_bytes > MAX_WHOLE_BYTES:
        raise ValueError(f"an array of {header.num_bytes:,} bytes where {MAX_WHOLE_BYTES:,} fit")
    with open_body() as content:
        body = content.read(header.num_bytes + 1)
    _check_length(header, len(body), more=len(body) > header.num_bytes)
    order: Any = "F" if header.fortran_order else "C"
    return np.frombuffer(body, header.dtype).reshape(header.shape, order=order)


def _check_length(header: Header, length: int, *, more: bool) -> None:
    if length != header.num_bytes:
        text = "×".join(map(str, header.shape))
        actual = "more" if more else f"{length:,}"
        raise ValueError(f"an array {text} of {header.num_bytes:,} bytes with {actual} there")


def images_in(header: Header, open_body: OpenBody) -> Images:
    """The images of an array in a file, which is opened for each pass over them."""
    if header.dtype.kind not in "biuf":
        raise ValueError(f"images as {header.dtype}, not numbers")
    if header.fortran_order:
        whole = np.ascontiguousarray(read_whole(header, open_body))
        return images_of(whole)
    shape, dtype = header.shape[1:], header.dtype
    rows = rows_of_block(shape, dtype)
    size = math.prod(shape) * dtype.itemsize

    def blocks(chosen: IntArray) -> Iterator[Block]:
        done = 0
        with open_body() as content:
            for start in range(0, header.shape[0], rows):
                count = min(rows, header.shape[0] - start)
                raw = content.read(count * size)
                done += len(raw)
                if len(raw) < count * size:
                    _check_length(header, done, more=False)
                first, last = np.searchsorted(chosen, (start, start + count))
                if first < last:
                    block = np.frombuffer(raw, dtype).reshape(count, *shape)
                    yield block if last - first == count else block[chosen[first:last] - start]
            if content.read(1):
                _check_length(header, done + 1, more=True)

    return Images(header.shape[0], shape, dtype, blocks)
