"""Files of other kinds are recognised by their content, whatever their name."""

import io
import zipfile

import numpy as np
import pytest

from mnistviz.core.inputs.file_kinds import FileKind, find_kind


def zip_of(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return file.getvalue()


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, x=np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"\x89HDF\r\n\x1a\n and more", "keras"),
        (zip_of("metadata.json", "config.json", "model.weights.h5"), "keras"),
        (zip_of("mine/spec.json", "mine/model.keras"), "run"),
        (zip_of("mine\\digits.json", "mine\\my-digits.npz"), "digits"),
        (npz(), "npz"),
        (zip_of(), None),
        (zip_of("7/a.png"), None),
        (b"", None),
        (b"PK\x03\x04", None),
    ],
)
def test_the_kind_of_a_file(raw: bytes, kind: FileKind | None) -> None:
    file = io.BytesIO(raw)
    file.seek(1)
    assert find_kind(file) == kind
    assert file.tell() == 1
