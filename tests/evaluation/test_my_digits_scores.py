"""What runs make of a person's digits, and how it is kept."""

import numpy as np
import pytest

from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import my_digits_scores
from mnistviz.evaluation.my_digits_scores import Score
from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot


def test_a_digit_is_classified_once_by_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    run = registry.find_run("best")
    step = snapshots.steps_of(run)[-1]
    data = load_mnist()
    kept = [my_digits.save(data.x_test[n], int(data.y_test[n])) for n in range(4)]
    assert np.isnan(my_digits_scores.known(Snapshot(run, step), kept)).all()
    assert my_digits_scores.score(my_digits_scores.known(Snapshot(run, step), kept), kept) is None
    first = my_digits_scores.answers(Snapshot(run, step), kept[:3])
    expected = load(Snapshot(run, step)).logits(to_input(data.x_test[:3]))
    assert np.allclose(first, expected, atol=1e-4)
    partly = my_digits_scores.known(Snapshot(run, step), kept)
    assert np.isnan(partly[:, 0]).tolist() == [False, False, False, True]
    assert my_digits_scores.answers(Snapshot(run, step), kept)[3].argmax() == data.y_test[3]
    monkeypatch.setattr("mnistviz.runs.load.load", lambda *_: pytest.fail("all of them are known"))
    assert np.array_equal(my_digits_scores.answers(Snapshot(run, step), kept)[:3], first)
    # A label that is said anew changes the score, not the answers.
    kept[0] = my_digits.relabel(kept[0].id, (kept[0].label + 1) % 10)
    assert my_digits_scores.score(
        my_digits_scores.answers(Snapshot(run, step), kept), kept
    ) == Score(3, 4)


def test_the_interval_is_wilsons() -> None:
    # Wilson 1927, worked out by hand: z² = 3.8415.
    z = 1.959964
    for right, total in [(3, 4), (0, 10), (97, 100)]:
        share = right / total
        middle = (share + z * z / 2 / total) / (1 + z * z / total)
        half = z / (1 + z * z / total)
        half *= np.sqrt(share * (1 - share) / total + z * z / 4 / total**2)
        assert np.allclose(Score(right, total).interval, [middle - half, middle + half], atol=1e-6)
    assert Score(3, 4).sentence == "3 of 4, 75.0% [30.1%, 95.4%]"
