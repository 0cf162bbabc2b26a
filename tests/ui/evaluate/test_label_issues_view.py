"""The accuracy without doubtful labels, and candidates for a mark."""

from mnistviz.ui.evaluate.label_issues_view import accuracy_rows, candidates
from tests.helpers.answers import made_answers


def test_accuracy_with_and_without_the_marked_images() -> None:
    answers = made_answers([0, 1, 2, 3], [0, 1, 7, 8])
    rows = accuracy_rows(answers, {2: "wrong", 3: "ambiguous"})
    assert list(rows) == ["all images", "without 1 wrong label", "without all 2 in doubt"]
    assert [row["images"] for row in rows.values()] == [4, 3, 2]
    assert [row["mistakes"] for row in rows.values()] == [2, 1, 0]
    assert [row["accuracy"] for row in rows.values()] == ["50.00%", "66.67%", "100.00%"]


def test_candidates_are_unmarked_and_all_networks_agree_against_the_label() -> None:
    labels = [0, 1, 2, 3, 4]
    first = made_answers(labels, [0, 7, 7, 7, 9])
    second = made_answers(labels, [0, 7, 7, 8, 9])
    assert candidates([first, second], []).tolist() == [1, 2, 4]
    assert candidates([first, second], {2: "wrong"}).tolist() == [1, 4]
