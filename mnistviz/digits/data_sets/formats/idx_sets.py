"""Read sets of IDX files: MNIST, Fashion-MNIST, KMNIST, EMNIST and QMNIST in their own files."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import IO

import numpy as np

from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets.formats.array_blocks import (
    Header,
    images_in,
    read_idx_header,
    read_whole,
    unpacked,
)
from mnistviz.digits.data_sets.formats.files import DataFile, named_errors
from mnistviz.digits.data_sets.formats.part_names import Role, part_of_path, role_in, set_words
from mnistviz.digits.data_sets.formats.raw import Part, RawPart, RawSet

SUFFIXES = (".gz", ".idx", ".ubyte", "-ubyte", ".idx3-ubyte", ".idx1-ubyte", "-int", ".idx2-int")
# QMNIST's labels: the first of eight numbers is the class.
_QMNIST_COLUMNS = 8


@dataclass(frozen=True)
class _IdxFile:
    file: DataFile
    header: Header

    @property
    def part(self) -> Part:
        return part_of_path(self.file.name) or "all"

    @property
    def role(self) -> Role:
        said = role_in(PurePosixPath(self.file.name).name)
        if len(self.header.shape) == 1:
            return "labels"
        is_qmnist = len(self.header.shape) == 2 and self.header.shape[1] == _QMNIST_COLUMNS
        return said or ("labels" if is_qmnist else "images")

    @property
    def set_name(self) -> str:
        return "-".join(set_words(self.file.name))


def find(files: Sequence[DataFile]) -> list[DataFile]:
    """The files that begin as IDX files do, packed or not."""
    found = []
    for file in files:
        if file.suffix in SUFFIXES or not file.suffix:
            try:
                if _header(file):
                    found.append(file)
            except (ValueError, DataError):
                # It begins as an IDX file, or is packed and damaged: reading it says what is wrong.
                found.append(file)
    return found


def _header(file: DataFile) -> Header | None:
    with file.open() as content, unpacked(content) as plain:
        return read_idx_header(plain)


@contextmanager
def _body(file: DataFile) -> Iterator[IO[bytes]]:
    with named_errors(file.name), file.open() as content, unpacked(content) as plain:
        read_idx_header(plain)
        yield plain


def read(files: Sequence[DataFile], name: str) -> RawSet:
    """The set in pairs of IDX files. Raises `DataError`."""
    found, left_out = [], []
    for file in files:
        with named_errors(file.name):
            header = _header(file)
        if header is None:
            left_out.append((PurePosixPath(file.name).name, 1))
        else:
            found.append(_IdxFile(file, header))
    set_names = sorted({one.set_name for one in found})
    if len(set_names) > 1:
        raise DataError(
            f"{name}: expected the files of one data set, got those of {len(set_names)}: "
            f"{', '.join(one or 'one without a name' for one in set_names[:8])}; give those of one"
        )
    parts = []
    for part in ("train", "validation", "test", "all"):
        of_part = [one for one in found if one.part == part]
        if not of_part:
            continue
        images, labels = (
            _only([one for one in of_part if one.role == role], name)
            for role in ("images", "labels")
        )
        if images is None or labels is None:
            missing, there = ("images", labels) if images is None else ("labels", images)
            found_name = PurePosixPath(there.file.name).name if there else "none"
            raise DataError(
                f"{name}: expected a pair of IDX files, images and labels, got {found_name} "
                f"without its {missing}; give both files"
            )
        parts.append(_raw_part(part, images, labels))
    if not parts:
        raise DataError(f"{name}: expected IDX files, got none; choose other files")
    is_emnist = any("emnist" in one.file.name.lower() for one in found)
    return RawSet(tuple(parts), {}, tuple(left_out), is_emnist=is_emnist)


def _raw_part(part: Part, images: _IdxFile, labels: _IdxFile) -> RawPart:
    with named_errors(labels.file.name):
        array = read_whole(labels.header, partial(_body, labels.file))
    if array.ndim == 2 and array.shape[1] == _QMNIST_COLUMNS and array.dtype != np.uint8:
        array = array[:, 0]
    with named_errors(images.file.name):
        found = images_in(images.header, partial(_body, images.file))
    source = f"{PurePosixPath(images.file.name).name}, {PurePosixPath(labels.file.name).name}"
    return RawPart(part, found, array, source)


def _only(files: Sequence[_IdxFile], name: str) -> _IdxFile | None:
    """The one of several files, of which all must have the same content."""
    if not files:
        return None
    digests = {_content_digest(one.file) for one in files[:9]} if len(files) > 1 else {""}
    if len(digests) > 1:
        names = ", ".join(one.file.name for one in files[:4])
        raise DataError(
            f"{name}: expected one file of {files[0].role} for a part, got {len(files)} that "
            f"differ: {names}; give one of them"
        )
    return files[0]


def _content_digest(file: DataFile) -> str:
    digest = hashlib.sha256()
    with named_errors(file.name), file.open() as content, unpacked(content) as plain:
        while block := plain.read(2**20):
            digest.update(block)
    return digest.hexdigest()
