"""The glossary: one source, and an explanation where a term is used first."""

from mnistviz.core.assets import PROJECT
from mnistviz.ui.shared.words.glossary import TERMS, as_markdown, meanings_of, terms_in


def names_in(text: str) -> list[str]:
    return [term.name for term in terms_in(text)]


def test_the_page_in_docs_is_the_glossary() -> None:
    page = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert page == as_markdown(), "python -m tools.make_glossary writes it"


def test_terms_are_found_in_their_forms_and_order() -> None:
    assert names_in("Two KERNELS in a batch, then more batches.") == ["kernel", "batch"]
    assert names_in("Feature maps are made by max-pooling.") == ["feature map", "max-pooling"]
    assert names_in("Corns and kernelled things.") == []


def test_the_help_of_a_text_has_the_meanings_of_its_terms() -> None:
    help_text = meanings_of("A kernel of a layer.")
    assert help_text is not None
    kernel, layer = help_text.split("\n\n")
    assert kernel.startswith("**kernel**: A small square of numbers")
    assert layer.startswith("**layer**: ")
    assert meanings_of("Nothing special.") is None


def test_each_term_is_there_once_and_its_meaning_is_short() -> None:
    names = [term.name.lower() for term in TERMS]
    assert len(set(names)) == len(names)
    for term in TERMS:
        assert term.meaning.endswith(".")
        for sentence in term.meaning.split(". "):
            assert len(sentence.split()) <= 20, sentence
