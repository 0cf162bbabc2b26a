"""A person's own labelled digits: npz, IDX files, or pictures in a folder for each class.

Read by path or from uploaded bytes. Names and layouts of MNIST, Fashion-MNIST and KMNIST are
known. Nothing is extracted or unpickled, and every read has a limit.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zipfile import ZipInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.safe_zip import SafeZip, open_zip
from mnistviz.core.spec import IMAGE_SIZE, NUM_CLASSES
from mnistviz.digits import array_files
from mnistviz.digits.array_files import MAX_IMAGES
from mnistviz.digits.drawing import pictures, preprocessing

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
IDX_SUFFIXES = ("-ubyte", ".ubyte", ".idx", ".gz")
# What an upload widget should let through.
UPLOAD_TYPES = ("npz", "zip", "gz", "idx", "ubyte", *(suffix[1:] for suffix in SUFFIXES))

# Of a zip within a zip, which an npz is: the largest array, its labels and headers.
MAX_UNZIPPED = array_files.MAX_ARRAY_BYTES + 2_000_000
# A hundred thousand pictures, and what else may lie beside them.
MAX_FILES = MAX_IMAGES + 1_000

# The names of a pair of arrays, in the order in which they are preferred.
PAIRS = (
    ("x_test", "y_test"),
    ("images", "labels"),
    ("x", "y"),
    ("x_train", "y_train"),
)
WANTED = (
    "expected labelled digits: an npz with x_test and y_test, x_train and y_train, or images and "
    "labels; a pair of IDX files; or pictures in folders named 0 to 9"
)


@dataclass(frozen=True)
class LabelledSet:
    """Images `(n, 28, 28)` uint8, 0 = paper, 255 = ink; labels `(n,)` uint8, 0 to 9; n ≥ 1.

    `how` says in one sentence what was read, and what was done to it.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    how: str = ""


@dataclass(frozen=True)
class _File:
    """A file by its path within what was given, not read yet."""

    name: str
    open: Callable[[], IO[bytes]]


def read_path(path: Path) -> LabelledSet:
    """Read a file, a zip or a folder. Of a pair of files, either names both.

    Where there is a test and a training part, the test part is read. Raises `DataError`.
    """
    try:
        if path.is_dir():
            found = _files_below(path)
            files = [_at(file, file.relative_to(path).as_posix()) for file in found]
        elif path.is_file():
            beside = [path, *(other for other in _partners(path) if other.is_file())]
            files = [_at(file, file.name) for file in beside[:2]]
        else:
            raise DataError(f"{path}: {WANTED}, found nothing there; check the path")
        return _read(files, path.name)
    except OSError as error:
        raise DataError(
            f"{path}: {WANTED}, can't be read ({error.strerror or error}); check the path"
        ) from None


def read_uploads(uploads: Sequence[tuple[str, bytes]]) -> LabelledSet:
    """Read uploaded files, each with its name or its path in an uploaded folder.

    Raises `DataError`.
    """
    if not uploads:
        raise DataError(f"{WANTED}, got no file; choose one")
    files = [_File(name.replace("\\", "/"), partial(io.BytesIO, raw)) for name, raw in uploads]
    first = PurePosixPath(files[0].name)
    return _read(files, first.parts[0] if len(first.parts) > 1 else first.name)


def _at(path: Path, name: str) -> _File:
    return _File(name, partial(io.FileIO, path))


def _files_below(folder: Path) -> list[Path]:
    found = list(islice((file for file in folder.rglob("*") if file.is_file()), MAX_FILES + 1))
    if len(found) > MAX_FILES:
        raise DataError(
            f"{folder}: expected at most {MAX_FILES:,} files below this folder, got more; "
            "give the folder of the data set alone"
        )
    return sorted(found)


def _partners(path: Path) -> Iterator[Path]:
    """Where the labels of an images file are, or the images of a labels file."""
    swaps = (("images", "labels"), ("imgs", "labels"), ("labels", "images"), ("labels", "imgs"))
    for word, other in swaps:
        if word in path.name:
            name = path.name.replace(word, other)
            name = (
                name.replace("idx3", "idx1") if other == "labels" else name.replace("idx1", "idx3")
            )
            yield path.with_name(name)
            yield path.with_name(name.removesuffix(".gz") if name.endswith(".gz") else f"{name}.gz")


# ---------------------------------------------------------------- which layout


def _read(files: Sequence[_File], name: str) -> LabelledSet:
    with ExitStack() as stack:
        there = [inner for file in files for inner in _inside(file, stack)]
        arrays = [file for file in there if _suffix(file) == ".npz"]
        if arrays:
            return _from_npz(arrays, name)
        pictures = [file for file in there if _suffix(file) in SUFFIXES]
        if pictures and all(_suffix(file) not in IDX_SUFFIXES for file in there):
            return _from_pictures(pictures, name)
        return _from_idx(there, name)


def _suffix(file: _File) -> str:
    """The suffix in small letters; MNIST's own names end in -ubyte and have none."""
    name = PurePosixPath(file.name).name.lower()
    return "-ubyte" if name.endswith("-ubyte") else PurePosixPath(name).suffix


def _inside(file: _File, stack: ExitStack) -> Iterable[_File]:
    """The file, or those in it where it is a zip. Hidden ones are passed over."""
    if any(part[0] in "._" for part in PurePosixPath(file.name).parts):
        return
    if _suffix(file) != ".zip":
        yield file
        return
    with _refused(file.name):
        archive = stack.enter_context(open_zip(stack.enter_context(file.open())))
    for entry in archive.entries:
        parts = PurePosixPath(entry.filename).parts
        if parts and not any(part[0] in "._" for part in parts):
            yield _File(entry.filename, partial(_unzipped, archive, entry))


def _unzipped(archive: SafeZip, entry: ZipInfo) -> IO[bytes]:
    """An entry of a zip as bytes, as many as any reader here takes."""
    return io.BytesIO(archive.read(entry, MAX_UNZIPPED, "a file"))


@contextmanager
def _refused(name: str) -> Iterator[None]:
    """What a reader of files says, as a `DataError`."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise DataError(f"{name}: {WANTED}, got {error}; save it again") from None


def _part(name: str) -> int:
    """0 for a test part, 1 for one that says nothing, 2 for a training part."""
    if re.search("test|t10k", name.lower()):
        return 0
    return 2 if "train" in name.lower() else 1


# ---------------------------------------------------------------- npz


def _from_npz(files: Sequence[_File], name: str) -> LabelledSet:
    headers = {}
    for file in files:
        with _refused(file.name), file.open() as content:
            headers[file] = array_files.npz_headers(content)
    for file, found in sorted(headers.items(), key=lambda item: _part(item[0].name)):
        for images, labels in PAIRS:
            if images in found and labels in found:
                with _refused(file.name), file.open() as content:
                    pixels = array_files.read_npz(content, images)
                    digits = array_files.read_npz(content, labels)
                return _checked(name, pixels, digits, f"{images} and {labels} of {file.name}")
    # KMNIST has two files with one array each.
    single = {file: next(iter(found.items())) for file, found in headers.items() if len(found) == 1}
    pair = _pair({file: len(header.shape) for file, (_, header) in single.items()})
    if pair:
        read = []
        for file in pair:
            with _refused(file.name), file.open() as content:
                read.append(array_files.read_npz(content, single[file][0]))
        return _checked(name, read[0], read[1], " and ".join(file.name for file in pair))
    names = ", ".join(sorted({key for found in headers.values() for key in found})) or "none"
    raise DataError(f"{name}: {WANTED}, got an npz with the arrays {names[:200]}; rename them")


def _pair(dimensions: dict[_File, int]) -> tuple[_File, _File] | None:
    """Images and labels that belong together: the test part where there are two."""
    for part in range(3):
        mine = {file: count for file, count in dimensions.items() if _part(file.name) == part}
        images = [file for file, count in mine.items() if count > 1]
        labels = [file for file, count in mine.items() if count == 1]
        if len(images) == len(labels) == 1:
            return images[0], labels[0]
    return None


# ---------------------------------------------------------------- IDX


def _from_idx(files: Sequence[_File], name: str) -> LabelledSet:
    dimensions = {}
    names = {file.name for file in files}
    for file in files:
        # Who unpacks MNIST's files often keeps the packed ones beside them.
        if file.name.endswith(".gz") and file.name.removesuffix(".gz") in names:
            continue
        with _refused(file.name), file.open() as content:
            if header := array_files.idx_header(content):
                dimensions[file] = len(header.shape)
    pair = _pair(dimensions)
    if pair is None:
        kinds = sorted("labels" if count == 1 else "images" for count in dimensions.values())
        found = " and ".join(kinds) or f"{len(files)} files of other kinds"
        mend = "give both files, images and labels" if len(kinds) == 1 else "choose others"
        raise DataError(f"{name}: {WANTED}, got {found}; {mend}")
    read = []
    for file in pair:
        with _refused(file.name), file.open() as content:
            read.append(array_files.read_idx(content))
    return _checked(name, read[0], read[1], " and ".join(file.name for file in pair))


# ---------------------------------------------------------------- what the arrays must be


def _checked(name: str, images: NDArray[Any], labels: NDArray[Any], of: str) -> LabelledSet:
    pixels = _pixels(name, images)
    if labels.shape != (len(pixels),):
        raise DataError(
            f"{name}: expected a label for each of {len(pixels):,} images, got labels of shape "
            f"{labels.shape}; give the labels that belong to these images"
        )
    if not len(pixels):
        raise DataError(f"{name}: expected at least one image, got none; choose another file")
    digits = _digits(name, labels)
    return LabelledSet(name, pixels, digits, f"{len(pixels):,} images as they are: {of}.")


def _pixels(name: str, images: NDArray[Any]) -> NDArray[np.uint8]:
    size = (IMAGE_SIZE, IMAGE_SIZE)
    shape = images.shape
    if shape[1:] not in (size, (*size, 1), (IMAGE_SIZE**2,)):
        raise DataError(
            f"{name}: expected images of 28×28 pixels, shape (n, 28, 28), got shape {shape}; "
            "bring them to 28×28 or give them as pictures in folders named 0 to 9"
        )
    images = images.reshape(-1, *size)
    if images.dtype == np.uint8 or not images.size:
        return images.astype(np.uint8, copy=False)
    least, most = images.min(), images.max()
    # NaN fails both comparisons.
    if not (least >= 0 and most <= 255):
        raise DataError(
            f"{name}: expected pixels from 0, paper, to 255, ink, or to 1, got {least} to {most}; "
            "scale them"
        )
    if images.dtype.kind in "bf" and most <= 1:
        return np.round(images.astype(np.float64) * 255).astype(np.uint8)
    return np.round(images).astype(np.uint8)


def _digits(name: str, labels: NDArray[Any]) -> NDArray[np.uint8]:
    right = (labels >= 0) & (labels < NUM_CLASSES) & (labels == np.floor(labels))
    if labels.dtype.kind == "b" or not right.all():
        wrong = labels if labels.dtype.kind == "b" else labels[~right]
        raise DataError(
            f"{name}: expected labels from 0 to 9, got {wrong[0]} in {len(wrong):,} of "
            f"{len(labels):,}; leave out what is no digit"
        )
    return labels.astype(np.uint8)


# ---------------------------------------------------------------- pictures


def _from_pictures(files: Sequence[_File], name: str) -> LabelledSet:
    if len(files) > MAX_IMAGES:
        raise DataError(
            f"{name}: expected at most {MAX_IMAGES:,} pictures, got {len(files):,}; give a part"
        )
    labels = np.array([_class(file, name) for file in files], np.uint8)
    images = np.zeros((len(files), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    as_they_are = blank = 0
    for number, file in enumerate(files):
        with _refused(file.name), file.open() as content:
            raw = content.read(pictures.MAX_BYTES + 1)
        if (taken := _of_our_size(raw)) is not None:
            images[number] = taken
            as_they_are += 1
            continue
        try:
            stages = preprocessing.normalise(pictures.read_picture(raw))
        except DrawingError as error:
            raise DataError(f"{file.name}: {error}") from None
        images[number] = np.round(stages.image * 255)
        blank += stages.blank
    scaled = len(files) - as_they_are
    how = [f"{as_they_are:,} pictures of 28×28 pixels as they are"] if as_they_are else []
    if scaled:
        how.append(f"{scaled:,} pictures scaled and centred the way MNIST was made")
    if blank:
        how.append(f"{blank:,} of them blank")
    return LabelledSet(name, images, labels, f"{'; '.join(how)}.")


def _class(file: _File, name: str) -> int:
    folder = PurePosixPath(file.name).parent.name
    if re.fullmatch("[0-9]", folder):
        return int(folder)
    where = f"in the folder {folder!r}" if folder else "in no folder"
    raise DataError(
        f"{name}: expected pictures in folders named 0 to 9, got "
        f"{PurePosixPath(file.name).name} {where}; move it, then give the folder around them or a "
        "zip of it"
    )


def _of_our_size(raw: bytes) -> NDArray[np.uint8] | None:
    """A picture of 28×28 grey pixels as it is, white on black; None for every other one."""
    try:
        with Image.open(io.BytesIO(raw), formats=pictures.PILLOW_FORMATS) as picture:
            plain = picture.mode in ("1", "L", "P", "RGB") and not picture.has_transparency_data
            if picture.size != (IMAGE_SIZE, IMAGE_SIZE) or not plain:
                return None
            pixels = np.asarray(picture.convert("RGB").convert("L"))
    # Whatever Pillow's parsers stumble on, `drawing.read_picture` says it in words.
    except Exception:
        return None
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return np.uint8(255) - pixels if np.median(border) > 127 else pixels
