"""The bundled MNIST, and the script that made it."""

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import DataError
from mnistviz.digits.mnist import MNIST_FILE, Mnist, balanced, load_mnist, to_input

SCRIPT = PROJECT / "tools" / "make_mnist_npz.py"
REMEDY = "Bring it back with: git checkout -- mnistviz/assets/mnist.npz"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_mnist_npz", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def arrays_of(data: Mnist) -> dict[str, np.ndarray]:
    return {
        "x_train": data.x_train,
        "y_train": data.y_train,
        "x_test": data.x_test,
        "y_test": data.y_test,
    }


# ---------------------------------------------------------------- the data set


def test_more_training_images_are_inserted_at_their_place() -> None:
    numbers = np.arange(60, dtype=np.uint8)
    images = np.broadcast_to(numbers[:, None, None], (60, 28, 28))
    data = Mnist(images, numbers, images[:5], numbers[:5])
    mixed = data.with_training_images(images[50:53], numbers[50:53], 40)
    np.testing.assert_array_equal(mixed.y_train, [*range(40), 50, 51, 52, *range(40, 60)])
    np.testing.assert_array_equal(mixed.x_train[:, 14, 14], mixed.y_train)
    assert mixed.x_test is data.x_test


def test_images_and_labels_have_their_shapes() -> None:
    arrays = arrays_of(load_mnist())
    assert {name: array.shape for name, array in arrays.items()} == {
        "x_train": (60_000, 28, 28),
        "y_train": (60_000,),
        "x_test": (10_000, 28, 28),
        "y_test": (10_000,),
    }
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.uint8)}


@pytest.mark.parametrize("name", ["x_train", "y_train", "x_test", "y_test"])
def test_the_arrays_are_read_only(name: str) -> None:
    array = arrays_of(load_mnist())[name]
    with pytest.raises(ValueError, match="assignment destination is read-only"):
        array[0] = 1


def test_mnist_is_read_once_a_process() -> None:
    assert load_mnist() is load_mnist()


def test_the_images_are_in_the_original_order() -> None:
    data = load_mnist()
    assert data.y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_ink_is_in_the_middle_and_paper_at_the_edges() -> None:
    data = load_mnist()
    for images in (data.x_train, data.x_test):
        assert (images.min(), images.max()) == (0, 255)
        assert images[:, 10:18, 10:18].mean() > 80
        assert images[:, [0, 1, -2, -1], :].mean() < 1


def test_class_counts_are_those_of_mnist() -> None:
    counts = load_mnist().class_counts()
    assert counts.tolist() == [
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    ]
    assert counts.sum(axis=1).tolist() == [60_000, 10_000]


def test_a_class_without_images_has_the_count_0() -> None:
    images, labels = np.zeros((2, 28, 28), np.uint8), np.array([3, 3], np.uint8)
    counts = Mnist(images, labels, images[:0], labels[:0]).class_counts()
    assert counts.tolist() == [[0, 0, 0, 2, 0, 0, 0, 0, 0, 0], [0] * 10]


def test_a_truncated_file_raises_an_error_with_a_remedy(tmp_path: Path) -> None:
    copy = tmp_path / "mnist.npz"
    part = MNIST_FILE.read_bytes()[:1_234_567]
    copy.write_bytes(part)
    with pytest.raises(DataError) as error:
        load_mnist(copy)
    assert str(error.value) == (
        "mnist.npz: expected the bundled MNIST with SHA-256 06af5dfe73b7…, found 1,234,567 bytes "
        f"with {hashlib.sha256(part).hexdigest()[:12]}…. {REMEDY}"
    )


def test_a_missing_file_raises_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        load_mnist(tmp_path / "mnist.npz")
    assert str(error.value) == (
        f"mnist.npz: the bundled MNIST can't be read (No such file or directory). {REMEDY}"
    )


def test_an_error_is_not_cached(tmp_path: Path) -> None:
    copy = tmp_path / "mnist.npz"
    labels = np.arange(10, dtype=np.uint8)
    images = np.zeros((10, 28, 28), np.uint8)
    np.savez(tmp_path / "new.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    digest = hashlib.sha256((tmp_path / "new.npz").read_bytes()).hexdigest()
    with pytest.raises(DataError):
        load_mnist(copy, digest)
    (tmp_path / "new.npz").rename(copy)
    assert load_mnist(copy, digest).y_test.tolist() == list(range(10))


def test_to_input_scales_to_float32_from_0_to_1() -> None:
    levels = np.arange(256, dtype=np.uint8)
    values = to_input(levels)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, np.array([level / 255 for level in range(256)], "f4"))
    assert to_input(load_mnist().x_test[:3]).shape == (3, 28, 28)


# ---------------------------------------------------------------- the script


def test_the_script_rejects_a_file_with_another_checksum(
    script: ModuleType, tmp_path: Path
) -> None:
    file, md5, header = script.SOURCES["y_test"]
    (tmp_path / file).write_bytes(b"")
    with pytest.raises(SystemExit) as error:
        script.read_idx(tmp_path / file, md5, header)
    assert str(error.value) == (
        f"{tmp_path / file}: expected MD5 27ae3e4e09519cfbb04c329615203637, "
        "found d41d8cd98f00b204e9800998ecf8427e. Get the file again."
    )


@pytest.mark.parametrize(("header", "shape"), [(16, (2, 28, 28)), (8, (1568,))])
def test_the_script_reads_the_data_after_the_header(
    script: ModuleType, tmp_path: Path, header: int, shape: tuple[int, ...]
) -> None:
    values = np.arange(2 * 28 * 28) % 256
    raw = b"\xff" * header + values.astype(np.uint8).tobytes()
    (tmp_path / "idx").write_bytes(raw)
    md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    found = script.read_idx(tmp_path / "idx", md5, header)
    assert found.shape == shape
    np.testing.assert_array_equal(found.ravel(), values)


def test_the_script_writes_the_arrays_and_path_that_are_read(script: ModuleType) -> None:
    assert script.ASSET == MNIST_FILE
    assert set(script.SOURCES) == set(arrays_of(load_mnist()))


def test_balanced_returns_the_first_images_of_each_class() -> None:
    labels = np.array([3, 1, 3, 3, 0, 1, 1], np.uint8)
    assert balanced(labels, 2).tolist() == [0, 1, 2, 4, 5]
