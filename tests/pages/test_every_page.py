"""Every page opens through Streamlit's own test runner; what each does is in modules of its own."""

import pytest

from tests.helpers.pages import PAGES, TITLES, open_page

pytestmark = pytest.mark.pages


@pytest.mark.parametrize("name", PAGES)
def test_a_page_runs_without_an_error(name: str) -> None:
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == TITLES.get(name, name.replace("_", " ").capitalize())
