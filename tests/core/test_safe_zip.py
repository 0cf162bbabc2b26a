"""Zip files from unknown sources: rules are checked first, damage is a `ZipError`."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from mnistviz.core.safe_zip import ZipError, ZipRules, open_zip

RULES = ZipRules(
    allows=lambda name: name in ("a.txt", "b.txt"),
    folders=frozenset({"sub/"}),
    max_zip_bytes=2 * 2**20,
    max_entries=3,
    max_total_bytes=2**20,
    max_ratio=100,
    damaged="damaged: {}",
    unsupported="unsupported: {}",
)


def zip_of(*names: str, content: bytes = b"content", kind: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = kind << 16
            archive.writestr(entry, content)
    return file.getvalue()


def changed(raw: bytes, magic: bytes, offset: int, value: bytes) -> bytes:
    """The zip with some bytes after the last `magic` replaced."""
    start = raw.rindex(magic) + offset
    return raw[:start] + value + raw[start + len(value) :]


def test_the_entries_that_are_allowed_are_read() -> None:
    with open_zip(io.BytesIO(zip_of("a.txt", "sub/", "b.txt")), RULES) as archive:
        assert archive.names == ["a.txt", "b.txt"]
        assert archive.read("a.txt", 7) == b"content"
        with archive.open(archive.entries[1]) as content:
            assert content.read(4) == b"cont"
        with pytest.raises(KeyError), archive.open("c.txt"):
            pass


def test_without_rules_any_file_is_listed() -> None:
    raw = zip_of("a.txt", "../b.txt", "sub/")
    with open_zip(io.BytesIO(raw)) as archive:
        assert archive.names == ["a.txt", "../b.txt"]


MAC = ("mine/", "mine/a.txt", "mine/.DS_Store", "__MACOSX/mine/._a.txt", "mine/sub/", "mine/b.txt")
WINDOWS = ("mine\\a.txt", "mine\\Thumbs.db", "mine\\b.txt", "mine\\desktop.ini")


@pytest.mark.parametrize("names", [MAC, WINDOWS, [f"outer/{name}" for name in MAC]])
def test_a_folder_that_macos_or_windows_packed_is_left_out(names: Sequence[str]) -> None:
    rules = replace(RULES, strip_folder=True)
    with open_zip(io.BytesIO(zip_of(*names)), rules) as archive:
        assert archive.names == ["a.txt", "b.txt"]
        assert archive.read("b.txt", 7) == b"content"


def test_the_folder_of_a_class_stays() -> None:
    with open_zip(io.BytesIO(zip_of("7\\a.png", "7\\Thumbs.db"))) as archive:
        assert archive.names == ["7/a.png"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: zip_of("../a.txt"), "the file '../a.txt' in it"),
        (lambda: zip_of("/a.txt"), "the file '/a.txt' in it"),
        (lambda: zip_of("a.txt").replace(b"a.txt", b"a.tx\0"), "the file 'a.tx\\x00' in it"),
        (lambda: zip_of("a.txt", kind=stat.S_IFLNK), "a.txt as a link or a device"),
        (lambda: zip_of("sub/", kind=stat.S_IFLNK), "the file 'sub/' in it"),
        (lambda: zip_of("a.txt", "b.txt").replace(b"b.txt", b"a.txt"), "a.txt twice"),
        (
            lambda: changed(zip_of("a.txt"), b"PK\x01\x02", 8, b"\1"),
            "a.txt under a password",
        ),
        (
            lambda: zip_of("a.txt", content=bytes(2**19)),
            "a.txt, which unpacks to over 100 times its size",
        ),
        (lambda: zip_of("a.txt", "b.txt", "c", "d"), "one of 4 files (at most 3)"),
        (
            lambda: changed(zip_of("a.txt"), b"PK\x01\x02", 20, struct.pack("<2L", 2**20, 2**21)),
            "2 MB unpacked (at most 1)",
        ),
        (lambda: bytes(3 * 2**20), "3 MB (at most 2 MB)"),
        (
            lambda: changed(zip_of("a.txt"), b"PK\x05\x06", 12, struct.pack("<L", 10_000_001)),
            "one with too many files in it",
        ),
        (lambda: b"no zip", "damaged: File is not a zip file"),
    ],
)
def test_a_zip_that_breaks_a_rule_raises_an_error(make: Callable[[], bytes], message: str) -> None:
    with pytest.raises(ZipError) as caught, open_zip(io.BytesIO(make()), RULES):
        pass
    assert str(caught.value) == message


def test_an_entry_above_the_limit_of_a_read_raises_an_error() -> None:
    with open_zip(io.BytesIO(zip_of("a.txt")), RULES) as archive:
        with pytest.raises(ZipError, match=r"^a\.txt of over 6 bytes$"):
            archive.read("a.txt", 6)
        with pytest.raises(ZipError, match=r"^a file of over 6 bytes$"):
            archive.read(archive.entries[0], 6, "a file")


def test_damaged_content_raises_an_error_while_it_is_read() -> None:
    raw = changed(zip_of("a.txt"), b"PK\x01\x02", 16, b"\0\0\0\0")  # the checksum
    with open_zip(io.BytesIO(raw), RULES) as archive, pytest.raises(ZipError, match="damaged: Bad"):
        archive.read("a.txt", 100)


def test_an_unknown_compression_is_unsupported() -> None:
    raw = zip_of("a.txt")
    raw = changed(changed(raw, b"PK\x01\x02", 10, b"\x63"), b"PK\x03\x04", 8, b"\x63")
    with (
        open_zip(io.BytesIO(raw), RULES) as archive,
        pytest.raises(ZipError, match=r"^unsupported: That compression method"),
    ):
        archive.read("a.txt", 100)


def test_an_encrypted_entry_raises_an_error_without_rules_too() -> None:
    raw = changed(changed(zip_of("a.txt"), b"PK\x01\x02", 8, b"\1"), b"PK\x03\x04", 6, b"\1")
    with (
        open_zip(io.BytesIO(raw)) as archive,
        pytest.raises(ZipError, match=r"^one that can't be read \(.*encrypted"),
    ):
        archive.read("a.txt", 100)


def test_an_entry_without_a_name_is_left_out_or_refused() -> None:
    raw = zip_of("a.txt", "b.txt")
    raw = changed(raw, b"PK\x01\x02", 46, b"\0.txt")
    with open_zip(io.BytesIO(raw)) as archive:
        assert archive.names == ["a.txt"]
    with pytest.raises(ZipError), open_zip(io.BytesIO(raw), RULES):
        pass
