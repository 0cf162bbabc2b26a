"""Write the catalogue of the pages' texts, for translators: `python -m tools.make_catalogue`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from mnistviz.core.assets import PROJECT
from mnistviz.texts import DOMAIN, LOCALES

TARGET = LOCALES.parent / f"{DOMAIN}.pot"
FUNCTIONS = {"_": None, "ngettext": (1, 2)}


def sources() -> list[Path]:
    """The files with marked texts, in the order of the catalogue."""
    folders = (PROJECT / "mnistviz", PROJECT / "pages")
    return [PROJECT / "app.py", *sorted(path for one in folders for path in one.rglob("*.py"))]


def texts_in(path: Path) -> Iterator[str | tuple[str, ...]]:
    """The marked texts of a file, in their order; those with a plural as a pair."""
    for _line, message, _comments, _context in extract_from_file("python", path, FUNCTIONS):
        yield message
    for _line, noun, _comments, _context in extract_from_file("python", path, {"count_of": (2,)}):
        yield str(noun), f"{noun}s"


def catalogue() -> bytes:
    """The catalogue as a template in gettext's format, with the files of each text."""
    # A date that stays: the file changes only when a text does.
    catalog = Catalog(
        project=DOMAIN,
        copyright_holder="the authors of mnistviz",
        charset="utf-8",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for path in sources():
        for text in texts_in(path):
            catalog.add(text, locations=[(path.relative_to(PROJECT).as_posix(), 1)])
    for message in catalog:
        # Babel takes the "% o" of "90 % of" for a format.
        message.flags.discard("python-format")
    file = BytesIO()
    write_po(file, catalog, include_lineno=False, width=100)
    return file.getvalue()


if __name__ == "__main__":
    TARGET.write_bytes(catalogue())
    print(TARGET)
