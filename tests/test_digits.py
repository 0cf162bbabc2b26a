"""A person's own digits: kept one by one, changed, deleted and brought back."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mnistviz import digits, runs
from mnistviz.data import load_mnist, to_input
from mnistviz.digits import Answer
from mnistviz.errors import DataError
from mnistviz.strokes import Strokes

IMAGES, LABELS = load_mnist().x_test, load_mnist().y_test
LINE = np.array([[10.25, 20], [30, 40.5]], np.float32)
DRAWN = Strokes(280, 280, 18.0, (LINE,))
ANSWER = Answer("best", 6880, (0.1, 0.6, 0.3, 0, 0, 0, 0, 0, 0, 0))


def test_a_digit_is_kept_with_all_that_belongs_to_it() -> None:
    kept = digits.keep(IMAGES[0], 7, DRAWN, [ANSWER])
    (found,) = digits.list_digits()
    assert (found.id, found.label, found.answers, found.deleted) == (kept.id, 7, (ANSWER,), False)
    assert found.created == kept.created
    assert np.array_equal(found.image, IMAGES[0])
    assert found.strokes is not None
    assert (found.strokes.width, found.strokes.brush) == (280, 18.0)
    assert np.array_equal(found.strokes.strokes[0], LINE)
    assert found.answers[0].digit == 1
    # In a folder that no list of runs takes for a run.
    assert digits.folder() == runs.home() / "digits"
    assert runs.damaged_runs() == []


def test_what_the_network_saw_is_what_is_kept() -> None:
    assert np.array_equal(digits.to_pixels(to_input(IMAGES[:1])[0]), IMAGES[0])


def test_the_same_picture_is_one_digit_whoever_keeps_it() -> None:
    first = digits.keep(IMAGES[0], 7, DRAWN, [ANSWER])
    digits.delete(first.id)
    again = digits.keep(IMAGES[0], 1, None, [Answer("reference", 1, ANSWER.probabilities)])
    (found,) = digits.list_digits()
    assert (found.id, found.label, len(found.answers)) == (first.id, 1, 2)
    assert found.strokes is not None
    assert again.created == first.created


def test_digits_of_two_tabs_at_once_are_all_there() -> None:
    def keep_ten(start: int) -> None:
        for number in range(start, start + 10):
            digits.keep(IMAGES[number], int(LABELS[number]))

    tabs = [threading.Thread(target=keep_ten, args=(start,)) for start in (0, 5, 10)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(digits.list_digits()) == 20
    assert digits.counts(digits.list_digits()).tolist() == np.bincount(LABELS[:20]).tolist()


def test_a_deleted_digit_comes_back_until_it_is_removed() -> None:
    kept = digits.keep(IMAGES[0], 7)
    digits.delete(kept.id)
    assert digits.list_digits() == []
    assert [digit.id for digit in digits.deleted_digits()] == [kept.id]
    digits.restore(kept.id)
    assert digits.list_digits()[0].label == 7
    with pytest.raises(DataError) as caught:
        digits.remove_for_good(kept.id)
    assert str(caught.value) == f"{kept.id}: expected a deleted digit; delete it first"
    digits.delete(kept.id)
    digits.remove_for_good(kept.id)
    assert digits.deleted_digits() == []


def test_a_label_can_be_said_anew() -> None:
    kept = digits.keep(IMAGES[0], 7)
    assert digits.relabel(kept.id, 0).label == 0
    assert digits.list_digits()[0].label == 0
    with pytest.raises(DataError) as caught:
        digits.relabel(kept.id, 10)
    assert str(caught.value) == "label: expected a digit from 0 to 9, got 10"


def test_a_digit_is_found_by_the_beginning_of_its_id() -> None:
    kept = digits.keep(IMAGES[0], 7)
    assert digits.find(kept.id[:4]).id == kept.id
    with pytest.raises(DataError) as caught:
        digits.find("x")
    assert str(caught.value) == (
        "digit: expected the id of one of your digits, got 'x', which is that of 0; there are: "
        f"{kept.id}"
    )


def test_a_blank_picture_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        digits.keep(np.zeros((28, 28), np.uint8), 7)
    assert str(caught.value) == (
        "My digits: expected a picture (28, 28) uint8 with ink, got a blank one; draw a digit first"
    )


def test_there_is_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "MAX_DIGITS", 1)
    digits.keep(IMAGES[0], 7)
    with pytest.raises(DataError) as caught:
        digits.keep(IMAGES[1], 2)
    assert str(caught.value) == (
        "My digits: expected at most 1 digits, deleted ones included, got 1 more where 1 are; "
        "import fewer, or evaluate a run on the whole set"
    )


def test_as_a_labelled_set() -> None:
    with pytest.raises(DataError) as caught:
        digits.as_labelled_set()
    assert str(caught.value) == (
        "My digits: expected at least one digit, none is kept yet; draw one on the Draw page and "
        "say what it is, or import some with `digits import`"
    )
    for number in (3, 5):
        digits.keep(IMAGES[number], int(LABELS[number]))
    found = digits.as_labelled_set()
    assert found.images.shape == (2, 28, 28)
    assert sorted(found.labels) == sorted(LABELS[[3, 5]])
    assert found.how == "2 digits that you kept."


@given(data=st.data())
@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_damaged_file_is_passed_over_and_told(data: st.DataObject, home: Path) -> None:
    whole = digits.keep(IMAGES[0], 7, DRAWN, [ANSWER])
    other = digits.keep(IMAGES[1], 2)
    file = digits.file_of(whole.id)
    value = json.loads(file.read_text())
    key = data.draw(st.sampled_from(sorted(value)))
    value[key] = data.draw(
        st.one_of(st.none(), st.integers(10, 99), st.text(max_size=5), st.lists(st.integers()))
    )
    file.write_text(json.dumps(value))
    ids = {digit.id for digit in digits.list_digits()}
    assert other.id in ids
    assert (digits.damaged_files() == [file]) != (
        whole.id in ids | {one.id for one in digits.deleted_digits()}
    )
    file.write_text("{")
    assert [digit.id for digit in digits.list_digits()] == [other.id]
    file.unlink()
