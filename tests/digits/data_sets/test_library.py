"""Data sets that are kept: whole, under a free name, found, loaded and deleted."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets import library
from mnistviz.digits.data_sets.data_set import DataSetInfo
from mnistviz.digits.data_sets.reading import Choices, open_uploads
from mnistviz.digits.mnist import load_mnist
from tests.helpers import data_set_files as made

X_TRAIN, Y_TRAIN, X_TEST, Y_TEST = made.parts()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path))
    library._as_mnist.cache_clear()
    return tmp_path


def keep(name: str, files: made.Files | None = None, **choices: object) -> DataSetInfo:
    files = files or {"mnist.npz": made.mnist_npz()}
    with open_uploads(list(files.items())) as opened:
        return library.keep(opened, Choices(**choices), name)  # type: ignore[arg-type]


def test_a_kept_set_is_listed_loaded_and_deleted(home: Path) -> None:
    first = keep("My signs", class_names=tuple("abcdefghij"))
    second = keep("others")
    assert [about.name for about in library.all_sets()] == ["others", "My signs"]
    assert library.find("My signs") == library.find(first.id) == first
    data = library.load(first)
    np.testing.assert_array_equal(data.images["test"], X_TEST)
    assert data.class_names == tuple("abcdefghij")
    assert data.sha256 == first.sha256 != second.sha256
    assert first.num_images() == 90
    assert first.num_images("test") == 30
    assert "no validation part" in first.split_rule
    library.delete(first)
    assert library.all_sets() == [second]
    with pytest.raises(DataError, match="there are: others"):
        library.find("My signs")
    assert sorted(path.name for path in library.folder().iterdir()) == [second.id]


def test_a_name_is_valid_and_free() -> None:
    keep("signs")
    for name in ("signs", "Signs", "mnist", "", "a:b"):
        with pytest.raises(DataError, match="name: "):
            keep(name)
    assert len(library.all_sets()) == 1


def test_nothing_is_kept_half(monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library.np, "savez", full_disk)
    with pytest.raises(DataError, match="No space left"):
        keep("signs")
    assert library.all_sets() == []
    assert list(library.folder().iterdir()) == []


def test_what_is_odd_about_a_set_is_reported() -> None:
    blank = np.zeros((2, 28, 28), np.uint8)
    files = {
        "a.npz": made.mnist_npz(
            x_train=np.concatenate([X_TRAIN, X_TEST[:3], blank]),
            y_train=np.concatenate([Y_TRAIN, Y_TEST[:3], [0, 1]]),
        )
    }
    about = keep("odd", files)
    assert about.duplicates["test in train"] + about.duplicates["test in validation"] == 3
    assert about.constant == 2
    assert sum(about.class_counts["test"]) == 30


def test_a_run_finds_its_data_by_their_checksum() -> None:
    ref = library.reference(keep("signs"))
    data = library.data_of(ref)
    assert len(data.x_train) == ref.num_train + ref.num_validation == 60
    np.testing.assert_array_equal(data.y_test, Y_TEST)
    library.delete(library.find("signs"))
    keep("imported again")
    library._as_mnist.cache_clear()
    assert len(library.data_of(ref).x_test) == 30
    library.delete(library.find("imported again"))
    library._as_mnist.cache_clear()
    with pytest.raises(DataError, match="signs: the data set of this run is not here"):
        library.data_of(ref)
    assert library.data_of(None) is load_mnist()


def test_damaged_sets_raise_an_error_and_are_not_listed() -> None:
    about = keep("signs")
    file = library.folder() / about.id / "set.npz"
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 255
    file.write_bytes(raw)
    with pytest.raises(DataError, match="import the data set again"):
        library.load(about)
    (library.folder() / about.id / "about.json").write_text("{}")
    assert library.all_sets() == []


@pytest.mark.parametrize("parts", [("x_train",), ("x_test",), ("x_train", "x_test")])
def test_parts_that_are_missing_are_drawn_from_each_class(parts: tuple[str, ...]) -> None:
    data = load_mnist()
    images, labels = data.x_train[:1000], data.y_train[:1000]
    arrays = {}
    for part in parts:
        arrays[part], arrays[part.replace("x", "y")] = images, labels
    about = keep("digits", {"a.npz": made.npz(**arrays)})
    count = {part: about.num_images(part) for part in ("train", "validation", "test")}  # type: ignore[arg-type]
    if len(parts) == 2:
        assert count["test"] == 1000
        assert 95 <= count["validation"] <= 105
    else:
        assert 95 <= count["test"] <= 105
        assert 85 <= count["validation"] <= 95
    assert min(about.class_counts["validation"]) >= 8
    again = keep("again", {"a.npz": made.npz(**arrays)})
    assert again.sha256 == about.sha256


def test_the_data_set_of_a_shared_run_is_found_in_its_space(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(storage.ROOM_VARIABLE, str(home))
    ada, bob = home / "spaces" / "ada", home / "spaces" / "bob"
    for space in (ada, bob):
        space.mkdir(parents=True)
    with storage.acting_in(ada):
        ref = library.reference(keep("signs"))
    with storage.acting_in(bob):
        assert library.all_sets() == []
        assert len(library.data_of(ref).x_test) == 30
