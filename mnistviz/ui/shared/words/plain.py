"""Text of other people in Markdown, shown as it is."""

import re

# What Markdown, HTML or Streamlit's directives begin with; a dot after www makes a link.
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:@&^=\"'/]|(?<=www)\.)", re.IGNORECASE)
# What makes a list at the start of a line.
_LIST = re.compile(r"^(\d*)([-.])")


def plain(text: str) -> str:
    """The text in Markdown that shows it: no link, image, HTML, directive or formatting."""
    # A backslash before any punctuation is that character itself. One line has no table.
    return _LIST.sub(r"\1\\\2", _MARKS.sub(r"\\\1", " ".join(text.split())))
