"""Signs of a person's hand: kept apart for each list of classes, changed and deleted."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.errors import DataError
from mnistviz.digits import my_digits, signs
from mnistviz.digits.mnist import load_mnist

LETTERS = ("A", "B", "C")
IMAGES = load_mnist().x_test[:3]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path))
    return tmp_path


def test_signs_are_kept_for_their_classes_only() -> None:
    kept = signs.save(IMAGES[0], 1, LETTERS)
    signs.save(IMAGES[1], 0, LETTERS)
    assert [sign.label for sign in signs.list_signs(LETTERS)] in ([1, 0], [0, 1])
    assert signs.list_signs(("A", "B")) == []
    assert my_digits.list_digits() == []
    found = signs.find_image(IMAGES[0], LETTERS)
    assert found is not None
    assert (found.id, found.label) == (kept.id, 1)
    labelled = signs.as_labelled_set(LETTERS)
    assert labelled.class_names == LETTERS
    assert sorted(labelled.labels.tolist()) == [0, 1]


def test_a_sign_that_is_saved_again_has_the_new_class() -> None:
    signs.save(IMAGES[0], 1, LETTERS)
    signs.save(IMAGES[0], 2, LETTERS)
    (sign,) = signs.list_signs(LETTERS)
    assert sign.label == 2
    signs.delete(sign.id, LETTERS)
    assert signs.list_signs(LETTERS) == []
    with pytest.raises(DataError):
        signs.delete(sign.id, LETTERS)


@pytest.mark.parametrize(
    ("image", "label"), [(IMAGES[0], 3), (np.zeros((28, 28), np.uint8), 0), (IMAGES, 0)]
)
def test_what_is_no_sign_is_refused(image: np.ndarray, label: int) -> None:
    with pytest.raises(DataError):
        signs.save(image, label, LETTERS)
    with pytest.raises(DataError):
        signs.as_labelled_set(LETTERS)


def test_ids_from_a_browser_name_no_other_file() -> None:
    with pytest.raises(DataError):
        signs.delete("../../secret", LETTERS)


def test_damaged_files_are_left_out(home: Path) -> None:
    sign = signs.save(IMAGES[0], 1, LETTERS)
    file = signs.folder(LETTERS) / f"{sign.id}.json"
    file.write_text(file.read_text().replace('"B"', '"Z"'))
    assert signs.list_signs(LETTERS) == []
