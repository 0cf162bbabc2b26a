"""What is said of two networks."""

import pytest

from mnistviz.evaluation.mcnemar import McNemarResult
from mnistviz.ui.evaluate.pair_view import verdict


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (McNemarResult(90, 9, 0, 1, 2 / 2**9), "**mine is the better one**"),
        (McNemarResult(90, 0, 9, 1, 2 / 2**9), "**theirs is the better one**"),
        (McNemarResult(90, 3, 2, 5, 1.0), "**can't tell them apart**"),
        (McNemarResult(90, 0, 0, 10, 1.0), "right on the same images: these can't tell them apart"),
        (McNemarResult(0, 1, 0, 0, 1.0), "They differ on 1 image where"),
    ],
)
def test_better_is_who_is_right_more_often_than_chance_explains(
    found: McNemarResult, said: str
) -> None:
    assert said in verdict("mine", "theirs", found)
