"""Labelled digits from elsewhere: every layout is read, and what is none is refused in words."""

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
from mnistviz.digits.labelled_sets import WANTED, LabelledSet, read_path, read_uploads
from mnistviz.digits.mnist import load_mnist, to_input

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


def is_the_test_part(found: LabelledSet) -> bool:
    same = np.array_equal(found.images, IMAGES) and np.array_equal(found.labels, LABELS)
    return same and found.images.dtype == found.labels.dtype == np.uint8


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
def test_every_layout_reads_as_path_upload_and_zip(files: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    (tmp_path / "mine.zip").write_bytes(zipped({f"mine/{n}": raw for n, raw in files.items()}))
    assert is_the_test_part(read_path(folder))
    assert is_the_test_part(read_path(tmp_path / "mine.zip"))
    assert is_the_test_part(read_uploads(list(files.items())))
    for name in files:
        if "test" in name or "t10k" in name or name.endswith("a.npz"):
            # Either file of a pair names both.
            assert is_the_test_part(read_path(folder / name))


def test_a_training_part_is_read_where_it_is_all_there_is(tmp_path: Path) -> None:
    found = read_uploads([("a.npz", npz(x_train=OTHERS, y_train=OTHER_LABELS))])
    assert np.array_equal(found.images, OTHERS)
    assert found.how == "20 images as they are: x_train and y_train of a.npz."
    for name, raw in FASHION.items():
        (tmp_path / name).write_bytes(raw)
    assert np.array_equal(read_path(tmp_path / "train-labels-idx1-ubyte.gz").images, OTHERS)


def test_pictures_of_our_size_are_taken_as_they_are_and_others_normalised(tmp_path: Path) -> None:
    for number, (image, label) in enumerate(zip(IMAGES[:4], LABELS[:4], strict=True)):
        folder = tmp_path / "mine" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(png(image, 28 if number % 2 else 280))
        (folder / ".DS_Store").write_bytes(b"of the desktop")
    found = read_path(tmp_path / "mine")
    order = np.argsort(LABELS[:4], kind="stable")
    assert found.labels.tolist() == LABELS[:4][order].tolist()
    for image, number in zip(found.images, order, strict=True):
        expected = IMAGES[number].astype(int)
        if number % 2:
            assert np.array_equal(image, expected)
        else:
            assert np.abs(image - expected).mean() < 8
            assert not np.array_equal(image, expected)
    assert found.how == (
        "2 pictures of 28×28 pixels as they are; 2 pictures scaled and centred the way MNIST was "
        "made."
    )
    assert found.name == "mine"


def test_a_small_picture_on_white_paper_is_turned_over() -> None:
    found = read_uploads([("mine/7/a.png", png(255 - IMAGES[0]))])
    assert np.array_equal(found.images[0], IMAGES[0])
    assert (found.name, found.labels.tolist()) == ("mine", [7])


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, f"{WANTED}, got no file; choose one"),
        (
            {"a.npz": npz(images=IMAGES, labels=LABELS[:29])},
            "a.npz: expected a label for each of 30 images, got labels of shape (29,); give the "
            "labels that belong to these images",
        ),
        (
            {"a.npz": npz(images=IMAGES, labels=LABELS + 1)},
            f"a.npz: expected labels from 0 to 9, got 10 in {(LABELS == 9).sum()} of 30; "
            "leave out what is no digit",
        ),
        (
            {"a.npz": npz(images=IMAGES, labels=np.full(30, 0.5))},
            "a.npz: expected labels from 0 to 9, got 0.5 in 30 of 30; leave out what is no digit",
        ),
        (
            {"a.npz": npz(images=IMAGES[:, :27], labels=LABELS)},
            "a.npz: expected images of 28×28 pixels, shape (n, 28, 28), got shape (30, 27, 28); "
            "bring them to 28×28 or give them as pictures in folders named 0 to 9",
        ),
        (
            {"a.npz": npz(images=IMAGES.astype(int) * 2, labels=LABELS)},
            "a.npz: expected pixels from 0, paper, to 255, ink, or to 1, got 0 to 510; scale them",
        ),
        (
            {"a.npz": npz(images=np.full((1, 28, 28), np.nan), labels=LABELS[:1])},
            "a.npz: expected pixels from 0, paper, to 255, ink, or to 1, got nan to nan; scale "
            "them",
        ),
        (
            {"a.npz": npz(images=IMAGES[:0], labels=LABELS[:0])},
            "a.npz: expected at least one image, got none; choose another file",
        ),
        (
            {"a.npz": npz(pixels=IMAGES, y=LABELS)},
            f"a.npz: {WANTED}, got an npz with the arrays pixels, y; rename them",
        ),
        (
            {"a.npz": npz(images=np.array(["a"] * 30), labels=LABELS)},
            f"a.npz: {WANTED}, got images as <U1, not numbers; save it again",
        ),
        (
            {"a.npz": b"no zip"},
            f"a.npz: {WANTED}, got one that can't be read (File is not a zip file); save it again",
        ),
        (
            {"t10k-images-idx3-ubyte": idx(IMAGES)},
            f"t10k-images-idx3-ubyte: {WANTED}, got images; give both files, images and labels",
        ),
        (
            {"t10k-images-idx3-ubyte": idx(IMAGES)[:-1], "t10k-labels-idx1-ubyte": idx(LABELS)},
            f"t10k-images-idx3-ubyte: {WANTED}, got an array 30×28×28 of 23,520 bytes with 23,519 "
            "there; save it again",
        ),
        (
            {"notes.txt": b"hello"},
            f"notes.txt: {WANTED}, got 1 files of other kinds; choose others",
        ),
        (
            {"7.png": png(IMAGES[0])},
            "7.png: expected pictures in folders named 0 to 9, got 7.png in no folder; move it, "
            "then give the folder around them or a zip of it",
        ),
        (
            {"mine/A/7.png": png(IMAGES[0])},
            "mine: expected pictures in folders named 0 to 9, got 7.png in the folder 'A'; move "
            "it, then give the folder around them or a zip of it",
        ),
        (
            {"mine/3/7.png": png(IMAGES[0])[:-30]},
            "mine/3/7.png: expected a whole picture, got a damaged one (image file is truncated); "
            "save it again",
        ),
    ],
)  # fmt: skip
def test_what_is_no_set_of_digits_is_refused_in_words(
    files: dict[str, bytes], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_uploads(list(files.items()))
    assert str(caught.value) == message


def test_nothing_at_a_path_is_said(tmp_path: Path) -> None:
    path = tmp_path / "gone.npz"
    with pytest.raises(DataError) as caught:
        read_path(path)
    assert str(caught.value) == f"{path}: {WANTED}, found nothing there; check the path"


def test_pickled_objects_are_never_loaded() -> None:
    file = io.BytesIO()
    np.savez(file, images=np.array([print, None], object), labels=LABELS, allow_pickle=True)
    with pytest.raises(DataError, match="got images as object, not numbers; save it again"):
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


# Made by the test that needs one: packing takes seconds.
BOMBS = {
    "a.npz": bomb_npz,
    "a.zip": many_entries,
    "b.zip": lambda: zipped({"a.npz": bytes(3 * 10**8)}),
    "images.gz": bomb_idx,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_takes_memory(name: str) -> None:
    files = [(name, BOMBS[name]()), ("labels.gz", gzip.compress(idx(LABELS)))]
    tracemalloc.start()
    with pytest.raises(DataError):
        read_uploads(files[: 2 if name.endswith(".gz") else 1])
    assert tracemalloc.get_traced_memory()[1] < 200e6
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
def test_damaged_and_mislabelled_files_read_or_are_refused(data: st.DataObject) -> None:
    """Cut short, bytes changed, under another file's name: never anything but a `DataError`."""
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
        found = read_uploads(files)
    except DataError:
        return
    assert found.images.shape == (len(found.labels), 28, 28)
    assert found.labels.max() <= 9
