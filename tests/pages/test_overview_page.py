"""The Overview page: the network's numbers, and the ways to all pages."""

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.ui.shared.page_registry import PAGES
from mnistviz.ui.shared.words.glossary import terms_in
from tests.helpers.pages import metrics_of, open_page

pytestmark = pytest.mark.pages


def test_parameters_are_those_of_the_network() -> None:
    app = open_page()
    model = ModelSpec()
    metrics = metrics_of(app)
    assert metrics["Parameters"] == f"{model.parameters:,}"
    assert metrics["Learned by training"] == f"{model.trainable:,}"
    assert metrics["Running averages"] == f"{model.non_trainable:,}"
    assert app.table[0].value["parameters"].sum() == model.parameters


@pytest.mark.slow
def test_every_page_is_linked_with_its_purpose() -> None:
    expander = open_page().expander[0]
    others = {page.name: page.help for page in PAGES if page.name != "overview"}
    assert {link.proto.page for link in expander.get("page_link")} == set(others)
    assert sorted(caption.value for caption in expander.caption) == sorted(others.values())


def test_each_term_is_explained_where_the_page_uses_it_first() -> None:
    known: set[str] = set()
    main = open_page().main
    texts = sorted([*main.markdown, *main.caption], key=list(main).index)
    for element in texts:
        for term in terms_in(element.value):
            if term.name not in known:
                assert element.help, element.value
                assert term.meaning in element.help, f"{term.name} in {element.value}"
                known.add(term.name)
    assert {"network", "layer", "feature map", "dropout"} <= known
