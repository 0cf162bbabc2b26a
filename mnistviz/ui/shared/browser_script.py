"""Components of the project: JavaScript, with or without something to see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

# Defines `followChart`, for scripts that listen to a chart or put something on it.
FOLLOW_CHART = Path(__file__).parent / "browser" / "follow_chart.js"
# Leaves undo and redo to the text field that has the focus.
TEXT_UNDO = Path(__file__).parent / "browser" / "text_undo.js"


def script_component(name: str, *files: Path) -> Callable[..., Any]:
    """A component of the JavaScript in `files`, one after the other, under a unique name.

    The last file exports the function that Streamlit calls once, and again when the data change.
    """
    script = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return st.components.v2.component(name, html="<span></span>", js=script)


def view_component(name: str, html: str, css: Path, *scripts: Path) -> Callable[..., Any]:
    """A component with something to see, of HTML and of files with CSS and JavaScript.

    `name` is unique. The scripts stand one after the other; the last one exports the function that
    Streamlit calls once, and again when the data change.
    """
    script = "\n".join(file.read_text(encoding="utf-8") for file in scripts)
    return st.components.v2.component(
        name,
        html=html,
        css=css.read_text(encoding="utf-8"),
        js=script,
    )
