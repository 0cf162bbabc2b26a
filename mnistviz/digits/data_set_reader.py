"""Read a labelled set from a path or from uploaded files.

Names and layouts of MNIST, Fashion-MNIST and KMNIST are known. Nothing is extracted or unpickled,
and every read has a limit.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZipInfo

from mnistviz.core.errors import DataError
from mnistviz.core.safe_zip import SafeZip, open_zip
from mnistviz.digits.array_files import MAX_ARRAY_BYTES, MAX_IMAGES
from mnistviz.digits.data_set_formats import EXPECTED, DataFile, file_errors, find_format
from mnistviz.digits.labelled_sets import LabelledSet

# For an npz within a zip: the largest array, its labels and headers.
MAX_UNZIPPED_BYTES = MAX_ARRAY_BYTES + 2_000_000
# A hundred thousand pictures, and some other files beside them.
MAX_FILES = MAX_IMAGES + 1_000
# Files that an error names.
MAX_NAMED = 4


def read_path(path: Path) -> LabelledSet:
    """Return the set in a file, a zip or a folder. Either file of a pair names both.

    If there is a test and a training part, the test part is read. Raises `DataError`.
    """
    try:
        if path.is_dir():
            below = _files_below(path)
            files = [_data_file(file, file.relative_to(path).as_posix()) for file in below]
        elif path.is_file():
            pair = [path, *(other for other in _partners(path) if other.is_file())][:2]
            files = [_data_file(file, file.name) for file in pair]
        else:
            raise DataError(f"{path}: {EXPECTED}, found nothing there; check the path")
        return _read(files, path.name)
    except OSError as error:
        raise DataError(
            f"{path}: {EXPECTED}, can't be read ({error.strerror or error}); check the path"
        ) from None


def read_uploads(uploads: Sequence[tuple[str, bytes]]) -> LabelledSet:
    """Return the set in uploaded files, each with its name or its path in an uploaded folder.

    Raises `DataError`.
    """
    if not uploads:
        raise DataError(f"{EXPECTED}, got no file; choose one")
    files = [DataFile(name.replace("\\", "/"), partial(io.BytesIO, raw)) for name, raw in uploads]
    # A folder's name, or the names of the files.
    names = list(dict.fromkeys(file.name.strip("/").partition("/")[0] for file in files))
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    # An error that is about all of them names them all.
    return replace(_read(files, ", ".join(names[:MAX_NAMED]) + more), name=names[0])


def _data_file(path: Path, name: str) -> DataFile:
    return DataFile(name, partial(io.FileIO, path))


def _files_below(folder: Path) -> list[Path]:
    below = (file for file in folder.rglob("*") if file.is_file())
    files = list(islice(below, MAX_FILES + 1))
    if len(files) > MAX_FILES:
        raise DataError(
            f"{folder}: expected at most {MAX_FILES:,} files below this folder, got more; "
            "give the folder of the data set alone"
        )
    return sorted(files)


def _partners(path: Path) -> Iterator[Path]:
    """The paths where the labels of an images file may be, or the images of a labels file."""
    swaps = (("images", "labels"), ("imgs", "labels"), ("labels", "images"), ("labels", "imgs"))
    for word, other in swaps:
        if word in path.name:
            dimensions = ("idx3", "idx1") if other == "labels" else ("idx1", "idx3")
            name = path.name.replace(word, other).replace(*dimensions)
            yield path.with_name(name)
            yield path.with_name(name.removesuffix(".gz") if name.endswith(".gz") else f"{name}.gz")


def _read(files: Sequence[DataFile], name: str) -> LabelledSet:
    with ExitStack() as stack:
        unzipped = [inner for file in files for inner in _unzip(file, stack)]
        return find_format(unzipped).read(unzipped, name)


def _unzip(file: DataFile, stack: ExitStack) -> Iterable[DataFile]:
    """The file, or the files in it if it is a zip. Hidden files are ignored."""
    if _is_hidden(PurePosixPath(file.name)):
        return
    if file.suffix != ".zip":
        yield file
        return
    with file_errors(file.name):
        archive = stack.enter_context(open_zip(stack.enter_context(file.open())))
    for entry in archive.entries:
        path = PurePosixPath(entry.filename)
        if path.parts and not _is_hidden(path):
            yield DataFile(entry.filename, partial(_open_entry, archive, entry))


def _is_hidden(path: PurePosixPath) -> bool:
    return any(part[0] in "._" for part in path.parts)


def _open_entry(archive: SafeZip, entry: ZipInfo) -> IO[bytes]:
    return io.BytesIO(archive.read(entry, MAX_UNZIPPED_BYTES, "a file"))
