"""Every page opens with a run on a data set of one's own, and names its classes."""

import pytest

from mnistviz.digits.data_sets import library
from mnistviz.runs.registry import Run
from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from tests.helpers.own_data_runs import keep_set, run_on
from tests.helpers.pages import open_page, text_of

pytestmark = pytest.mark.pages


def run_of(num_classes: int) -> Run:
    library._as_mnist.cache_clear()
    return run_on(keep_set(num_classes, f"signs {num_classes}"), f"run {num_classes}")


@pytest.mark.slow
@pytest.mark.parametrize("num_classes", [5, 26])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens(page: PageEntry, num_classes: int) -> None:
    app = open_page(page.name, run_of(num_classes))
    assert not app.exception
    assert not app.error


@pytest.mark.slow
def test_pages_name_the_classes() -> None:
    run = run_of(5)
    assert "sign " in text_of(open_page("evaluate", run))
    assert "score for sign " in text_of(open_page("why", run))
    assert "nothing is refused" in text_of(open_page("draw", run))
    assert "nothing is refused" in text_of(open_page("my_digits", run))


def test_a_page_that_needs_no_image_opens_without_the_data_set() -> None:
    about = keep_set(5, "signs")
    run = run_on(about, "run 5")
    library.delete(about)
    library._as_mnist.cache_clear()
    app = open_page("data_sets", run)
    assert not app.exception
    assert not app.error
    assert any("import it again" in warning.value for warning in app.warning)
    app = open_page("evaluate", run)
    assert not app.exception
    assert "import it again" in app.error[0].value
