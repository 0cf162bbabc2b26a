"""Every page opens with a run on a data set of one's own, and names its classes."""

import pytest

from mnistviz.digits.data_sets import library
from mnistviz.runs.registry import Run
from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from tests.helpers.own_data_runs import keep_set, run_on
from tests.helpers.pages import open_page

pytestmark = pytest.mark.pages


def run_of(num_classes: int) -> Run:
    library._as_mnist.cache_clear()
    return run_on(keep_set(num_classes, f"signs {num_classes}"), f"run {num_classes}")


@pytest.mark.parametrize("num_classes", [5, pytest.param(26, marks=pytest.mark.slow)])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens(page: PageEntry, num_classes: int) -> None:
    app = open_page(page.name, run_of(num_classes))
    assert not app.exception
    assert not app.error
