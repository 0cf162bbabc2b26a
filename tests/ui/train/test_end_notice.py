"""The title of the tab while a run trains."""

import pytest

from mnistviz.ui.train.end_notice import tab_title


@pytest.mark.parametrize(
    ("share", "title"),
    [
        (0.0, "0 % · mnistviz"),
        (0.42, "42 % · mnistviz"),
        (0.999, "99 % · mnistviz"),
        (None, "mnistviz"),
    ],
)
def test_the_title_has_the_share_that_is_done(share: float | None, title: str) -> None:
    assert tab_title(share) == title
