"""The file formats of labelled sets: npz, IDX, and pictures in a folder for each class.

`FORMATS` is the only list of them. Reading, errors, uploaders, command-line help and tests are made
from it: a new format is a reader and an entry.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits import array_files
from mnistviz.digits.array_files import MAX_IMAGES
from mnistviz.digits.drawing import pictures, preprocessing
from mnistviz.digits.labelled_sets import LabelledSet, labelled_set_of

# The names of a pair of arrays in an npz file; the first pair that is present is read.
ARRAY_NAMES = (("x_test", "y_test"), ("images", "labels"), ("x", "y"), ("x_train", "y_train"))


@dataclass(frozen=True)
class DataFile:
    """A file that was given: its path within the folder, zip or upload, and how to open it."""

    name: str
    open: Callable[[], IO[bytes]]

    @property
    def suffix(self) -> str:
        """The suffix in lower case; "-ubyte" for MNIST's own names, which have none."""
        name = PurePosixPath(self.name).name.lower()
        return "-ubyte" if name.endswith("-ubyte") else PurePosixPath(name).suffix


@dataclass(frozen=True)
class DataSetFormat:
    """A file format of labelled sets. Files with one of its suffixes are passed to `read`.

    `read` takes the files and the name of the set, and raises `DataError`. The other fields are
    phrases for people, for an error, an uploader, its help, and the command line.
    """

    suffixes: tuple[str, ...]
    read: Callable[[Sequence[DataFile], str], LabelledSet]
    expected: str
    upload: str
    upload_help: str
    path: str
    plural: str


@contextmanager
def file_errors(name: str) -> Iterator[None]:
    """Raise errors of a file's reader as `DataError` with the name of the file."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise DataError(f"{name}: {EXPECTED}, got {error}; save it again") from None


def find_format(files: Sequence[DataFile]) -> DataSetFormat:
    """Return the first format with a suffix of one of the files.

    Without a known suffix it is IDX, whose files are recognised by their first bytes.
    """
    suffixes = {file.suffix for file in files}
    return next((found for found in FORMATS if suffixes & set(found.suffixes)), IDX)


def _part(name: str) -> int:
    """0 for a test part, 2 for a training part, 1 if the name contains neither."""
    if re.search("test|t10k", name.lower()):
        return 0
    return 2 if "train" in name.lower() else 1


def _find_pair(num_dimensions: dict[DataFile, int]) -> tuple[DataFile, DataFile] | None:
    """The images and labels that belong together: of the test part, if there are two parts."""
    for part in range(3):
        of_part = {file: num for file, num in num_dimensions.items() if _part(file.name) == part}
        images = [file for file, num in of_part.items() if num > 1]
        labels = [file for file, num in of_part.items() if num == 1]
        if len(images) == len(labels) == 1:
            return images[0], labels[0]
    return None


# ---------------------------------------------------------------- npz


def _read_npz(files: Sequence[DataFile], name: str) -> LabelledSet:
    headers = {}
    for file in files:
        if file.suffix in NPZ.suffixes:
            with file_errors(file.name), file.open() as content:
                headers[file] = array_files.npz_headers(content)
    for file, names in sorted(headers.items(), key=lambda item: _part(item[0].name)):
        for images, labels in ARRAY_NAMES:
            if images in names and labels in names:
                arrays = [_read_array(file, images), _read_array(file, labels)]
                source = f"{images} and {labels} of {file.name}"
                return labelled_set_of(name, arrays[0], arrays[1], source)
    # KMNIST has two files with one array each.
    single = {file: next(iter(names.items())) for file, names in headers.items() if len(names) == 1}
    pair = _find_pair({file: len(header.shape) for file, (_, header) in single.items()})
    if pair:
        arrays = [_read_array(file, single[file][0]) for file in pair]
        source = " and ".join(file.name for file in pair)
        return labelled_set_of(name, arrays[0], arrays[1], source)
    all_names = ", ".join(sorted({key for names in headers.values() for key in names})) or "none"
    raise DataError(
        f"{name}: {EXPECTED}, got an npz with the arrays {all_names[:200]}; rename them"
    )


def _read_array(file: DataFile, array_name: str) -> NDArray[np.generic]:
    with file_errors(file.name), file.open() as content:
        return array_files.read_npz(content, array_name)


# ---------------------------------------------------------------- IDX


def _read_idx(files: Sequence[DataFile], name: str) -> LabelledSet:
    num_dimensions = {}
    names = {file.name for file in files}
    for file in files:
        # A compressed file is often beside its decompressed copy.
        if file.name.endswith(".gz") and file.name.removesuffix(".gz") in names:
            continue
        with file_errors(file.name), file.open() as content:
            if header := array_files.idx_header(content):
                num_dimensions[file] = len(header.shape)
    pair = _find_pair(num_dimensions)
    if pair is None:
        kinds = sorted("labels" if num == 1 else "images" for num in num_dimensions.values())
        actual = " and ".join(kinds) or f"{len(files)} files of other kinds"
        remedy = "give both files, images and labels" if len(kinds) == 1 else "choose others"
        raise DataError(f"{name}: {EXPECTED}, got {actual}; {remedy}")
    arrays = []
    for file in pair:
        with file_errors(file.name), file.open() as content:
            arrays.append(array_files.read_idx(content))
    return labelled_set_of(name, arrays[0], arrays[1], " and ".join(file.name for file in pair))


# ---------------------------------------------------------------- pictures


def _read_pictures(files: Sequence[DataFile], name: str) -> LabelledSet:
    files = [file for file in files if file.suffix in PICTURES.suffixes]
    if len(files) > MAX_IMAGES:
        raise DataError(
            f"{name}: expected at most {MAX_IMAGES:,} pictures, got {len(files):,}; give a part"
        )
    labels = np.array([_folder_label(file, name) for file in files], np.uint8)
    images = np.zeros((len(files), IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    num_unchanged = num_blank = 0
    for number, file in enumerate(files):
        with file_errors(file.name), file.open() as content:
            raw = content.read(pictures.MAX_BYTES + 1)
        if (pixels := _read_unchanged(raw)) is not None:
            images[number] = pixels
            num_unchanged += 1
            continue
        try:
            stages = preprocessing.normalise(pictures.read_picture(raw), to_pen=True)
        except DrawingError as error:
            raise DataError(f"{file.name}: {error}") from None
        images[number] = np.round(stages.image * 255)
        num_blank += stages.blank
    num_scaled = len(files) - num_unchanged
    parts = [f"{num_unchanged:,} pictures of 28×28 pixels as they are"] if num_unchanged else []
    if num_scaled:
        parts.append(f"{num_scaled:,} pictures scaled and centred the way MNIST was made")
    if num_blank:
        parts.append(f"{num_blank:,} of them blank")
    return LabelledSet(name, images, labels, f"{'; '.join(parts)}.")


def _folder_label(file: DataFile, name: str) -> int:
    folder = PurePosixPath(file.name).parent.name
    if re.fullmatch("[0-9]", folder):
        return int(folder)
    where = f"in the folder {folder!r}" if folder else "in no folder"
    raise DataError(
        f"{name}: expected {PICTURES.expected}, got "
        f"{PurePosixPath(file.name).name} {where}; move it, then give the folder around them or a "
        "zip of it"
    )


def _read_unchanged(raw: bytes) -> ByteArray | None:
    """A picture of 28×28 grey pixels, white on black; None for a picture of another kind."""
    try:
        with Image.open(io.BytesIO(raw), formats=pictures.PILLOW_FORMATS) as picture:
            is_plain = picture.mode in ("1", "L", "P", "RGB") and not picture.has_transparency_data
            if picture.size != (IMAGE_SIZE, IMAGE_SIZE) or not is_plain:
                return None
            pixels = np.asarray(picture.convert("RGB").convert("L"))
    # Pillow raises any exception for a damaged file; `read_picture` describes it.
    except Exception:
        return None
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    return np.uint8(255) - pixels if np.median(border) > 127 else pixels


# ---------------------------------------------------------------- the formats

NPZ = DataSetFormat(
    suffixes=(".npz",),
    read=_read_npz,
    expected="an npz with x_test and y_test, x_train and y_train, or images and labels",
    upload="an npz",
    upload_help="npz in MNIST's layout",
    path="npz",
    plural="npz",
)
IDX = DataSetFormat(
    suffixes=(".gz", ".idx", ".ubyte", "-ubyte"),
    read=_read_idx,
    expected="a pair of IDX files",
    upload="a pair of IDX files",
    upload_help="a pair of IDX files, also .gz",
    path="IDX file",
    plural="IDX files",
)
_FOLDERS = "pictures in folders named 0 to 9"
PICTURES = DataSetFormat(
    suffixes=pictures.PICTURE_SUFFIXES,
    read=_read_pictures,
    expected=_FOLDERS,
    upload=f"a zip of {_FOLDERS}",
    upload_help=f"a zip of {_FOLDERS}",
    path=f"folder or zip of {_FOLDERS}",
    plural=_FOLDERS,
)
# In the order in which they are looked for.
FORMATS = (NPZ, IDX, PICTURES)


def join_phrases(phrases: Sequence[str], separator: str = ", ") -> str:
    """Return phrases as in "a, b, or c"."""
    return f"{separator.join(phrases[:-1])}{separator}or {phrases[-1]}"


EXPECTED = f"expected labelled digits: {join_phrases([kind.expected for kind in FORMATS], '; ')}"
# For people: what an uploader takes, and its help; paths for the command line; all in the plural.
UPLOAD = join_phrases([kind.upload for kind in FORMATS])
UPLOAD_HELP = join_phrases([kind.upload_help for kind in FORMATS], "; ")
PATH = join_phrases([kind.path for kind in FORMATS])
PLURAL = join_phrases([kind.plural for kind in FORMATS])

# The suffixes, without a dot, that an uploader accepts.
_first, *_others = (
    suffix.removeprefix(".")
    for kind in FORMATS
    for suffix in kind.suffixes
    if suffix.startswith(".")
)
UPLOAD_TYPES = (_first, "zip", *_others)
