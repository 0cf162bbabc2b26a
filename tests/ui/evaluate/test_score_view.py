"""The most frequent mix-ups of a confusion matrix."""

import numpy as np

from mnistviz.ui.evaluate.score_view import NUM_MIX_UPS, most_frequent_mix_ups


def test_mix_ups_are_sorted_by_their_number_of_images() -> None:
    confusion = np.diag(np.full(10, 100))
    confusion[4, 9], confusion[7, 2], confusion[0, 6] = 5, 8, 5
    # Equal numbers are in the order of the matrix.
    assert most_frequent_mix_ups(confusion) == [(7, 2), (0, 6), (4, 9)]


def test_the_number_of_mix_ups_is_limited() -> None:
    confusion = np.arange(100).reshape(10, 10)
    mix_ups = most_frequent_mix_ups(confusion)
    assert len(mix_ups) == NUM_MIX_UPS
    assert mix_ups[0] == (9, 8)


def test_without_a_mistake_there_is_no_mix_up() -> None:
    assert most_frequent_mix_ups(np.eye(10, dtype=np.int64)) == []
