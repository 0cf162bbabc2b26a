"""The table of the fresh server; the visits themselves take a minute."""

from benchmarks.fresh_server import PAGES, table
from mnistviz.ui.shared import page_registry


def test_all_pages_are_visited() -> None:
    names = {page.name for page in page_registry.PAGES if page is not page_registry.OVERVIEW}
    assert set(PAGES) == {"", *names}


def test_the_table_has_medians_and_memory() -> None:
    result = {
        "load": 0.2,
        "heading": {"": [1.0, 3.0, 2.0], "draw": [1.5]},
        "canvas": [1.2, 1.4, 1.9],
        "answer": [0.4],
        "memory": {"visited": 301.2},
    }
    assert table(result).splitlines() == [
        "load of the machine before: 0.2",
        "overview       heading after 2.00 s",
        "draw           heading after 1.50 s",
        "all pages      heading after 1.75 s",
        "draw           canvas after 1.40 s",
        "draw           first answer after 0.40 s",
        "memory, visited: 301 MB",
    ]
