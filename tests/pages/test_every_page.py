"""Every page opens without an error, with the default run."""

import pytest

from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from tests.helpers.pages import open_page

pytestmark = pytest.mark.pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_runs_without_an_error(page: PageEntry) -> None:
    app = open_page(page.name)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == page.title
