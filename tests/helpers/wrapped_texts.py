"""Opens all pages with each marked text in brackets: `python -m tests.helpers.wrapped_texts`.

It prints the texts of each page as JSON. It is a process of its own, as modules translate their
constants when they are imported.
"""

import gettext
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

# What people read of an element, by the names of Streamlit's fields.
FIELDS = ("body", "label", "help", "placeholder", "caption", "delta", "options", "text")
OPEN, CLOSE = "⟦", "⟧"


class Wrapped(gettext.NullTranslations):
    """A translation that puts each text into brackets."""

    def gettext(self, message: str) -> str:
        """The text in brackets."""
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The text for a number, in brackets."""
        return self.gettext(super().ngettext(msgid1, msgid2, n))


def texts_of_chart(figure: dict[str, Any]) -> Iterator[str]:
    """The names of a chart's curves, the titles of its axes, and its notes."""
    yield from (trace.get("name") or "" for trace in figure["data"])
    layout = figure["layout"]
    yield from (note.get("text") or "" for note in layout.get("annotations", ()))
    for name, part in layout.items():
        if "axis" in name:
            yield part.get("title", {}).get("text", "")


def texts_of(app: Any) -> Iterator[str]:
    """The texts of an opened page, with those of its sidebar."""
    for area in (app.main, app.sidebar):
        for element in area:
            if element.type == "arrow_data_frame":
                yield from map(str, element.value.columns)
            if element.type == "plotly_chart":
                yield from texts_of_chart(json.loads(element.proto.spec))
            for proto in (element.proto, getattr(element.proto, element.type, None)):
                for field in FIELDS:
                    value = getattr(proto, field, "")
                    values = [value] if isinstance(value, str) else value
                    # The options of pills and segments are messages with a content.
                    yield from (str(getattr(one, "content", one)) for one in values)


def main() -> None:
    os.environ["MNISTVIZ_LANGUAGE"] = "wrapped"
    gettext.translation = lambda *arguments, **options: Wrapped()  # type: ignore[assignment]
    from mnistviz.ui.shared.page_registry import PAGES
    from tests.helpers.pages import open_page

    texts = {}
    for page in PAGES:
        app = open_page(page.name)
        assert not app.exception, app.exception
        texts[page.name] = sorted({text for text in texts_of(app) if text.strip()})
    json.dump(texts, sys.stdout)


if __name__ == "__main__":
    main()
