"""Names that a person gives: what is printable is valid, whatever the script."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.core.inputs import names


@given(st.text())
def test_a_tidied_name_stays_as_it_is_and_has_a_folder_name_of_ascii(text: str) -> None:
    name = names.tidied(text)
    assert names.tidied(name) == name
    folder = names.to_folder_name(name)
    assert set(folder) <= set(string.ascii_letters + string.digits + "._-")
    assert folder[0] not in ".-"


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20))
def test_letters_and_digits_of_all_scripts_are_valid(text: str) -> None:
    name = names.tidied(text)
    assert names.is_valid(name)


@pytest.mark.parametrize("character", [*sorted(names.RESERVED), "\x00", "\u202e", "\u2028"])
def test_what_means_something_else_is_invalid(character: str) -> None:
    assert not names.is_valid(f"a{character}b")
