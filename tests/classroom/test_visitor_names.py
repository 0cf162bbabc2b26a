"""Names of visitors: friendly, unique, and nothing that Markdown or HTML gives a meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.classroom.visitor_names import checked_name, friendly_name
from mnistviz.core.errors import ClassError
from mnistviz.ui.shared.words.plain import plain


def test_friendly_names_are_unique_valid_and_stay_the_same() -> None:
    taken: list[str] = []
    for number in range(300):
        name = friendly_name(f"token {number}", taken)
        assert checked_name(name, taken) == name
        taken.append(name)
    assert len(set(taken)) == 300
    assert friendly_name("token 0", []) == taken[0]


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "<script>",
        "[a](http://b)",
        "![a](b)",
        "**a**",
        "_a_",
        ":red[a]",
        "www.example.com",
        "a@b.de",
        "../../etc",
        "a\u202eb",
        "x" * 31,
        "Teacher",
        "BLUE OTTER",
    ],
)
def test_a_name_that_is_taken_or_could_be_more_than_text_is_refused(name: str) -> None:
    with pytest.raises(ClassError, match="name"):
        checked_name(name, ["blue otter"])


@given(st.text(max_size=35))
def test_what_is_accepted_is_the_same_in_markdown(name: str) -> None:
    try:
        accepted = checked_name(name, [])
    except ClassError:
        return
    assert plain(accepted).replace("\\-", "-").replace("\\'", "'") == accepted
