"""Texts that a screen reader says when a page shows an answer or a new state.

Streamlit replaces elements without telling a screen reader. One live region of the browser's page
gets the texts instead (WAI-ARIA 1.2, role `status`); it can't be seen.
"""

from pathlib import Path

from mnistviz.ui.shared.browser_script import script_component

_component = script_component(
    "mnistviz_announcement", Path(__file__).parent / "browser" / "announcement.js"
)


def announce(text: str) -> None:
    """Have a screen reader say a text, as soon as it says nothing else.

    The same text again is not repeated; an empty one is silent. Once on a page.
    """
    _component(key="announcement", data=text, height=1)
