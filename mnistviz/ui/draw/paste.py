"""A picture that is pasted with Ctrl+V goes to the file uploader of the page.

Streamlit's uploader takes files by drop and by choice only.
"""

from pathlib import Path

from mnistviz.ui.shared.browser_script import script_component

_component = script_component("mnistviz_paste", Path(__file__).with_suffix(".js"))


def accept_pasted_pictures() -> None:
    """Have the file uploader on the page take pictures that are pasted."""
    _component(key="paste", height=1)
