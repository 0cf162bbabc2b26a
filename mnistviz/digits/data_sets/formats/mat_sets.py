"""Read the .mat files of EMNIST, and others with arrays of images and labels."""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets.formats.array_blocks import Header
from mnistviz.digits.data_sets.formats.array_sets import NamedArray, set_of_arrays
from mnistviz.digits.data_sets.formats.files import DataFile, named_errors
from mnistviz.digits.data_sets.formats.raw import RawSet, images_of
from mnistviz.digits.data_sets.limits import MAX_CLASSES, MAX_WHOLE_BYTES

SUFFIXES = (".mat",)
# A MAT 5 file: 128 bytes of description, then elements with a type and a length.
_HEADER_BYTES, _COMPRESSED = 128, 15
_MAX_DEPTH = 5


def read(files: Sequence[DataFile], name: str) -> RawSet:
    """The set in .mat files of version 5. Raises `DataError`."""
    arrays: list[NamedArray] = []
    class_names: dict[str, str] = {}
    for file in files:
        with named_errors(file.name):
            content = _loaded(file)
        for path, array in _flattened(content, ""):
            if path.endswith("mapping"):
                class_names |= _mapped(array)
            else:
                arrays.append(_named(path, file, array))
    found = set_of_arrays(arrays, name, is_emnist=any("dataset" in one.name for one in arrays))
    return RawSet(found.parts, class_names, found.left_out, found.is_emnist)


def _loaded(file: DataFile) -> dict[str, Any]:
    with file.open() as content:
        raw = content.read(MAX_WHOLE_BYTES + 1)
    if len(raw) > MAX_WHOLE_BYTES:
        raise ValueError(f"over {MAX_WHOLE_BYTES // 10**6} MB")
    if raw.startswith(b"\x89HDF") or b"MATLAB 7.3" in raw[:_HEADER_BYTES]:
        raise ValueError(
            "a .mat file of version 7.3, which is HDF5 (save it with -v7, or its arrays as npz)"
        )
    _check_unpacked_size(raw)
    try:
        return dict(scipy.io.loadmat(io.BytesIO(raw), simplify_cells=True))
    # Damaged files make it raise anything.
    except Exception as error:
        raise ValueError(f"a .mat file that can't be read ({str(error)[:200]})") from None


def _check_unpacked_size(raw: bytes) -> None:
    """Raise `ValueError` where the elements would unpack to more than the limit."""
    place, total = _HEADER_BYTES, 0
    order = ">" if raw[126:128] == b"MI" else "<"
    while place + 8 <= len(raw):
        kind, length = struct.unpack_from(f"{order}II", raw, place)
        body = raw[place + 8 : place + 8 + length]
        place += 8 + length
        if kind == _COMPRESSED:
            unpacker = zlib.decompressobj()
            while body and not unpacker.eof:
                try:
                    total += len(unpacker.decompress(body, 2**24))
                except zlib.error as error:
                    raise ValueError(f"a .mat file that can't be read ({error})") from None
                body = unpacker.unconsumed_tail
                if total > MAX_WHOLE_BYTES:
                    raise ValueError(f"a .mat file of over {MAX_WHOLE_BYTES // 10**6} MB unpacked")
        if length == 0 and kind == 0:
            break


def _flattened(value: Mapping[str, Any], prefix: str, depth: int = 0) -> list[tuple[str, Any]]:
    """The arrays of nested structs with their paths, such as `dataset.train.images`."""
    found = []
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if isinstance(inner, Mapping) and depth < _MAX_DEPTH:
            found += _flattened(inner, f"{path}.", depth + 1)
        elif isinstance(inner, np.ndarray) and not key.startswith("__"):
            found.append((path, inner))
    return found


def _named(path: str, file: DataFile, array: NDArray[Any]) -> NamedArray:
    array = np.ascontiguousarray(array)
    header = Header(array.shape, array.dtype)
    return NamedArray(path, file.name, header, partial(images_of, array), lambda: array)


def _mapped(mapping: Any) -> dict[str, str]:
    """EMNIST's mapping: rows of a label and the codes of its characters."""
    if not isinstance(mapping, np.ndarray) or mapping.ndim != 2 or mapping.dtype.kind not in "iuf":
        return {}
    if len(mapping) > MAX_CLASSES or mapping.shape[1] < 2:
        return {}
    names = {}
    for label, *codes in mapping.tolist():
        letters = [chr(int(code)) for code in codes if 32 < code < 127]
        if not letters:
            raise DataError("mapping: expected the codes of characters, got others; leave it out")
        names[str(int(label))] = letters[0]
    return names
