"""The files that a person gave: single ones, folders, zips and tars, without unpacking to disk."""

import io
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZipInfo

from mnistviz.core.errors import DataError
from mnistviz.core.safe_zip import SafeZip, open_zip
from mnistviz.digits.data_sets.formats.part_names import part_in, role_in, set_words
from mnistviz.digits.data_sets.limits import MAX_FILES, MAX_WHOLE_BYTES

_TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
# Folders and zips in zips in zips are read no deeper.
_MAX_DEPTH = 2


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


@contextmanager
def named_errors(name: str) -> Iterator[None]:
    """Raise what the reader of a file raises as `DataError` with the name of the file."""
    try:
        yield
    except DataError:
        raise
    except (ValueError, OSError, EOFError, zlib.error, RuntimeError, MemoryError) as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataError(
            f"{name}: expected a whole file of a data set, got {reason}; save it again"
        ) from None


def files_at(paths: Sequence[Path], stack: ExitStack) -> list[DataFile]:
    """The files at paths, with those in folders, zips and tars. Raises `DataError`.

    Where one file of images or labels is named, its other half beside it is read, too.
    """
    files: list[DataFile] = []
    for path in paths:
        try:
            if path.is_dir():
                below = _files_below(path)
                files += [_data_file(one, one.relative_to(path.parent).as_posix()) for one in below]
            elif path.is_file():
                beside = _beside(path) if len(paths) == 1 else []
                files += [_data_file(one, one.name) for one in (path, *beside)]
            else:
                raise DataError(f"{path}: expected a data set, found nothing there; check the path")
        except OSError as error:
            raise DataError(
                f"{path}: expected a data set, can't be read ({error.strerror or error}); check "
                "the path"
            ) from None
    return [inner for file in files for inner in opened(file, stack)]


def uploaded_files(uploads: Sequence[tuple[str, bytes]], stack: ExitStack) -> list[DataFile]:
    """The uploaded files, with those in zips and tars. Raises `DataError`."""
    files = [DataFile(name.replace("\\", "/"), partial(io.BytesIO, raw)) for name, raw in uploads]
    return [inner for file in files for inner in opened(file, stack)]


def _beside(path: Path) -> list[Path]:
    """The other half of a file of images or of labels, in the same folder."""
    role, part, words = role_in(path.name), part_in(path.name), set_words(path.name)
    if role is None or path.suffix in (".csv", ".parquet", ".mat"):
        return []
    return [
        one
        for one in islice(sorted(path.parent.iterdir()), MAX_FILES)
        if one.is_file()
        and role_in(one.name) not in (None, role)
        and (part_in(one.name), set_words(one.name)) == (part, words)
    ]


def _data_file(path: Path, name: str) -> DataFile:
    return DataFile(name, partial(io.FileIO, path))


def _files_below(folder: Path) -> list[Path]:
    files = list(islice((one for one in folder.rglob("*") if one.is_file()), MAX_FILES + 1))
    if len(files) > MAX_FILES:
        raise DataError(
            f"{folder}: expected at most {MAX_FILES:,} files below this folder, got more; give "
            "the folder of the data set alone"
        )
    return sorted(files)


def opened(file: DataFile, stack: ExitStack, depth: int = 0) -> Iterable[DataFile]:
    """A file, or the files in it if it is a zip or a tar. Hidden files are left out."""
    path = PurePosixPath(file.name)
    if any(part[0] in "._" for part in path.parts):
        return
    name = file.name.lower()
    if name.endswith(".zip") and depth < _MAX_DEPTH:
        with named_errors(file.name):
            archive = stack.enter_context(open_zip(stack.enter_context(file.open())))
        entries = [entry for entry in archive.entries if PurePosixPath(entry.filename).parts]
        if len(entries) > MAX_FILES:
            raise DataError(
                f"{file.name}: expected at most {MAX_FILES:,} files in it, got {len(entries):,}; "
                "give the data set alone"
            )
        for entry in entries:
            inner = DataFile(entry.filename, partial(_open_entry, archive, entry))
            yield from opened(inner, stack, depth + 1)
    elif name.endswith(_TAR_SUFFIXES) and depth < _MAX_DEPTH:
        for inner in _tar_members(file):
            yield from opened(inner, stack, depth + 1)
    else:
        yield file


def _open_entry(archive: SafeZip, entry: ZipInfo) -> IO[bytes]:
    # Zips are opened a second time for each pass: what is in memory is bounded.
    return io.BytesIO(archive.read(entry, MAX_WHOLE_BYTES, "a file"))


def _tar_members(file: DataFile) -> list[DataFile]:
    """The regular files of a tar, which can only be read from its start to its end."""
    members: list[DataFile] = []
    total = 0
    with named_errors(file.name), file.open() as content:
        try:
            with tarfile.open(fileobj=content, mode="r|*") as archive:
                for member in archive:
                    if not member.isfile():
                        continue
                    total += max(0, member.size)
                    if total > MAX_WHOLE_BYTES or len(members) >= MAX_FILES:
                        raise ValueError(
                            f"over {MAX_WHOLE_BYTES // 10**6:,} MB or {MAX_FILES:,} files in it "
                            "(unpack it and give the folder)"
                        )
                    stream = archive.extractfile(member)
                    raw = stream.read() if stream else b""
                    members.append(DataFile(member.name, partial(io.BytesIO, raw)))
        except (tarfile.TarError, IndexError, OverflowError) as error:
            raise ValueError(f"a tar that can't be read ({str(error)[:200]})") from None
    return members
