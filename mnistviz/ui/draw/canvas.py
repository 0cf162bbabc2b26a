"""The canvas that a person draws on, with undo, redo and clear, a brush, and a link to the drawing.

The component has the drawing in the browser and reports it when the pen is lifted (`pen_up.py`). It
loads `initial_drawing` again whenever that changes, so it gets the same value until an undo or a
redo asks for another drawing. Clear makes a new canvas, so that no report of the old one is
pending.
"""

from functools import partial
from typing import Any, Literal

import streamlit as st

from mnistviz.core.errors import DrawingError
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.fabric import canvas_from_strokes, strokes_from_canvas
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes, fit_to_canvas
from mnistviz.texts import _
from mnistviz.ui.draw.canvas_history import History
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.browser_script import TEXT_UNDO, script_component
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_width import page_width

# In pixels: as wide as a small phone allows, ten times MNIST's 28.
CANVAS_SIZE = 280
BRUSHES = (8, 12, int(CANVAS_BRUSH), 24, 32)
NUMBER_WIDTH = 640
Source = Literal["canvas", "file", "camera"]
SOURCES: dict[Source, str] = {
    "canvas": _(":material/draw: Draw"),
    "file": _(":material/image: Photo or file"),
    "camera": _(":material/photo_camera: Camera"),
}
# The component's own toolbar lies over what is above it.
TOOLBAR_HEIGHT = 24
LINK_MESSAGE = "link_message"
# The canvas, whose key `clear` renews, and the number of drawings that it has loaded.
CANVAS = "canvas"
LOADED = "handed_over"

_text_undo = script_component("mnistviz_text_undo", TEXT_UNDO)


def pick_input() -> tuple[Source, bool]:
    """Let a person choose the source of the digit, and whether there may be several digits."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        source = pick(
            _("Where your digit comes from"),
            SOURCES,
            key=state.SOURCE,
            persist_state="session",
            label_visibility="collapsed",
        )
        # A link to a drawn number opens as one.
        wide = _linked_width() > CANVAS_SIZE and state.CANVAS not in st.session_state
        several = st.toggle(
            _("More than one digit"),
            value=wide,
            key=state.SEVERAL,
            persist_state="session",
            help=_("Read a number of several digits, such as 1984, from left to right."),
        )
    return source, several


def number_width() -> int:
    """The width of the canvas for a number, in pixels, as the page allows."""
    return max(CANVAS_SIZE, min(page_width(), NUMBER_WIDTH))


def canvas(width: int = CANVAS_SIZE, height: int = CANVAS_SIZE) -> Strokes:
    """Show the canvas with its buttons and return the drawing on it."""
    from streamlit_drawable_canvas import st_canvas

    if state.CANVAS not in st.session_state:
        st.session_state[state.CANVAS] = History((linked_drawing(width, height),))
    history: History = st.session_state[state.CANVAS]
    key = _canvas_key(width)
    if key not in st.session_state:
        # A new canvas, or one of another width, starts with the last drawing.
        history = history.on_canvas(width, height)
        st.session_state[state.CANVAS] = history
        _load(history.shown)
    if not history.shown.strokes:
        flash.show(LINK_MESSAGE)
    st.space(TOOLBAR_HEIGHT)
    result = st_canvas(
        stroke_width=st.session_state.get("brush", int(CANVAS_BRUSH)),
        stroke_color="#ffffff",
        background_color="#000000",
        width=width,
        height=height,
        drawing_mode="freedraw",
        initial_drawing=st.session_state[state.CANVAS_START],
        key=key,
    )
    history = history.with_report(strokes_from_canvas(result.json_data, width, height))
    st.session_state[state.CANVAS] = history
    _buttons(history)
    write_address(history.shown)
    return history.shown


def reported_drawing() -> Strokes | None:
    """Return the drawing by the canvas's latest report, None without one.

    In a callback it can be newer than the drawing that the page shows.
    """
    history: History | None = st.session_state.get(state.CANVAS)
    if history is None:
        return None
    width, height = history.shown.width, history.shown.height
    report = st.session_state.get(_canvas_key(width)) or {}
    if not (drawing := report.get("drawing")):
        return None
    return history.with_report(strokes_from_canvas(drawing["raw"], width, height)).shown


def _canvas_key(width: int) -> str:
    return f"{renewable_key(CANVAS)}-{width}"


def _buttons(history: History) -> None:
    _text_undo(key="text_undo", height=1)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for name, label, icon, shortcut, action, enabled in (
            ("undo", _("Undo"), "undo", "Ctrl+Z", partial(_move, -1), history.can_undo),
            ("redo", _("Redo"), "redo", "Ctrl+Y", partial(_move, 1), history.can_redo),
            ("clear", _("Clear"), "delete", "Delete", clear, bool(history.shown.strokes)),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"canvas_{name}",
                on_click=action,
                shortcut=shortcut,
                disabled=not enabled,
            )
        with st.popover(_("Brush"), icon=":material/brush:"):
            st.select_slider(
                _("Width of the brush, in pixels"),
                BRUSHES,
                value=int(CANVAS_BRUSH),
                key="brush",
                persist_state="session",
                help=_(
                    "How thick your pen is. The network doesn't mind: it sees your strokes drawn "
                    "again, as thick as MNIST's."
                ),
            )


def _move(by: int) -> None:
    history = st.session_state[state.CANVAS].moved(by)
    st.session_state[state.CANVAS] = history
    _load(history.shown)


def clear() -> None:
    """Empty the canvas; an undo brings the drawing back."""
    history: History = st.session_state[state.CANVAS]
    blank = Strokes(history.shown.width, history.shown.height, CANVAS_BRUSH, ())
    st.session_state[state.CANVAS] = history.with_drawing(blank)
    renew(CANVAS)


def _load(drawn: Strokes) -> None:
    """Have the canvas load a drawing. The number makes it a change, even of the same drawing."""
    count = st.session_state.get(LOADED, 0) + 1
    st.session_state[LOADED] = count
    start: dict[str, Any] = {**canvas_from_strokes(drawn), LOADED: count}
    st.session_state[state.CANVAS_START] = start


def _linked_width() -> int:
    try:
        return url_codec.from_text(st.query_params.get(state.DRAWING, "")).width
    except DrawingError:
        return 0


def linked_drawing(width: int, height: int) -> Strokes:
    """The drawing in the address, or a blank canvas."""
    if text := st.query_params.get(state.DRAWING):
        try:
            return fit_to_canvas(url_codec.from_text(text), width, height)
        except DrawingError as error:
            flash.report(
                LINK_MESSAGE,
                _("The drawing in the address can't be shown: {error}.").format(error=error),
                "warning",
            )
    return Strokes(width, height, CANVAS_BRUSH, ())


def write_address(drawn: Strokes) -> None:
    """Write the drawing to the address of the page, for a reload or a link."""
    text = url_codec.to_text(drawn) if drawn.strokes else None
    if text is None:
        st.query_params.pop(state.DRAWING, None)
    elif text != st.query_params.get(state.DRAWING):
        st.query_params[state.DRAWING] = text
