"""Every layout of a data set is read to the same images and labels; errors name the problem."""

import gzip
import io
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets import library, limits, reading
from mnistviz.digits.data_sets.data_set import DataSet
from mnistviz.digits.data_sets.known_sets import FASHION, KUZUSHIJI
from mnistviz.digits.data_sets.reading import Choices, Opened, open_paths, open_uploads
from mnistviz.digits.mnist import load_mnist
from tests.helpers import data_set_files as made

X_TRAIN, Y_TRAIN, X_TEST, Y_TEST = made.parts()
ONE_HOT = np.eye(10)


def opened(files: made.Files) -> Opened:
    return open_uploads(list(files.items()))


def data_of(files: made.Files, choices: Choices | None = None) -> DataSet:
    with opened(files) as found:
        return found.data_set(choices or Choices())[0]


LAYOUTS: dict[str, Callable[[], made.Files]] = {
    "npz": lambda: {"mnist.npz": made.mnist_npz()},
    "capitals": lambda: {
        "a.npz": made.npz(X_train=X_TRAIN, Y_train=Y_TRAIN, X_test=X_TEST, Y_test=Y_TEST)
    },
    "no separator": lambda: {
        "a.npz": made.npz(Xtrain=X_TRAIN, ytrain=Y_TRAIN, Xtest=X_TEST, ytest=Y_TEST)
    },
    "images and labels": lambda: {
        "a.npz": made.npz(
            train_images=X_TRAIN, train_labels=Y_TRAIN, test_images=X_TEST, test_labels=Y_TEST
        )
    },
    "column of labels": lambda: {
        "a.npz": made.mnist_npz(y_train=Y_TRAIN[:, None], y_test=Y_TEST[:, None])
    },
    "one-hot": lambda: {"a.npz": made.mnist_npz(y_train=ONE_HOT[Y_TRAIN], y_test=ONE_HOT[Y_TEST])},
    "text": lambda: {
        "a.npz": made.mnist_npz(y_train=Y_TRAIN.astype(str), y_test=Y_TEST.astype("S1"))
    },
    "to 1": lambda: {"a.npz": made.mnist_npz(x_train=X_TRAIN / 255, x_test=X_TEST / 255)},
    "from -1": lambda: {
        "a.npz": made.mnist_npz(x_train=X_TRAIN / 127.5 - 1, x_test=X_TEST / np.float32(127.5) - 1)
    },
    "floats to 255": lambda: {"a.npz": made.mnist_npz(x_train=X_TRAIN.astype(float))},
    "channel": lambda: {"a.npz": made.mnist_npz(x_train=X_TRAIN[..., None])},
    "channel first": lambda: {"a.npz": made.mnist_npz(x_train=X_TRAIN[:, None])},
    "flat": lambda: {"a.npz": made.mnist_npz(x_train=X_TRAIN.reshape(-1, 784))},
    "fortran": lambda: {"a.npz": made.mnist_npz(x_train=np.asfortranarray(X_TRAIN))},
    "inverted": lambda: {"a.npz": made.mnist_npz(x_train=255 - X_TRAIN, x_test=255 - X_TEST)},
    "idx": made.idx_files,
    "idx with dots, unpacked": lambda: {
        name.replace("-idx", ".idx").removesuffix(".gz"): gzip.decompress(raw)
        for name, raw in made.idx_files().items()
    },
    "emnist": lambda: made.idx_files("emnist-digits-", transposed=True),
    "kmnist's npz": lambda: {
        "kmnist-train-imgs.npz": made.npz(arr_0=X_TRAIN),
        "kmnist-train-labels.npz": made.npz(arr_0=Y_TRAIN),
        "kmnist-test-imgs.npz": made.npz(arr_0=X_TEST),
        "kmnist-test-labels.npz": made.npz(arr_0=Y_TEST),
    },
    "csv": lambda: {
        "train.csv": made.csv(X_TRAIN, Y_TRAIN),
        "test.csv": made.csv(X_TEST, Y_TEST),
    },
    "csv without a heading": lambda: {
        "mnist_train.csv": made.csv(X_TRAIN, Y_TRAIN, heading=False),
        "mnist_test.csv.gz": gzip.compress(made.csv(X_TEST, Y_TEST, heading=False, separator=";")),
    },
    "csv of floats": lambda: {
        "train.csv": made.csv(X_TRAIN / 255, Y_TRAIN),
        "test.csv": made.csv(X_TEST / 255, Y_TEST),
    },
    "mat": lambda: {"emnist-digits.mat": made.emnist_mat()},
    **{
        f"parquet, {kind}": lambda kind=kind: {  # type: ignore[misc]
            "train-00000.parquet": made.as_parquet(X_TRAIN, Y_TRAIN, kind),
            "test-00000.parquet": made.as_parquet(X_TEST, Y_TEST, kind),
        }
        for kind in ("bytes", "lists", "columns")
    },
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_images(layout: str, tmp_path: Path) -> None:
    files = LAYOUTS[layout]()
    data = data_of(files)
    np.testing.assert_array_equal(data.images["test"], X_TEST)
    np.testing.assert_array_equal(data.labels["test"], Y_TEST)
    trained = np.concatenate([data.labels["train"], data.labels["validation"]])
    assert sorted(trained) == sorted(Y_TRAIN)
    if "kmnist" not in layout:
        assert data.class_names == tuple("0123456789")
    # The same files in a zip, in a tar, and in a folder whose name says nothing.
    packed = {f"latest/{name}": raw for name, raw in files.items()}
    (tmp_path / "latest").mkdir()
    for name, raw in packed.items():
        (tmp_path / name).write_bytes(raw)
    digests = [data_of({"a.zip": made.zipped(packed)}).sha256]
    digests.append(data_of({"a.tar.gz": made.tarred(packed)}).sha256)
    with open_paths([tmp_path / "latest"]) as found:
        digests.append(found.data_set(Choices())[0].sha256)
    assert set(digests) == {data.sha256}


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("{part}/{label}/{number}.png", 28),
        ("{part}Set/{part}Set/{label}/img_{number}.png", 28),
        ("{part}/{label}_{number}.png", 28),
        ("{part}ing/2828_{number}_{label}.png", 28),
        ("{part}/{label}/{number}.png", 100),
    ],
)
def test_pictures_are_read_with_labels_of_folders_or_names(pattern: str, size: int) -> None:
    data = data_of(made.pictures(pattern, size))
    assert len(data.labels["test"]) == 10
    assert data.class_names == tuple("0123456789")
    order = np.argsort(data.labels["test"], kind="stable")
    expected = np.argsort(Y_TEST[:10], kind="stable")
    close = np.abs(data.images["test"][order].astype(int) - X_TEST[:10][expected]).mean()
    assert close == 0 if size == 28 else close < 12


def test_well_known_sets_have_their_names() -> None:
    assert data_of({f"fashion/{n}": r for n, r in made.idx_files().items()}).class_names == FASHION
    kmnist = {f"KMNIST/raw/{n}": r for n, r in made.idx_files().items()}
    assert data_of(kmnist).class_names == KUZUSHIJI
    letters = made.idx_files("emnist-letters-", transposed=True, first=1)
    with opened(letters) as found:
        assert found.classes.names == tuple("ABCDEFGHIJ")
        assert found.transposed
    qmnist = made.idx_files("qmnist-")
    labels = np.stack([Y_TRAIN] * 8, axis=1).astype(np.int32)
    labels[:, 1:] += 100
    del qmnist["qmnist-train-labels-idx1-ubyte.gz"]
    qmnist["qmnist-train-labels-idx2-int.gz"] = gzip.compress(made.idx(labels))
    assert data_of(qmnist).class_names == tuple("0123456789")


def test_packed_copies_are_read_once() -> None:
    files = made.idx_files()
    twice = {**files, **{n.removesuffix(".gz"): gzip.decompress(r) for n, r in files.items()}}
    twice |= {f"{n.removesuffix('.gz')}/{n.removesuffix('.gz')}": r for n, r in twice.items()}
    assert data_of(twice).sha256 == data_of(files).sha256
    samples = made.pictures("trainingSample/{part}/{label}/{number}.png")
    pictures = made.pictures("trainingSet/{part}/{label}/{number}.png")
    with opened({**pictures, **samples}) as found:
        assert found.left_out == (("copies of pictures in another folder", 40),)


def test_transposed_and_inverted_images_are_turned_unless_refused() -> None:
    data = made.load_mnist()
    many, labels = data.x_train[:1000], data.y_train[:1000]
    files = {"a.npz": made.npz(x=255 - many.transpose(0, 2, 1), y=labels)}
    with opened(files) as found:
        assert found.inverted
        assert found.transposed
        assert len(found.notes) == 2
        turned, _ = found.data_set(Choices())
        kept, _ = found.data_set(Choices(inverted=False, transposed=False))
        images, names = found.samples(Choices())
    assert (turned.images["train"][0] == 0).mean() > 0.5
    np.testing.assert_array_equal(
        255 - turned.images["train"].transpose(0, 2, 1), kept.images["train"]
    )
    assert images.shape == (40, 28, 28)
    assert set(names) == set("0123456789")
    with opened({"a.npz": made.npz(x=many, y=labels)}) as found:
        assert not found.inverted
        assert not found.transposed


def test_what_has_no_label_or_cannot_be_read_is_counted() -> None:
    labels = Y_TRAIN.astype(float)
    labels[:3] = np.nan, -1, np.nan
    images = X_TRAIN / 255
    images[5, 3, 3] = np.nan
    with opened({"a.npz": made.npz(x_train=images, y_train=labels), "read.me": b""}) as found:
        data, rule = found.data_set(Choices())
    assert data.count == 56
    assert dict(found.left_out) == {
        "the file read.me": 1,
        "images without a label": 3,
        "images that can't be read": 1,
    }
    assert "no test and validation part" in rule
    rows = made.csv(X_TRAIN, Y_TRAIN).decode().splitlines()
    rows[3], rows[4] = "7,1,2", rows[4].replace(",0,", ",,", 1)
    files = {"train.csv": "\n".join(rows).encode(), "test.csv": b",".join([b"pixel0"] * 784)}
    with opened(files) as found:
        counts = dict(found.left_out)
        assert found.data_set(Choices())[0].count == 58
    assert sorted(counts.values()) == [1, 2]
    damaged = made.pictures() | {"train/3/broken.png": made.png(X_TRAIN[0])[:60]}
    with opened(damaged) as found:
        assert dict(found.left_out) == {"images that can't be read": 1}


def test_a_sample_of_a_large_set_is_drawn_with_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_IMAGES", 50)
    with opened({"mnist.npz": made.mnist_npz()}) as found:
        first, _ = found.data_set(Choices())
    assert first.count == 50
    assert "a sample of 50" in found.notes[0]
    assert data_of({"mnist.npz": made.mnist_npz()}).sha256 == first.sha256


def test_a_table_may_have_line_endings_of_windows() -> None:
    table = made.csv(X_TRAIN, Y_TRAIN).replace(b"\n", b"\r\n")
    data = data_of({"a.csv": table})
    assert data.count == len(Y_TRAIN)


@pytest.mark.parametrize("kind", ["npz", "idx", "csv", "csv of floats"])
def test_an_import_takes_a_few_times_the_memory_of_its_images(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path))
    data = load_mnist()
    images, labels = data.x_train[:6_000], data.y_train[:6_000]
    files = {
        "npz": lambda: {"a.npz": made.npz(x=images, y=labels)},
        "idx": lambda: {"images-idx3-ubyte": made.idx(images), "labels-idx1": made.idx(labels)},
        "csv": lambda: {"a.csv": made.csv(images, labels)},
        "csv of floats": lambda: {"a.csv": made.csv((images / 255).round(2), labels)},
    }[kind]()
    tracemalloc.start()
    try:
        with opened(files) as found:
            library.keep(found, Choices(), "mine")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # Blocks that are converted at once have the same size for large sets.
    assert peak < 4 * images.nbytes + 60e6


def test_both_ways_to_28_pixels_are_offered() -> None:
    files = made.pictures("{part}/{label}/{number}.png", 90)
    resized, centred = data_of(files), data_of(files, Choices(fit="centre"))
    assert not np.array_equal(resized.images["test"], centred.images["test"])
    for image in centred.images["test"]:
        rows = np.flatnonzero(image.any(axis=1))
        columns = np.flatnonzero(image.any(axis=0))
        assert max(np.ptp(rows), np.ptp(columns)) == 19


def test_names_of_classes_can_be_given() -> None:
    names = tuple(f"sign {number}" for number in range(10))
    assert data_of({"a.npz": made.mnist_npz()}, Choices(class_names=names)).class_names == names
    with pytest.raises(DataError, match="class names: expected 10"):
        data_of({"a.npz": made.mnist_npz()}, Choices(class_names=names[:3]))


@pytest.mark.parametrize(
    ("files", "part"),
    [
        ({"a.pkl": pickle.dumps([1])}, "never loaded"),
        ({"a.h5": b"\x89HDF"}, "h5py"),
        ({"a.rar": b"Rar!"}, "unpack it"),
        ({"notes.md": b"hello"}, "got 1 file of other kinds"),
        ({"a.npz": b"no zip"}, "File is not a zip file"),
        ({"a.npz": made.npz(x=X_TRAIN)}, "images and labels of the same length"),
        ({"a.npz": made.npz(x=X_TRAIN, y=Y_TRAIN[:9])}, "images and labels of the same length"),
        ({"a.npz": made.npz(x=X_TRAIN, y=Y_TRAIN * 0)}, "expected 2 to 62 classes, got 1"),
        ({"a.npz": made.npz(x=X_TRAIN, y=Y_TRAIN + 0.5)}, "whole numbers or names as labels"),
        ({"a.npz": made.npz(x=X_TRAIN * 3.0, y=Y_TRAIN)}, "expected pixels from 0 to 255"),
        ({"a.npz": made.npz(x=X_TRAIN, y=np.ones((60, 3)))}, "rows with one 1"),
        ({"train-images-idx3-ubyte": made.idx(X_TRAIN)}, "give both files"),
        (
            {**made.idx_files("emnist-letters-"), **made.idx_files("emnist-digits-")},
            "those of 2: emnist-digits, emnist-letters",
        ),
        ({"train.csv": b"label,a,b\n1,2,3\n"}, "such as 784"),
        ({"test.csv": b",".join([b"pixel0"] * 784)}, "no column of labels"),
        ({"a.png": made.png(X_TRAIN[0])}, "put them in folders"),
        ({"a.mat": b"MATLAB 7.3 MAT-file" + bytes(200)}, "version 7.3"),
        ({"a.tar.gz": b"\x1f\x8bno"}, "a tar that can't be read"),
        ({"a.parquet": b"PAR1" + bytes(90) + b"PAR1"}, "save it again"),
        ({}, "got no file"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "+".join(value)[:30],
)
def test_what_is_no_data_set_raises_an_error(files: made.Files, part: str) -> None:
    with pytest.raises(DataError) as caught:
        data_of(files)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_objects_are_never_loaded() -> None:
    file = io.BytesIO()
    np.savez(file, x=X_TRAIN, y=np.array([print] * 60, object), allow_pickle=True)
    with pytest.raises(DataError, match="objects"):
        data_of({"a.npz": file.getvalue()})


def bomb() -> bytes:
    header = io.BytesIO()
    about = {"descr": "|u1", "fortran_order": False, "shape": (10**6, 28, 28)}
    np.lib.format.write_array_header_1_0(header, about)  # type: ignore[no-untyped-call]
    images = header.getvalue() + bytes(10**8)
    labels = io.BytesIO()
    np.save(labels, np.arange(10**6, dtype=np.uint8) % 10)
    return made.zipped({"x.npy": images, "y.npy": labels.getvalue()})


def test_an_array_that_is_shorter_than_it_says_takes_no_memory() -> None:
    raw = bomb()
    tracemalloc.start()
    with pytest.raises(DataError):
        data_of({"a.npz": raw})
    assert tracemalloc.get_traced_memory()[1] < 400e6
    tracemalloc.stop()


def test_limits_of_a_data_set_are_those_of_the_issue() -> None:
    assert (limits.MIN_CLASSES, limits.MAX_CLASSES, limits.MAX_IMAGES) == (2, 62, 200_000)
