"""The comparison of two networks, in words."""

import pytest

from mnistviz.evaluation.mcnemar import McNemarResult
from mnistviz.runs import registry
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.ui.evaluate.pair_view import two_names, verdict


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (McNemarResult(90, 9, 0, 1, 2 / 2**9), "**mine is better**"),
        (McNemarResult(90, 0, 9, 1, 2 / 2**9), "**theirs is better**"),
        (McNemarResult(90, 3, 2, 5, 1.0), "as good as a **tie**"),
        (McNemarResult(90, 0, 0, 10, 1.0), "read the same images right"),
        (McNemarResult(0, 1, 0, 0, 1.0), "Only one of them is right on 1 image:"),
    ],
)
def test_a_network_is_better_where_chance_does_not_explain_the_difference(
    result: McNemarResult, text: str
) -> None:
    assert text in verdict("mine", "theirs", result)


def test_snapshots_of_one_run_are_named_with_their_epochs() -> None:
    best, reference = (latest_snapshot(registry.find_run(name)) for name in ("best", "reference"))
    assert two_names(best, reference) == ("best", "reference")
    assert two_names(best, Snapshot(best.run, 0)) == ("best at 40", "best at 0")
