"""Text of other people, shown as it is."""

import re

import pytest

from mnistviz.ui.shared.words.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](http://evil.example)",
        "![a](http://evil.example/a.png)",
        "https://evil.example",
        "WWW.evil.example",
        "mail@evil.example",
        ":red[a] :material/home: :red-badge[x]",
        "$x$ **b** _i_ ~~s~~ `c`",
        "# heading",
        "> quote",
        "| a | b |",
        "&lt;b&gt;",
    ],
)
def test_no_mark_of_markdown_html_or_directives_is_left(text: str) -> None:
    shown = plain(text)
    assert not re.search(r"(?<!\\)[<>\[\]()`*_~$:|#&@/]", shown)
    assert not re.search(r"www\.", shown, re.IGNORECASE)
    # Markdown takes the backslashes away again.
    assert re.sub(r"\\(.)", r"\1", shown) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("a\n\n# b", r"a \# b"),
        ("3.5 and 4-5", "3\\.5 and 4-5"),
    ],
)
def test_lines_are_one_paragraph(text: str, shown: str) -> None:
    assert plain(text) == shown
