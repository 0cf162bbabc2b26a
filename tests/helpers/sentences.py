"""The sentences of a text in Markdown."""

import re

MOST_WORDS = 30
# Fenced, or indented after an empty line.
_BLOCK = re.compile(r"```.*?```|(?<=\n\n)(?: {4}[^\n]*\n)+", re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
_TARGET = re.compile(r"\]\([^)]*\)|<[^>]*>")
# An end of a sentence, of a paragraph, of an item of a list, or of a cell of a table.
_END = re.compile(r"(?<=[.!?])[*_\"')\]]*\s+(?=\W*[A-Z0-9])|\n\s*\n|\n\s*[-*] |\|")


def long_sentences(text: str) -> list[str]:
    """Return the sentences of a text in Markdown with more than `MOST_WORDS` words.

    A piece of code counts as one word, a link as its text. A block of code is none.
    """
    plain = _TARGET.sub("]", _CODE.sub("Code", _BLOCK.sub("\n\n", text)))
    sentences = (" ".join(sentence.split()) for sentence in _END.split(plain))
    return [sentence for sentence in sentences if len(_words(sentence)) > MOST_WORDS]


def _words(sentence: str) -> list[str]:
    return re.findall(r"[^\W_][\w’'.,×/-]*", sentence)
