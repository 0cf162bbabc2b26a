"""Read sets of pictures: a folder for each class, or labels in the names."""

import hashlib
import io
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.types.arrays import IntArray
from mnistviz.digits.data_sets.formats.files import DataFile, named_errors
from mnistviz.digits.data_sets.formats.part_names import part_in, part_of_path, words_of
from mnistviz.digits.data_sets.formats.raw import Block, Images, Part, RawPart, RawSet
from mnistviz.digits.data_sets.limits import (
    MAX_CLASSES,
    MAX_IMAGES_IN_FILE,
    MAX_PICTURE_BYTES,
    MAX_SIDE,
)
from mnistviz.digits.drawing import pictures

SUFFIXES = pictures.PICTURE_SUFFIXES
# Where there are other pictures, a document says something about them.
_DOCUMENT = ".pdf"
_ROWS = 512
# Pictures of more pixels are first made smaller while they are decoded.
_WORKING_SIDE = 256


def read(files: Sequence[DataFile], name: str) -> RawSet:
    """The set in pictures. Those without a label and copies are left out and counted."""
    if len(files) > MAX_IMAGES_IN_FILE:
        raise DataError(f"{name}: expected fewer pictures, got {len(files):,}; give a part")
    documents = [file for file in files if file.suffix == _DOCUMENT]
    if len(documents) < len(files):
        files = [file for file in files if file.suffix != _DOCUMENT]
    else:
        documents = []
    labels = {file.name: _folder_label(file.name) for file in files}
    folders = {label for label in labels.values() if label}
    # A folder with the name of a digit is one of several classes.
    if len(folders) < 2 and not (folders and folders <= set(DIGIT_NAMES)):
        named = _labels_in_names(files)
        labels = named if any(named.values()) else labels
    labelled = [file for file in files if labels[file.name]]
    unlabelled = Counter(
        str(PurePosixPath(file.name).parent) for file in files if not labels[file.name]
    )
    left_out = [(f"pictures without a label in {folder}", n) for folder, n in unlabelled.items()]
    left_out += [(f"the file {PurePosixPath(file.name).name}", 1) for file in documents]
    if not labelled:
        raise DataError(
            f"{name}: expected pictures in a folder for each class, or labels in their names, got "
            f"{len(files):,} pictures without labels, such as {files[0].name}; put them in folders"
        )
    kept = _without_twins(labelled, labels)
    if len(kept) < len(labelled):
        left_out.append(("copies of pictures in another folder", len(labelled) - len(kept)))
    parts: dict[Part, list[DataFile]] = {}
    for file in kept:
        parts.setdefault(part_of_path(file.name) or "all", []).append(file)
    raw_parts = [
        RawPart(
            part,
            Images(len(of_part), (), np.dtype(np.uint8), partial(_blocks, of_part)),
            np.array([labels[file.name] for file in of_part]),
            f"{len(of_part):,} pictures",
            partial(_picture, of_part),
        )
        for part, of_part in parts.items()
    ]
    return RawSet(tuple(raw_parts), {}, tuple(left_out), is_emnist="emnist" in name.lower())


def _folder_label(path: str) -> str:
    """The name of the nearest folder that is no part, such as `7` of `train/7/a.png`, or ""."""
    for folder in reversed(PurePosixPath(path).parts[:-1]):
        # `testSet` is a part, `test tube` a class.
        if part_in(folder) is None or not _is_part_name(folder):
            return folder
        return ""
    return ""


def _is_part_name(folder: str) -> bool:
    others = ("set", "sample", "data", "images", "img", "part", "split", "pictures")
    return all(part_in(word) is not None or word in others for word in words_of(folder))


def _labels_in_names(files: Sequence[DataFile]) -> dict[str, str]:
    """The first or the last word of the files' names, whichever has fewer and enough values."""
    words = {
        file.name: [one for one in re.split(r"[^A-Za-z0-9]+", PurePosixPath(file.name).stem) if one]
        for file in files
    }
    candidates = []
    for index in (0, -1):
        found = {name: (some[index] if len(some) > 1 else "") for name, some in words.items()}
        distinct = {label for label in found.values() if label}
        if 2 <= len(distinct) <= MAX_CLASSES:
            candidates.append((len(distinct), found))
    if not candidates:
        return dict.fromkeys(words, "")
    return min(candidates, key=lambda each: each[0])[1]


def _without_twins(files: Sequence[DataFile], labels: dict[str, str]) -> list[DataFile]:
    """The files without those of the same name, label and content in another folder."""
    by_key: dict[tuple[str, str], list[DataFile]] = {}
    for file in files:
        by_key.setdefault((PurePosixPath(file.name).name, labels[file.name]), []).append(file)
    kept = []
    for same in by_key.values():
        seen = set()
        for file in same:
            digest = b"" if len(same) == 1 else _digest(file)
            if digest not in seen:
                kept.append(file)
            seen.add(digest)
    return kept


def _digest(file: DataFile) -> bytes:
    with named_errors(file.name), file.open() as content:
        return hashlib.sha256(content.read(MAX_PICTURE_BYTES + 1)).digest()


def _blocks(files: Sequence[DataFile], chosen: IntArray) -> Iterator[Block]:
    for start in range(0, len(chosen), _ROWS):
        yield [_decoded_file(files[index]) for index in chosen[start : start + _ROWS]]


def _picture(files: Sequence[DataFile], number: int) -> tuple[str, bytes]:
    file = files[number]
    with named_errors(file.name), file.open() as content:
        return file.name, content.read(MAX_PICTURE_BYTES + 1)


def _decoded_file(file: DataFile) -> NDArray[Any]:
    found = decoded(_picture([file], 0)[1])
    # An array without a pixel stands for a picture that can't be read.
    return np.zeros((0, 0), np.uint8) if found is None else found


def decoded(raw: bytes) -> NDArray[Any] | None:
    """The pixels (height, width) or (height, width, 3) of a picture, or None for a damaged one.

    Transparent places become white paper. Large pictures are made smaller.
    """
    if len(raw) > MAX_PICTURE_BYTES:
        return None
    try:
        with (
            warnings.catch_warnings(),
            Image.open(io.BytesIO(raw), formats=pictures.PILLOW_FORMATS) as picture,
        ):
            warnings.simplefilter("ignore")
            if max(picture.size) > MAX_SIDE:
                return None
            picture.draft("L", (_WORKING_SIDE, _WORKING_SIDE))
            grey = _grey(picture)
            if max(grey.size) > 2 * _WORKING_SIDE:
                grey.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX)
            return np.asarray(grey)
    except UnidentifiedImageError:
        return _decoded_with_more_packages(raw)
    # Pillow raises any exception for a damaged file.
    except Exception:
        return None


def _decoded_with_more_packages(raw: bytes) -> NDArray[Any] | None:
    """The pixels (height, width, 3) of a HEIF picture or of a document's first page."""
    try:
        return pictures.open_picture(raw)
    except DrawingError:
        return None


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode == "L":
        picture.load()
        return picture
    if picture.mode.startswith("I;16") or picture.mode == "I":
        values = np.asarray(picture).astype(np.float64)
        return Image.fromarray((values / 257 if values.max() > 255 else values).astype(np.uint8))
    if picture.has_transparency_data:
        full = picture.convert("RGBA")
        paper = Image.new("RGBA", full.size, "white")
        return Image.alpha_composite(paper, full).convert("L")
    return picture.convert("L")
