"""Files of other kinds that people give to an import, recognised by their content."""

from typing import IO, Literal

from mnistviz.core.safe_zip import ZipError, open_zip

FileKind = Literal["keras", "run", "digits", "npz"]

# How a message names each kind.
KIND_TEXTS: dict[FileKind, str] = {
    "keras": "a Keras model",
    "run": "an export of a run",
    "digits": "an export of My digits",
    "npz": "an npz of arrays",
}
_HDF5 = b"\x89HDF\r\n\x1a\n"
# A zip is of a kind if it contains a file of this name, in whatever folder.
_MARKS: dict[str, FileKind] = {
    "model.weights.h5": "keras",
    "digits.json": "digits",
    "spec.json": "run",
}


def find_kind(file: IO[bytes]) -> FileKind | None:
    """Return the kind of a file, or None for one that is not known. The position stays."""
    position = file.tell()
    try:
        file.seek(0)
        if file.read(len(_HDF5)) == _HDF5:
            return "keras"
        with open_zip(file) as archive:
            names = [name.rpartition("/")[2] for name in archive.names]
    except ZipError:
        # The import says what is wrong with it.
        return None
    finally:
        file.seek(position)
    for mark, kind in _MARKS.items():
        if mark in names:
            return kind
    return "npz" if names and all(name.endswith(".npy") for name in names) else None
