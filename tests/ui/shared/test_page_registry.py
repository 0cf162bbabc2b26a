"""Every page is in the menu, and is named in one place."""

import re

from mnistviz.core.assets import PROJECT
from mnistviz.ui.shared import page_registry
from mnistviz.ui.shared.page_registry import MY_DIGITS, OVERVIEW, PAGES, SECTIONS, START


def test_every_file_of_a_page_is_registered_once() -> None:
    files = [f"pages/{path.name}" for path in (PROJECT / "pages").glob("*.py")]
    assert sorted(entry.file for entry in PAGES) == sorted(files)


def test_titles_and_icons_differ_and_start_here_is_first() -> None:
    assert len({entry.title for entry in PAGES}) == len(PAGES)
    assert len({entry.icon for entry in PAGES}) == len(PAGES)
    assert PAGES[:2] == (START, OVERVIEW)
    assert list(SECTIONS) == ["", "Train", "Look inside", "Judge", "Your hand"]


def test_the_name_of_a_page_is_that_of_its_file() -> None:
    assert MY_DIGITS.name == "my_digits"


def test_no_other_module_names_the_file_of_a_page() -> None:
    sources = [*(PROJECT / "mnistviz").rglob("*.py"), *(PROJECT / "pages").glob("*.py")]
    found = {
        path.name
        for path in [*sources, PROJECT / "app.py"]
        if re.search(r"""["']pages/""", path.read_text(encoding="utf-8"))
    }
    assert found == {str(page_registry.__file__).rpartition("/")[2]}
