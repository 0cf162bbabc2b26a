"""Every page opens with runs of networks that are no channel plan."""

import pytest

from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from tests.helpers.own_networks import OWN_NETWORKS, own_network_run
from tests.helpers.pages import open_page

pytestmark = pytest.mark.pages


@pytest.mark.slow
@pytest.mark.parametrize("name", OWN_NETWORKS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens(page: PageEntry, name: str) -> None:
    app = open_page(page.name, own_network_run(name))
    assert not app.exception
    assert not app.error
