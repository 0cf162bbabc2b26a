"""Read sets of named arrays: npz, npy, and the .mat files of EMNIST."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.errors import DataError
from mnistviz.core.safe_zip import open_zip
from mnistviz.digits.data_sets.formats.array_blocks import (
    Header,
    images_in,
    read_npy_header,
    read_whole,
)
from mnistviz.digits.data_sets.formats.files import DataFile, named_errors
from mnistviz.digits.data_sets.formats.part_names import part_in, part_of_path, role_in
from mnistviz.digits.data_sets.formats.raw import Images, Part, RawPart, RawSet
from mnistviz.digits.data_sets.limits import MAX_CLASSES

SUFFIXES = (".npz", ".npy")


@dataclass(frozen=True)
class NamedArray:
    """An array of a file, not read yet. `name` is its own, or that of its file where it has none.

    `place` is the path of its file, whose words may say the part.
    """

    name: str
    place: str
    header: Header
    images: Callable[[], Images]
    whole: Callable[[], NDArray[Any]]

    @property
    def part(self) -> Part | None:
        return part_in(self.name) or part_of_path(self.place)

    @property
    def source(self) -> str:
        file = PurePosixPath(self.place).name
        return file if self.name == file else f"{self.name} of {file}"


def read(files: Sequence[DataFile], name: str) -> RawSet:
    """The set in npz and npy files. Raises `DataError`."""
    arrays: list[NamedArray] = []
    for file in files:
        with named_errors(file.name):
            arrays += _arrays_in(file)
    return set_of_arrays(arrays, name)


def read_npz(raw: bytes, names: Sequence[str]) -> list[NDArray[Any]]:
    """The arrays with these names of an npz file. Raises `ValueError` for a file without one."""
    found = {one.name: one for one in _arrays_in(DataFile("a.npz", partial(io.BytesIO, raw)))}
    for name in names:
        if name not in found:
            raise ValueError(f"one without the array {name}")
    return [found[name].whole() for name in names]


def _arrays_in(file: DataFile) -> list[NamedArray]:
    if file.suffix == ".npy":
        with file.open() as content:
            header = read_npy_header(content)
        return [_named(PurePosixPath(file.name).name, file, header, partial(_npy_body, file))]
    with file.open() as content, open_zip(content) as archive:
        headers = {}
        for name in archive.names:
            if name.endswith(".npy"):
                with archive.open(name) as array:
                    headers[name] = read_npy_header(array)
    single = len(headers) == 1
    return [
        _named(
            PurePosixPath(file.name).name if single else name.removesuffix(".npy"),
            file,
            header,
            partial(_npz_body, file, name),
        )
        for name, header in headers.items()
    ]


def _named(
    name: str,
    file: DataFile,
    header: Header,
    open_body: Callable[[], AbstractContextManager[IO[bytes]]],
) -> NamedArray:
    return NamedArray(
        name,
        file.name,
        header,
        partial(images_in, header, open_body),
        partial(read_whole, header, open_body),
    )


@contextmanager
def _npy_body(file: DataFile) -> Iterator[IO[bytes]]:
    with named_errors(file.name), file.open() as content:
        read_npy_header(content)
        yield content


@contextmanager
def _npz_body(file: DataFile, name: str) -> Iterator[IO[bytes]]:
    with (
        named_errors(file.name),
        file.open() as content,
        open_zip(content) as archive,
        archive.open(name) as array,
    ):
        read_npy_header(array)
        yield array


# ---------------------------------------------------------------- which array is what


def set_of_arrays(arrays: Sequence[NamedArray], name: str, *, is_emnist: bool = False) -> RawSet:
    """The parts that named arrays make. Raises `DataError` where no images and labels are found."""
    images: dict[Part, list[NamedArray]] = {}
    labels: dict[Part, list[NamedArray]] = {}
    names: list[NamedArray] = []
    left_out: list[str] = []
    for array in arrays:
        part = array.part or "all"
        match _role(array):
            case "images":
                images.setdefault(part, []).append(array)
            case "labels":
                labels.setdefault(part, []).append(array)
            case "names":
                names.append(array)
            case None if _length(array):
                left_out.append(array.name)
    parts = []
    for part, found in images.items():
        pairs = [(one, other) for one in found for other in labels.get(part, ())]
        pairs = [(one, other) for one, other in pairs if _length(one) == _length(other)]
        if len(pairs) > 1:
            both = " and ".join(f"{one.source} with {other.source}" for one, other in pairs[:3])
            raise DataError(
                f"{name}: expected one array of images and one of labels for a part, got {both}; "
                "leave one out"
            )
        if not pairs:
            left_out += [one.name for one in found]
            continue
        one, other = pairs[0]
        with named_errors(name):
            parts.append(
                RawPart(part, one.images(), other.whole(), f"{one.source}, {other.source}")
            )
    if not parts:
        raise DataError(_no_pair(arrays, name))
    notes = tuple((f"the array {one}", 1) for one in left_out)
    return RawSet(tuple(parts), _class_names(names), notes, is_emnist=is_emnist)


def _no_pair(arrays: Sequence[NamedArray], name: str) -> str:
    found = ", ".join(f"{one.name} {'×'.join(map(str, one.header.shape))}" for one in arrays)
    return (
        f"{name}: expected arrays of images and labels of the same length, such as x_train and "
        f"y_train, got {found[:300] or 'no arrays'}; rename them"
    )


def _length(array: NamedArray) -> int:
    return array.header.shape[0] if array.header.shape else 0


def _role(array: NamedArray) -> str | None:
    """The role of an array by its name; by its shape where the name says nothing."""
    shape, kind = array.header.shape, array.header.dtype.kind
    role = role_in(array.name)
    if role == "names":
        return "names"
    if not shape or shape[0] == 0:
        return None
    size = int(np.prod(shape[1:], dtype=np.int64))
    if role == "labels" or (role is None and size <= MAX_CLASSES and len(shape) <= 2):
        return "labels"
    if size >= 16 and kind in "biuf" and 2 <= len(shape) <= 4:
        return "images"
    return None


def _class_names(arrays: Sequence[NamedArray]) -> dict[str, str]:
    for array in arrays:
        shape = array.header.shape
        is_list = array.header.dtype.kind in "US" and len(shape) == 1
        if is_list and 2 <= shape[0] <= MAX_CLASSES:
            texts = [
                one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
                for one in array.whole().tolist()
            ]
            return {str(number): text for number, text in enumerate(texts)}
    return {}
