"""Text of other people in Markdown, shown as it is."""

import re
import string

_MARKS = re.compile(f"([{re.escape(string.punctuation)}])")


def plain(text: str) -> str:
    """The text in Markdown that shows it: no link, image, HTML, directive or formatting."""
    # A backslash before any punctuation is that character itself. A line is no heading or list.
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
