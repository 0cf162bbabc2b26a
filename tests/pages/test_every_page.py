"""Every page: it opens without an error, explains its terms, and its sentences are short."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from mnistviz.ui.shared.words.glossary import meanings_of, terms_in
from tests.helpers.pages import open_page
from tests.helpers.sentences import MOST_WORDS, long_sentences

pytestmark = pytest.mark.pages

# A test image of an 8, before which the article is "an".
AN_EIGHT = "61"
PROSE = ("markdown", "caption", "info", "warning", "success", "error")


def prose_of(app: AppTest) -> list[tuple[str, str]]:
    """The texts of a page in their order, each with its help."""
    return [
        (str(element.value), getattr(element.proto, "help", ""))  # type: ignore[attr-defined]
        for element in app.main
        if element.type in PROSE
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens_without_an_error_and_in_plain_words(page: PageEntry) -> None:
    app = open_page(page.name, image=AN_EIGHT)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == page.title

    prose = prose_of(app)
    text = "\n\n".join(value for value, _ in prose)
    assert not long_sentences(text), f"sentences of more than {MOST_WORDS} words"
    # Hover texts of charts are in the page, too.
    everything = text + "".join(str(element.proto) for element in app.main if element.children == {})
    assert not re.search(r"\ba \**8\b", everything)

    # The help of a text has the meaning of each term that it is the first to use.
    unexplained = []
    explained: set[str] = set()
    for value, help_text in prose:
        for term in terms_in(value):
            if term.name not in explained and term.meaning not in help_text:
                unexplained.append((term.name, value[:60]))
            explained.add(term.name)
    assert not unexplained
    del meanings_of
