"""Labelled sets from paths and uploads: the test part of every layout is read."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets.evaluated import read_path, read_uploads
from mnistviz.digits.data_sets.formats.picture_sets import SUFFIXES
from mnistviz.digits.drawing.documents import register_heif
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist, to_input
from tests.helpers.drawings import encoded

IMAGES = load_mnist().x_test[:30]
LABELS = load_mnist().y_test[:30]
OTHERS, OTHER_LABELS = load_mnist().x_train[:20], load_mnist().y_train[:20]


def npz(**arrays: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def png(pixels: NDArray[np.uint8], size: int = 28) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).resize((size, size)).save(file, "PNG")
    return file.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def is_test_part(labelled: LabelledSet) -> bool:
    same = np.array_equal(labelled.images, IMAGES) and np.array_equal(labelled.labels, LABELS)
    return same and labelled.images.dtype == labelled.labels.dtype == np.uint8


MNIST_NPZ = npz(x_train=OTHERS, y_train=OTHER_LABELS, x_test=IMAGES, y_test=LABELS)
IDX_FILES = {
    "train-images-idx3-ubyte": idx(OTHERS),
    "train-labels-idx1-ubyte": idx(OTHER_LABELS),
    "t10k-images-idx3-ubyte": idx(IMAGES),
    "t10k-labels-idx1-ubyte": idx(LABELS),
}
FASHION = {f"{name}.gz": gzip.compress(raw) for name, raw in IDX_FILES.items()}
KMNIST = {
    "kmnist-train-imgs.npz": npz(arr_0=OTHERS),
    "kmnist-train-labels.npz": npz(arr_0=OTHER_LABELS),
    "kmnist-test-imgs.npz": npz(arr_0=IMAGES),
    "kmnist-test-labels.npz": npz(arr_0=LABELS),
}


# ---------------------------------------------------------------- every layout


@pytest.mark.parametrize(
    "files",
    [
        {"mnist.npz": MNIST_NPZ},
        {"a.npz": npz(images=IMAGES, labels=LABELS)},
        {"a.npz": npz(images=IMAGES[..., np.newaxis], labels=LABELS.astype(np.int64))},
        {"a.npz": npz(images=IMAGES.reshape(-1, 784), labels=LABELS.astype(np.float32))},
        {"a.npz": npz(images=to_input(IMAGES), labels=LABELS)},
        {"a.npz": npz(images=IMAGES.astype(np.float64), labels=LABELS)},
        {"a.npz": npz(images=np.asfortranarray(IMAGES), labels=LABELS)},
        IDX_FILES,
        FASHION,
        {**FASHION, **IDX_FILES, "sample.png": png(IMAGES[0])},
        KMNIST,
    ],
    ids=[
        "mnist",
        "images",
        "channel",
        "flat",
        "unit",
        "floats",
        "fortran",
        "idx",
        "gz",
        "both",
        "k",
    ],
)
def test_every_layout_is_read_by_path_upload_and_zip(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    (tmp_path / "mine.zip").write_bytes(zipped({f"mine/{n}": raw for n, raw in files.items()}))
    assert is_test_part(read_path(folder))
    assert is_test_part(read_path(tmp_path / "mine.zip"))
    assert is_test_part(read_uploads(list(files.items())))
    for name in files:
        if "test" in name or "t10k" in name or name.endswith("a.npz"):
            # Either file of a pair names both.
            assert is_test_part(read_path(folder / name))


def test_a_training_part_is_read_if_there_is_no_test_part(tmp_path: Path) -> None:
    labelled = read_uploads([("a.npz", npz(x_train=OTHERS, y_train=OTHER_LABELS))])
    assert np.array_equal(labelled.images, OTHERS)
    assert labelled.description.startswith("20 images: x_train of a.npz, y_train of a.npz.")
    for name, raw in FASHION.items():
        (tmp_path / name).write_bytes(raw)
    assert np.array_equal(read_path(tmp_path / "train-labels-idx1-ubyte.gz").images, OTHERS)


def test_pictures_of_28_pixels_are_unchanged_and_others_normalised(tmp_path: Path) -> None:
    for number, (image, label) in enumerate(zip(IMAGES[:4], LABELS[:4], strict=True)):
        folder = tmp_path / "mine" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(png(image, 28 if number % 2 else 280))
        (folder / ".DS_Store").write_bytes(b"of the desktop")
    labelled = read_path(tmp_path / "mine")
    order = np.argsort(LABELS[:4], kind="stable")
    assert labelled.labels.tolist() == LABELS[:4][order].tolist()
    for image, number in zip(labelled.images, order, strict=True):
        expected = IMAGES[number].astype(int)
        if number % 2:
            assert np.array_equal(image, expected)
        else:
            # Two different digits differ by 38 on average; the pen's width may change.
            assert np.abs(image - expected).mean() < 20
            assert not np.array_equal(image, expected)
    assert labelled.description == (
        "2 pictures of 28×28 pixels as they are; 2 pictures scaled and centred the way MNIST was "
        "made."
    )
    assert labelled.name == "mine"


def test_a_small_picture_on_white_paper_is_inverted() -> None:
    labelled = read_uploads([("mine/7/a.png", png(255 - IMAGES[0]))])
    assert np.array_equal(labelled.images[0], IMAGES[0])
    assert (labelled.name, labelled.labels.tolist()) == ("mine", [7])


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ({}, "got no file; choose one"),
        ({"a.npz": npz(pixels=IMAGES, z=LABELS[:9])}, "got pixels 30×28×28, z 9; rename them"),
        ({"a.npz": npz(images=np.array(["a"] * 30), labels=LABELS)}, "rename them"),
        ({"a.npz": b"no zip"}, "a.npz: expected a whole file"),
        ({"t10k-images-idx3-ubyte": idx(IMAGES)}, "without its labels; give both files"),
        (
            {"t10k-images-idx3-ubyte": idx(IMAGES)[:-1], "t10k-labels-idx1-ubyte": idx(LABELS)},
            "an array 30×28×28 of 23,520 bytes with 23,519 there",
        ),
        ({"notes.md": b"hello"}, "notes.md: expected a data set"),
        ({"7.png": png(IMAGES[0])}, "put them in folders"),
        ({"mine/A/7.png": png(IMAGES[0])}, "expected images of the classes that the network knows"),
        ({"mine/3/7.png": png(IMAGES[0])[:-30]}, "expected at least one image that can be read"),
        ({"a.npz": npz(images=IMAGES, labels=LABELS), "bad.zip": b"no zip"}, "bad.zip: "),
    ],
)  # fmt: skip
def test_files_that_are_no_labelled_set_raise_an_error(files: dict[str, bytes], part: str) -> None:
    with pytest.raises(DataError) as caught:
        read_uploads(list(files.items()))
    assert part in str(caught.value)


def test_an_error_about_several_files_names_them() -> None:
    raw = npz(other=IMAGES)
    with pytest.raises(DataError, match=r"^0\.npz, 1\.npz, 2\.npz, 3\.npz and 2 more: "):
        read_uploads([(f"{number}.npz", raw) for number in range(6)])


def test_a_missing_path_raises_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="found nothing there"):
        read_path(tmp_path / "gone.npz")


def test_pickled_objects_are_never_loaded() -> None:
    file = io.BytesIO()
    np.savez(file, images=np.array([print, None], object), labels=LABELS, allow_pickle=True)
    with pytest.raises(DataError):
        read_uploads([("a.npz", file.getvalue())])
    file = io.BytesIO()
    np.savez(file, images=IMAGES[:2], labels=np.array([print, None], object), allow_pickle=True)
    with pytest.raises(DataError, match="Python objects, which are never loaded"):
        read_uploads([("a.npz", file.getvalue())])


def bomb_npz() -> bytes:
    header = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (10**7, 28, 28)}
    np.lib.format.write_array_header_1_0(header, about)  # type: ignore[no-untyped-call]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", header.getvalue() + bytes(3 * 10**8))
        archive.writestr("labels.npy", header.getvalue())
    return file.getvalue()


def many_entries() -> bytes:
    raw = bytearray(zipped({"3/a.png": b""}))
    place = raw.rindex(b"PK\x05\x06")
    raw[place + 12 : place + 16] = struct.pack("<L", 200_000_000)
    return bytes(raw)


def bomb_idx() -> bytes:
    return gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 10**6, 28, 28) + bytes(3 * 10**8))


# Created by the test that needs one: compressing takes seconds.
BOMBS = {
    "a.npz": bomb_npz,
    "a.zip": many_entries,
    "b.zip": lambda: zipped({"a.npz": bytes(3 * 10**8)}),
    "images.gz": bomb_idx,
}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_picture_is_read(suffix: str) -> None:
    register_heif()
    kind = Image.registered_extensions()[suffix]
    files = [
        (f"set/{label}/{number}{suffix}", encoded(Image.fromarray(image), kind))
        for number, (image, label) in enumerate(zip(IMAGES[:4], LABELS[:4], strict=True))
    ]
    labelled = read_uploads(files)
    assert labelled.labels.tolist() == LABELS[:4].tolist()
    # JPEG and WebP are lossy.
    assert np.abs(labelled.images.astype(int) - IMAGES[:4]).mean() < 8


def test_a_document_beside_pictures_is_left_out() -> None:
    document = encoded(Image.fromarray(IMAGES[0]), "PDF")
    labelled = read_uploads([("mine/3/a.png", png(IMAGES[0])), ("mine/about.pdf", document)])
    assert labelled.labels.tolist() == [3]
    assert "the file about.pdf" in labelled.description


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_raises_an_error_before_it_takes_memory(name: str) -> None:
    files = [(name, BOMBS[name]()), ("labels.gz", gzip.compress(idx(LABELS)))]
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            read_uploads(files[: 2 if name.endswith(".gz") else 1])
        assert tracemalloc.get_traced_memory()[1] < 700e6
    finally:
        tracemalloc.stop()


WHOLE = {
    "mnist.npz": MNIST_NPZ,
    "k-imgs.npz": KMNIST["kmnist-test-imgs.npz"],
    "k-labels.npz": KMNIST["kmnist-test-labels.npz"],
    "images.gz": FASHION["t10k-images-idx3-ubyte.gz"],
    "labels": IDX_FILES["t10k-labels-idx1-ubyte"],
    "mine/3/a.png": png(IMAGES[0]),
    "mine.zip": zipped({"3/a.png": png(IMAGES[0]), "4/b.png": png(IMAGES[1], 60)}),
}


@given(st.data())
@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
def test_damaged_and_misnamed_files_are_read_or_raise_a_data_error(data: st.DataObject) -> None:
    """Truncated, with changed bytes, under the name of another file."""
    files = []
    for _ in range(data.draw(st.integers(1, 3))):
        raw = bytearray(WHOLE[data.draw(st.sampled_from(sorted(WHOLE)))])
        if data.draw(st.booleans()):
            del raw[data.draw(st.integers(0, len(raw))) :]
        for _ in range(data.draw(st.integers(0, 4))):
            if raw:
                raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        name = data.draw(st.one_of(st.sampled_from(sorted(WHOLE)), st.text(max_size=12)))
        files.append((name, bytes(raw)))
    try:
        labelled = read_uploads(files)
    except DataError:
        return
    assert labelled.images.shape == (len(labelled.labels), 28, 28)
    assert labelled.labels.max() <= 9
