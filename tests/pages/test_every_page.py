"""Every page: it opens without an error, explains its terms, and its sentences are short."""

import re
from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from mnistviz.ui.shared.words.glossary import TERMS, Term, terms_in
from tests.helpers.pages import open_page
from tests.helpers.sentences import long_sentences

pytestmark = pytest.mark.pages

# A test image of an 8, before which the article is "an".
AN_EIGHT = "61"
PROSE = ("markdown", "caption")
MESSAGES = ("info", "warning", "success", "error")


def texts_of(app: AppTest, kinds: Sequence[str]) -> list[tuple[str, str]]:
    """The texts of a page in their order, each with its help."""
    return [
        (str(element.value), getattr(element.proto, "help", ""))
        for element in app.main
        if element.type in kinds
    ]


def is_glossary(text: str) -> bool:
    return all(f"**{term.name}**" in text for term in TERMS)


# Their texts are being rewritten.
LATER = ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens_without_an_error_and_in_plain_words(page: PageEntry) -> None:
    app = open_page(page.name, image=AN_EIGHT)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == page.title

    if page.name in LATER:
        return
    texts = texts_of(app, (*PROSE, *MESSAGES))
    assert not long_sentences("\n\n".join(text for text, _ in texts))
    # Hover texts of charts are in the page, too.
    parts = "".join(str(part.proto) for part in app.main if not hasattr(part, "children"))
    assert not re.search(r"\ba \**8\b", parts)

    # The help of a text has the meanings of the terms that it is the first one to use.
    explained: set[Term] = set()
    for text, help_text in texts_of(app, PROSE):
        if is_glossary(text):
            continue
        for term in terms_in(text):
            assert term in explained or term.meaning in help_text, (term.name, text)
            explained.add(term)
