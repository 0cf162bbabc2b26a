"""The canvas sends a stroke at once when the pen is lifted, instead of 0.2 s later.

The component has no option for its wait. Its toolbar has the button "Update the app with this
drawing", which sends at once and cancels the wait; a script in the browser presses it. Where the
script finds no such button, the canvas sends after its wait. From the beginning of a stroke to its
answer, the answer before it is grey. What is drawn after a press of Clear, before the new canvas is
there, is drawn again on the new one.
"""

from pathlib import Path

from mnistviz.ui.shared.browser_script import script_component

_component = script_component(
    "mnistviz_pen_up", Path(__file__).with_name("after_clear.js"), Path(__file__).with_suffix(".js")
)


def send_at_pen_up() -> None:
    """Have every canvas of the page send its drawing at the end of each stroke."""
    _component(key="pen_up", height=1)
