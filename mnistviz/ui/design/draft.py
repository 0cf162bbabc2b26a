"""The draft of a network in the visitor's session, its edits, and undo."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from mnistviz.core.layers.layer import WINDOWED
from mnistviz.core.layers.notation import Part, format_parts, parse_parts, usual_stride
from mnistviz.core.layers.presets import PRESETS
from mnistviz.ui.shared import flash

# Keys of the session's state: the text of the draft, earlier texts, the index of the chosen layer.
TEXT = "design_text"
EARLIER = "design_earlier"
CHOSEN = "design_chosen"
MESSAGE = "design_message"
MAX_EARLIER = 100

# A new layer of a type.
NEW = {
    "Conv2D": Part("Conv2D", channels=10, window=3),
    "DepthwiseConv2D": Part("DepthwiseConv2D", window=3),
    "MaxPooling2D": Part("MaxPooling2D", window=2, stride=2),
    "AveragePooling2D": Part("AveragePooling2D", window=2, stride=2),
    "BatchNormalization": Part("BatchNormalization"),
    "Dropout": Part("Dropout", rate=0.1),
    "GlobalAveragePooling2D": Part("GlobalAveragePooling2D"),
    "Flatten": Part("Flatten"),
    "Dense": Part("Dense", channels=10),
}


def text() -> str:
    """The text of the draft; at first that of the published network."""
    return str(st.session_state.setdefault(TEXT, PRESETS[0].text))


def parts() -> tuple[Part, ...]:
    """The layers of the draft."""
    return parse_parts(text())


def chosen() -> int:
    """The index of the chosen layer."""
    number = int(st.session_state.setdefault(CHOSEN, 0))
    return max(0, min(number, len(parts()) - 1))


def change(new: tuple[Part, ...] | str) -> None:
    """Make other layers the draft. A text that is none is refused with its message."""

    def set_text() -> None:
        changed = format_parts(parse_parts(new) if isinstance(new, str) else new)
        if changed != text():
            earlier = st.session_state.setdefault(EARLIER, [])
            earlier.append((text(), chosen()))
            del earlier[:-MAX_EARLIER]
            st.session_state[TEXT] = changed

    flash.run(MESSAGE, set_text)


def undo() -> None:
    """Go back to the layers before the last change."""
    if earlier := st.session_state.get(EARLIER):
        st.session_state[TEXT], st.session_state[CHOSEN] = earlier.pop()


def set_chosen(**settings: object) -> None:
    """Change settings of the chosen layer. Another type is a new layer of that type."""
    layers, index = list(parts()), chosen()
    part = layers[index]
    if "type" in settings:
        part = _of_type(part, str(settings["type"]))
    else:
        usual = part.stride == usual_stride(part.type, part.window)
        part = replace(part, **settings)  # type: ignore[arg-type]
        if "window" in settings and usual:
            part = replace(part, stride=usual_stride(part.type, part.window))
    layers[index] = part
    change(tuple(layers))


def _of_type(part: Part, type_: str) -> Part:
    """A new layer of a type, with the number of outputs and the window of another."""
    new = NEW[type_]
    if part.channels and new.channels:
        new = replace(new, channels=part.channels)
    if part.type in WINDOWED and new.type in WINDOWED:
        new = replace(new, window=part.window, stride=usual_stride(type_, part.window))
    return new


def add() -> None:
    """Add a convolution after the chosen layer, and choose it."""
    _insert(NEW["Conv2D"])


def copy() -> None:
    """Add a copy of the chosen layer after it, and choose it."""
    _insert(parts()[chosen()])


def _insert(part: Part) -> None:
    layers, index = parts(), chosen() + 1
    change((*layers[:index], part, *layers[index:]))
    st.session_state[CHOSEN] = index


def remove() -> None:
    """Remove the chosen layer; the last one stays."""
    layers, index = list(parts()), chosen()
    if len(layers) > 1:
        del layers[index]
        change(tuple(layers))
        st.session_state[CHOSEN] = min(index, len(layers) - 1)


def mover(places: int) -> Callable[[], None]:
    """A callback that moves the chosen layer by some places, where there is room."""

    def move() -> None:
        layers, index = list(parts()), chosen()
        new = index + places
        if 0 <= new < len(layers):
            layers.insert(new, layers.pop(index))
            change(tuple(layers))
            st.session_state[CHOSEN] = new

    return move
