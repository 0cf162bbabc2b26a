"""The registry of file formats of labelled sets."""

import gzip
import io
import struct

import numpy as np
import pytest
from PIL import Image

from mnistviz.digits import data_set_formats
from mnistviz.digits.data_set_formats import FORMATS, IDX, NPZ, PICTURES, DataFile, DataSetFormat
from mnistviz.digits.data_set_reader import read_uploads
from mnistviz.digits.drawing.documents import register_heif
from mnistviz.digits.mnist import load_mnist
from tests.helpers.drawings import encoded

IMAGES, LABELS = load_mnist().x_test[:4], load_mnist().y_test[:4]


def npz_files(suffix: str) -> list[tuple[str, bytes]]:
    file = io.BytesIO()
    np.savez(file, x_test=IMAGES, y_test=LABELS)
    return [(f"a{suffix}", file.getvalue())]


def idx_files(suffix: str) -> list[tuple[str, bytes]]:
    files = []
    for name, array in (("images", IMAGES), ("labels", LABELS)):
        raw = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
        files.append((f"{name}{suffix}", gzip.compress(raw) if suffix == ".gz" else raw))
    return files


def picture_files(suffix: str) -> list[tuple[str, bytes]]:
    register_heif()
    kind = Image.registered_extensions()[suffix]
    return [
        (f"set/{label}/{number}{suffix}", encoded(Image.fromarray(image), kind))
        for number, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
    ]


# A format without a sample fails the test below.
SAMPLES = {NPZ: npz_files, IDX: idx_files, PICTURES: picture_files}
SUFFIXES = [(found, suffix) for found in FORMATS for suffix in found.suffixes]


@pytest.mark.parametrize(
    ("data_format", "suffix"), SUFFIXES, ids=[suffix for _, suffix in SUFFIXES]
)
def test_every_suffix_of_every_format_is_read(data_format: DataSetFormat, suffix: str) -> None:
    labelled = read_uploads(SAMPLES[data_format](suffix))
    np.testing.assert_array_equal(labelled.labels, LABELS)
    # JPEG and WebP are lossy.
    assert np.abs(labelled.images.astype(int) - IMAGES).mean() < 8


def test_a_suffix_belongs_to_one_format() -> None:
    suffixes = [suffix for _, suffix in SUFFIXES]
    assert len(set(suffixes)) == len(suffixes)


def test_a_file_without_a_known_suffix_is_tried_as_idx() -> None:
    file = DataFile("labels", io.BytesIO)
    assert data_set_formats.find_format([file]) is IDX
    assert data_set_formats.find_format([file, DataFile("A/b.PNG", io.BytesIO)]) is PICTURES


def test_texts_for_people_name_every_format() -> None:
    assert data_set_formats.EXPECTED == (
        "expected labelled digits: an npz with x_test and y_test, x_train and y_train, or images "
        "and labels; a pair of IDX files; or pictures in folders named 0 to 9"
    )
    assert data_set_formats.UPLOAD_TYPES[:6] == ("npz", "zip", "gz", "idx", "ubyte", "png")
    for data_format in FORMATS:
        assert data_format.upload in data_set_formats.UPLOAD
        assert data_format.upload_help in data_set_formats.UPLOAD_HELP
        assert data_format.path in data_set_formats.PATH
        assert data_format.plural in data_set_formats.PLURAL
