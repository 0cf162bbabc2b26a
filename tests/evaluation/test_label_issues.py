"""Labels in doubt: what is kept, by one set and another, and what is left without them."""

import json
import threading

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.errors import SpecError
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation import label_issues
from mnistviz.evaluation.predictions import answers_of


def test_a_mark_is_stored_until_it_is_removed() -> None:
    assert label_issues.read("one") == {}
    label_issues.mark("one", 0, "wrong")
    label_issues.mark("one", 12, "ambiguous")
    label_issues.mark("other", 3, "wrong")
    assert label_issues.read("one") == {0: "wrong", 12: "ambiguous"}
    label_issues.mark("one", 0, "ambiguous")
    label_issues.mark("one", 12, None)
    assert label_issues.read("one") == {0: "ambiguous"}
    assert label_issues.read("other") == {3: "wrong"}
    label_issues.mark("other", 3, None)
    assert json.loads(label_issues.file().read_text()) == {"one": {"0": "ambiguous"}}


def test_concurrent_marks_are_all_stored() -> None:
    threads = [
        threading.Thread(target=label_issues.mark, args=("one", number, "wrong"))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(label_issues.read("one")) == list(range(8))


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"one": 3}', '{"one": {"a": "wrong", "-1": "wrong", "4": "odd", "5": 6}}'],
)
def test_a_damaged_file_has_no_marks(content: str) -> None:
    storage.home().mkdir(parents=True)
    label_issues.file().write_text(content)
    assert label_issues.read("one") == {}
    label_issues.mark("one", 7, "wrong")
    assert label_issues.read("one") == {7: "wrong"}


def test_a_file_that_was_cut_short_is_set_aside_before_it_is_replaced() -> None:
    label_issues.mark("set", 1, "wrong")
    cut = label_issues.file().read_bytes()[:-5]
    label_issues.file().write_bytes(cut)
    label_issues.mark("set", 2, "wrong")
    assert label_issues.read("set") == {2: "wrong"}
    assert label_issues.file().with_suffix(".damaged").read_bytes() == cut


def test_an_unknown_mark_raises() -> None:
    with pytest.raises(SpecError) as error:
        label_issues.mark("one", 1, "odd")  # type: ignore[arg-type]
    assert str(error.value) == "doubt: expected one of wrong, ambiguous, got 'odd'"


def test_without_keeps_all_other_answers() -> None:
    logits = np.eye(10, dtype=np.float32)[[1, 2, 3]]
    labels = np.array([1, 2, 9], np.uint8)
    found = answers_of(LabelledSet("three", np.zeros((3, 28, 28), np.uint8), labels), logits)
    left = label_issues.without(found, [2, 500])
    assert left.right.tolist() == [True, True]
    assert left.data.labels.tolist() == [1, 2]
    assert len(left.data.images) == 2
