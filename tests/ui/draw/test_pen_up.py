"""The script that sends a stroke, and the button of the component that it presses."""

import importlib.util
import re
from pathlib import Path

from mnistviz.core.assets import PROJECT

SCRIPT = PROJECT / "mnistviz" / "ui" / "draw" / "pen_up.js"


def test_the_component_still_has_the_button_and_still_waits_without_it() -> None:
    """`tests/browser/test_draw.py` measures that the button sends at once."""
    # Not imported: without a server it can't register its files.
    package = importlib.util.find_spec("streamlit_drawable_canvas")
    assert package is not None
    assert package.origin is not None
    (component,) = (Path(package.origin).parent / "frontend" / "build").glob("index-*.js")
    text = component.read_text(encoding="utf-8")
    found = re.search(r'button\[title="(.+?)"\]', SCRIPT.read_text(encoding="utf-8"))
    assert found is not None
    assert f'"{found[1]}"' in text
    assert "sender.schedule" in text
