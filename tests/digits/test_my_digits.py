"""A person's own digits: saved, changed, deleted and restored."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnistviz.core import storage
from mnistviz.core.errors import DataError
from mnistviz.digits import my_digits
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.my_digits import NO_DIGIT, Answer
from mnistviz.runs import registry

IMAGES, LABELS = load_mnist().x_test, load_mnist().y_test
LINE = np.array([[10.25, 20], [30, 40.5]], np.float32)
DRAWN = Strokes(280, 280, 18.0, (LINE,))
ANSWER = Answer("best", 6880, (0.1, 0.6, 0.3, 0, 0, 0, 0, 0, 0, 0))


def test_a_digit_is_saved_with_strokes_and_answers() -> None:
    digit = my_digits.save(IMAGES[0], 7, DRAWN, [ANSWER])
    (found,) = my_digits.list_digits()
    assert (found.id, found.label, found.answers, found.deleted) == (digit.id, 7, (ANSWER,), False)
    assert found.created == digit.created
    assert np.array_equal(found.image, IMAGES[0])
    assert found.strokes is not None
    assert (found.strokes.width, found.strokes.brush) == (280, 18.0)
    assert np.array_equal(found.strokes.strokes[0], LINE)
    assert found.answers[0].digit == 1
    # The folder is not listed as a run.
    assert my_digits.folder() == storage.home() / "digits"
    assert registry.damaged_runs() == []


def test_the_input_of_the_network_is_saved() -> None:
    assert np.array_equal(my_digits.to_pixels(to_input(IMAGES[:1])[0]), IMAGES[0])


def test_what_is_no_digit_is_in_no_list_of_digits() -> None:
    kept = my_digits.save(IMAGES[0], NO_DIGIT)
    assert my_digits.list_digits() == []
    with pytest.raises(DataError):
        my_digits.as_labelled_set()
    assert [one.id for one in my_digits.non_digits()] == [kept.id]
    my_digits.delete(kept.id)
    assert my_digits.non_digits() == []
    assert my_digits.deleted_digits()[0].label == NO_DIGIT
    my_digits.save(IMAGES[0], 7)
    assert my_digits.list_digits()[0].label == 7


def test_the_same_image_is_one_digit() -> None:
    first = my_digits.save(IMAGES[0], 7, DRAWN, [ANSWER])
    my_digits.delete(first.id)
    again = my_digits.save(IMAGES[0], 1, None, [Answer("reference", 1, ANSWER.probabilities)])
    (found,) = my_digits.list_digits()
    assert (found.id, found.label, len(found.answers)) == (first.id, 1, 2)
    assert found.strokes is not None
    assert again.created == first.created


def test_digits_saved_by_threads_at_once_are_all_saved() -> None:
    def save_ten(start: int) -> None:
        for number in range(start, start + 10):
            my_digits.save(IMAGES[number], int(LABELS[number]))

    tabs = [threading.Thread(target=save_ten, args=(start,)) for start in (0, 5, 10)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(my_digits.list_digits()) == 20
    assert (
        my_digits.class_counts(my_digits.list_digits()).tolist()
        == np.bincount(LABELS[:20]).tolist()
    )


def test_a_deleted_digit_can_be_restored_until_it_is_removed() -> None:
    digit = my_digits.save(IMAGES[0], 7)
    my_digits.delete(digit.id)
    assert my_digits.list_digits() == []
    assert [digit.id for digit in my_digits.deleted_digits()] == [digit.id]
    my_digits.restore(digit.id)
    assert my_digits.list_digits()[0].label == 7
    with pytest.raises(DataError) as caught:
        my_digits.delete_permanently(digit.id)
    assert str(caught.value) == f"{digit.id}: expected a deleted digit; delete it first"
    my_digits.delete(digit.id)
    my_digits.delete_permanently(digit.id)
    assert my_digits.deleted_digits() == []


def test_a_label_can_be_changed() -> None:
    digit = my_digits.save(IMAGES[0], 7)
    assert my_digits.relabel(digit.id, 0).label == 0
    assert my_digits.list_digits()[0].label == 0
    with pytest.raises(DataError) as caught:
        my_digits.relabel(digit.id, 11)
    assert str(caught.value).endswith("got 11")


def test_a_digit_is_found_by_the_start_of_its_id() -> None:
    digit = my_digits.save(IMAGES[0], 7)
    assert my_digits.find(digit.id[:4]).id == digit.id
    with pytest.raises(DataError) as caught:
        my_digits.find("x")
    assert str(caught.value) == (
        "digit: expected the id of one of your digits, got 'x', which is that of 0; there are: "
        f"{digit.id}"
    )


def test_a_blank_image_raises_an_error() -> None:
    with pytest.raises(DataError) as caught:
        my_digits.save(np.zeros((28, 28), np.uint8), 7)
    assert str(caught.value) == (
        "My digits: expected a picture (28, 28) uint8 with ink, got a blank one; draw a digit first"
    )


def test_too_many_digits_raise_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_digits, "MAX_DIGITS", 1)
    my_digits.save(IMAGES[0], 7)
    with pytest.raises(DataError) as caught:
        my_digits.save(IMAGES[1], 2)
    assert str(caught.value) == (
        "My digits: expected at most 1 digits, deleted ones included, got 1 more where 1 are; "
        "import fewer, or evaluate a run on the whole set"
    )


def test_the_labelled_set_contains_all_digits() -> None:
    with pytest.raises(DataError) as caught:
        my_digits.as_labelled_set()
    assert str(caught.value) == (
        "My digits: expected at least one digit, none is kept yet; draw one on the Draw page and "
        "say what it is, or import some with `digits import`"
    )
    for number in (3, 5):
        my_digits.save(IMAGES[number], int(LABELS[number]))
    labelled = my_digits.as_labelled_set()
    assert labelled.images.shape == (2, 28, 28)
    assert sorted(labelled.labels) == sorted(LABELS[[3, 5]])
    assert labelled.description == "2 digits that you kept."


@given(data=st.data())
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_damaged_file_is_ignored_and_reported(data: st.DataObject, home: Path) -> None:
    whole = my_digits.save(IMAGES[0], 7, DRAWN, [ANSWER])
    other = my_digits.save(IMAGES[1], 2)
    file = my_digits.file_of(whole.id)
    value = json.loads(file.read_text())
    key = data.draw(st.sampled_from(sorted(value)))
    value[key] = data.draw(
        st.one_of(st.none(), st.integers(10, 99), st.text(max_size=5), st.lists(st.integers()))
    )
    file.write_text(json.dumps(value))
    ids = {digit.id for digit in my_digits.list_digits()}
    assert other.id in ids
    assert (my_digits.damaged_files() == [file]) != (
        whole.id in ids | {digit.id for digit in my_digits.deleted_digits()}
    )
    file.write_text("{")
    assert [digit.id for digit in my_digits.list_digits()] == [other.id]
    file.unlink()
