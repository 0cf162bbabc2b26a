"""Read zip files from unknown sources within limits. Nothing is extracted to the disk.

Size and number, names, kinds and sizes of the entries are checked before a byte is unpacked, and no
size in a header is trusted: each read has a limit. Errors are `ZipError`; its text completes a
sentence that ends in "got".
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO
from zipfile import ZipInfo

# A directory of 60,000 entries with long names is smaller.
MAX_DIRECTORY_BYTES = 10_000_000
# Small files may be compressed more than `ZipRules.max_ratio` allows: they are harmless.
SMALL_BYTES = 64 * 2**10

# What macOS and Windows put into folders, and so into zips of them.
SYSTEM_FILES = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})

# What `zipfile` raises for a damaged file. RuntimeError: encrypted, or an unknown compression.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error)

# The end-of-central-directory record and its magic; that of a zip64 file stands before it.
_END = struct.Struct("<4s4H2LH")
_END_MAGIC, _ZIP64_MAGIC, _ZIP64_SIZE = b"PK\x05\x06", b"PK\x06\x07", 20


class ZipError(ValueError):
    """A zip file is damaged, or contains what its rules do not allow."""


@dataclass(frozen=True)
class ZipRules:
    """The limits of a zip file, and how a damaged one is described; {} is the reason.

    If `allows` is given, all entries must be regular files whose names it accepts, each once,
    without a password, or one of `folders`; they are listed in `SafeZip.entries`. Otherwise
    entries may be anything, as none is written to the disk.

    With `strip_folder`, a folder that holds all files is left out of their names: macOS and
    Windows pack a folder that was unpacked as one.
    """

    allows: Callable[[str], bool] | None = None
    folders: frozenset[str] = frozenset()
    strip_folder: bool = False
    max_zip_bytes: int | None = None
    max_entries: int | None = None
    max_total_bytes: int | None = None
    max_ratio: int | None = None
    damaged: str = "one that can't be read ({})"
    unsupported: str = "one that can't be read ({})"


ANY_CONTENT = ZipRules()


class SafeZip:
    """A zip file that meets its rules. `entries` are its files, in their order.

    Names have slashes, whatever system wrote the zip. What macOS and Windows add to each folder
    for themselves is left out.
    """

    def __init__(self, archive: zipfile.ZipFile, rules: ZipRules) -> None:
        self._archive = archive
        self._rules = rules
        self.entries = _checked_entries(_tidied(archive.infolist(), rules), rules)
        self._by_name = {entry.filename: entry for entry in self.entries}

    @property
    def names(self) -> list[str]:
        return [entry.filename for entry in self.entries]

    @contextmanager
    def open(self, entry: ZipInfo | str) -> Iterator[IO[bytes]]:
        """Open an entry to read. Raises `KeyError` for an unknown name."""
        entry = self._by_name[entry] if isinstance(entry, str) else entry
        with _zip_errors(self._rules), self._archive.open(entry) as content:
            yield content

    def read(self, entry: ZipInfo | str, max_bytes: int, noun: str | None = None) -> bytes:
        """Return the content of an entry. Raises `ZipError`, with `noun`, above `max_bytes`."""
        entry = self._by_name[entry] if isinstance(entry, str) else entry
        with _zip_errors(self._rules, ValueError), self._archive.open(entry) as content:
            raw = content.read(max_bytes + 1)
        if len(raw) > max_bytes:
            raise ZipError(f"{noun or entry.filename} of over {max_bytes:,} bytes")
        return raw


@contextmanager
def open_zip(file: IO[bytes], rules: ZipRules = ANY_CONTENT) -> Iterator[SafeZip]:
    """Open a zip file that meets the rules. Raises `ZipError`."""
    with _zip_errors(rules, ValueError):
        _check_size(file, rules)
        archive = zipfile.ZipFile(file)
    with archive:
        yield SafeZip(archive, rules)


@contextmanager
def _zip_errors(rules: ZipRules, *others: type[Exception]) -> Iterator[None]:
    """Raise the errors of a damaged file, and `others`, as `ZipError`."""
    damaged: tuple[type[Exception], ...] = (*_DAMAGED, *others)
    try:
        yield
    except ZipError:
        raise
    except damaged as error:
        raise ZipError(rules.damaged.format(str(error)[:200])) from None
    except RuntimeError as error:
        raise ZipError(rules.unsupported.format(str(error)[:200])) from None


def _check_size(file: IO[bytes], rules: ZipRules) -> None:
    """Check the size of the file and of its directory.

    `zipfile` creates an object for each entry before their number is known.
    """
    size = file.seek(0, io.SEEK_END)
    if rules.max_zip_bytes is not None and size > rules.max_zip_bytes:
        raise ZipError(f"{size / 2**20:,.0f} MB (at most {rules.max_zip_bytes // 2**20:,} MB)")
    file.seek(max(0, size - _END.size - 2**16))
    tail = file.read()
    start = tail.rfind(_END_MAGIC)
    if start >= 0 and len(tail) - start >= _END.size:
        directory_bytes = _END.unpack_from(tail, start)[5]
        is_zip64 = tail[max(0, start - _ZIP64_SIZE) : start].startswith(_ZIP64_MAGIC)
        if is_zip64 or directory_bytes > MAX_DIRECTORY_BYTES:
            raise ZipError("one with too many files in it")
    file.seek(0)


def _tidied(entries: list[ZipInfo], rules: ZipRules) -> list[ZipInfo]:
    """The entries without those of the system, their `filename` as this program names files."""
    kept = []
    for entry in entries:
        # `orig_filename` stays as the zip has it. A name that ends at a null byte is refused later.
        entry.filename = entry.filename.replace("\\", "/")
        parts = entry.filename.split("/")
        if not (SYSTEM_FILES & set(parts) or parts[-1].startswith("._")):
            kept.append(entry)
    while rules.strip_folder and kept:
        top = kept[0].filename.partition("/")[0] + "/"
        inside = [entry for entry in kept if entry.filename != top]
        if top in {*rules.folders, "/", "../"} or not all(
            entry.filename.startswith(top) for entry in inside
        ):
            break
        for entry in inside:
            entry.filename = entry.filename.removeprefix(top)
        kept = inside
    return kept


def _checked_entries(entries: list[ZipInfo], rules: ZipRules) -> tuple[ZipInfo, ...]:
    if rules.max_entries is not None and len(entries) > rules.max_entries:
        raise ZipError(f"one of {len(entries):,} files (at most {rules.max_entries:,})")
    if rules.allows is None:
        # A damaged zip may have entries without a name.
        return tuple(entry for entry in entries if entry.filename and not entry.is_dir())
    files: dict[str, ZipInfo] = {}
    for entry in entries:
        if entry.filename in rules.folders and _kind(entry) in (0, stat.S_IFDIR):
            continue
        _check_entry(entry, rules, rules.allows)
        if entry.filename in files:
            raise ZipError(f"{entry.filename} twice")
        files[entry.filename] = entry
    total = sum(entry.file_size for entry in files.values())
    if rules.max_total_bytes is not None and total > rules.max_total_bytes:
        maximum = rules.max_total_bytes // 2**20
        raise ZipError(f"{total / 2**20:,.0f} MB unpacked (at most {maximum:,})")
    return tuple(files.values())


def _check_entry(entry: ZipInfo, rules: ZipRules, allows: Callable[[str], bool]) -> None:
    name = entry.filename
    # `filename` ends at a null byte.
    if not allows(name) or "\0" in entry.orig_filename:
        raise ZipError(f"the file {entry.orig_filename[:80]!r} in it")
    if _kind(entry) not in (0, stat.S_IFREG):
        raise ZipError(f"{name} as a link or a device")
    if entry.flag_bits & 1:
        raise ZipError(f"{name} under a password")
    ratio = rules.max_ratio
    if ratio and entry.file_size > ratio * max(entry.compress_size, SMALL_BYTES // ratio):
        raise ZipError(f"{name}, which unpacks to over {ratio} times its size")


def _kind(entry: ZipInfo) -> int:
    """The kind of file on the system that wrote the zip, or 0 if it is not stored."""
    return stat.S_IFMT(entry.external_attr >> 16)
