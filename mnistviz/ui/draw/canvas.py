"""The canvas that a person draws on, with undo, redo and clear, a brush, and a link to the drawing.

The component keeps the drawing in the browser and tells it 0.2 s after the pen was lifted. It loads
`initial_drawing` again whenever that changes, so it is handed the same value until a person asks
for another drawing: an undo, a redo. Clear, which must leave nothing pending behind, makes another
canvas.
"""

from typing import Any, Literal

import streamlit as st

from mnistviz.core.errors import DrawingError
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.fabric import canvas_from_strokes, strokes_from_canvas
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes, fit_to_canvas
from mnistviz.ui.draw.canvas_history import History
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.page_width import page_width

# As wide as a small phone allows; MNIST's field of 28 goes into it ten times.
CANVAS_SIZE = 280
BRUSHES = (8, 12, int(CANVAS_BRUSH), 24, 32)
NUMBER_WIDTH = 640
Source = Literal["canvas", "file", "camera"]
SOURCES: dict[Source, str] = {
    "canvas": ":material/draw: Draw",
    "file": ":material/image: Photo or file",
    "camera": ":material/photo_camera: Camera",
}
# The component's own toolbar lies over what is above it.
TOOLBAR_HEIGHT = 24
LINK_MESSAGE = "link_message"


def pick_input() -> tuple[Source, bool]:
    """Where the digit comes from, and whether it may be several side by side."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        source: Source = st.segmented_control(
            "Where your digit comes from",
            list(SOURCES),
            default="canvas",
            format_func=lambda name: SOURCES[name],
            key=state.SOURCE,
            required=True,
            persist_state="session",
            label_visibility="collapsed",
        )
        # A link to a drawn number opens as one.
        wide = _linked_width() > CANVAS_SIZE and state.CANVAS not in st.session_state
        several = st.toggle(
            "More than one digit",
            value=wide,
            key=state.SEVERAL,
            persist_state="session",
            help="Read a number of several digits, such as 1984, from left to right.",
        )
    return source, several


def number_width() -> int:
    """How wide the canvas for a number is: as the page allows."""
    return max(CANVAS_SIZE, min(page_width(), NUMBER_WIDTH))


def canvas(width: int = CANVAS_SIZE, height: int = CANVAS_SIZE) -> Strokes:
    """Show the canvas with its buttons; what is drawn on it."""
    from streamlit_drawable_canvas import st_canvas

    if state.CANVAS not in st.session_state:
        st.session_state[state.CANVAS] = History((_linked(width, height),))
    history: History = st.session_state[state.CANVAS]
    number = st.session_state.get(state.CANVAS_NUMBER, 0)
    key = f"canvas-{number}-{width}"
    if key not in st.session_state:
        # New on this page, or of another width: it starts with what was drawn before.
        if (history.shown.width, history.shown.height) != (width, height):
            history = History(
                tuple(fit_to_canvas(one, width, height) for one in history.snapshots),
                history.position,
            )
            st.session_state[state.CANVAS] = history
        _hand_over(history.shown)
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
    history = history.hears(strokes_from_canvas(result.json_data, width, height))
    st.session_state[state.CANVAS] = history
    _buttons(history)
    _tell_address(history.shown)
    return history.shown


def _buttons(history: History) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=_move,
            args=(-1,),
            shortcut="Ctrl+Z",
            disabled=not history.can_undo,
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            on_click=_move,
            args=(1,),
            shortcut="Ctrl+Y",
            disabled=not history.can_redo,
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            on_click=clear,
            shortcut="Delete",
            disabled=not history.shown.strokes,
        )
        with st.popover("Brush", icon=":material/brush:"):
            st.select_slider(
                "Width of the brush, in pixels",
                BRUSHES,
                value=int(CANVAS_BRUSH),
                key="brush",
                persist_state="session",
                help="How thick your pen is. The network doesn't mind: it sees your strokes drawn "
                "again, as thick as MNIST's.",
            )


def _move(by: int) -> None:
    history = st.session_state[state.CANVAS].moved(by)
    st.session_state[state.CANVAS] = history
    _hand_over(history.shown)


def clear() -> None:
    """Empty the canvas; an undo brings the drawing back."""
    history: History = st.session_state[state.CANVAS]
    blank = Strokes(history.shown.width, history.shown.height, CANVAS_BRUSH, ())
    st.session_state[state.CANVAS] = history.then(blank)
    st.session_state[state.CANVAS_NUMBER] = st.session_state.get(state.CANVAS_NUMBER, 0) + 1


def _hand_over(drawn: Strokes) -> None:
    """Have the canvas load a drawing. The number makes it a change: it ignores what it had."""
    count = st.session_state.get("handed_over", 0) + 1
    st.session_state.handed_over = count
    start: dict[str, Any] = {**canvas_from_strokes(drawn), "handed_over": count}
    st.session_state[state.CANVAS_START] = start


def _linked_width() -> int:
    try:
        return url_codec.from_text(st.query_params.get(state.DRAWING, "")).width
    except DrawingError:
        return 0


def _linked(width: int, height: int) -> Strokes:
    """The drawing of the address, or a blank canvas."""
    if text := st.query_params.get(state.DRAWING):
        try:
            return fit_to_canvas(url_codec.from_text(text), width, height)
        except DrawingError as error:
            flash.report(
                LINK_MESSAGE, f"The drawing in the address can't be shown: {error}.", "warning"
            )
    return Strokes(width, height, CANVAS_BRUSH, ())


def _tell_address(drawn: Strokes) -> None:
    """Put the drawing into the address of the page: a reload and a link show it."""
    text = url_codec.to_text(drawn) if drawn.strokes else None
    if text != st.query_params.get(state.DRAWING):
        if text is None:
            st.query_params.pop(state.DRAWING, None)
        else:
            st.query_params[state.DRAWING] = text
