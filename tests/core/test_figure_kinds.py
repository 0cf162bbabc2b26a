"""The kinds of files that a chart can be written to."""

from pathlib import Path

import pytest

from mnistviz.core.errors import ReportError
from mnistviz.core.figure_kinds import FIGURE_ENDINGS, FIGURE_KINDS, figure_kind


@pytest.mark.parametrize("kind", FIGURE_KINDS)
def test_kind_is_the_end_of_the_name(kind: str) -> None:
    assert figure_kind(Path(f"a.b.{kind}")) == figure_kind(Path(f"A.{kind.upper()}")) == kind
    assert f".{kind}" in FIGURE_ENDINGS


@pytest.mark.parametrize("name", ["a.pdf", "png", "a.html.txt"])
def test_another_end_is_an_error(name: str) -> None:
    with pytest.raises(ReportError) as error:
        figure_kind(Path(name))
    assert str(error.value) == (
        f"out: expected a file that ends in .png, .html or .npz, got {name!r}"
    )
