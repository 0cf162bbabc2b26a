"""A server that others reach serves a class, unless it is told."""

import pytest

from mnistviz.classroom.mode import Mode, mode_of
from mnistviz.core.errors import ClassError

ANY = "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    ("told", "address", "arguments", "expected"),
    [
        ("", "localhost", [], "alone"),
        ("", "127.0.0.1", [], "alone"),
        ("", "::1", [], "alone"),
        ("", ANY, [], "class"),
        ("", "::", [], "class"),
        ("", "192.168.1.5", [], "class"),
        ("", "school.example", [], "class"),
        ("", None, [], "class"),
        ("alone", ANY, [], "alone"),
        (" Class ", "localhost", [], "class"),
        ("class", ANY, ["--alone"], "alone"),
    ],
)
def test_mode_follows_the_address_unless_it_is_told(
    told: str, address: str | None, arguments: list[str], expected: Mode
) -> None:
    assert mode_of(told, address, arguments) == expected


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ClassError, match="alone or class"):
        mode_of("on", "localhost")
