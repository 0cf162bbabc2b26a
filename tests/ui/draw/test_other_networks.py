"""Whether several networks agree, in words."""

import pytest

from mnistviz.ui.draw.other_networks import agreement_text


@pytest.mark.parametrize(
    ("answers", "text"),
    [([7], "Choose another run"), ([7, 7, 7], "All agree."), ([7, 1, 7], "They disagree")],
)
def test_agreement(answers: list[int], text: str) -> None:
    assert agreement_text(answers).startswith(text)
