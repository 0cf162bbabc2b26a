"""Below an answer of a run with other classes than digits: buttons that keep the drawing."""

import streamlit as st

from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits import my_digits, signs
from mnistviz.digits.drawing.preprocessing import Stages
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.draw.canvas import reported_drawing
from mnistviz.ui.draw.canvas_history import same
from mnistviz.ui.draw.keep_digit import changed_error
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.words.explained import explained


def keep_sign(snapshot: Snapshot, stages: Stages, strokes: Strokes | None, answer: int) -> None:
    """Show buttons that keep the drawing of `stages` as a sign of the answered class or another.

    `strokes` are None for a picture.
    """
    names = snapshot.run.spec.class_names
    pixels = my_digits.to_pixels(stages.image)
    saved = signs.find_image(pixels, names)
    # A button of its own for each drawing: a late press can't count for the next one.
    key = f"sign_{my_digits.id_of(pixels)}"
    with st.container(key="keep_digit"):
        with st.container(horizontal=True, vertical_alignment="center"):
            if saved is None:
                st.button(
                    _("Right, it is {name}").format(name=names[answer]),
                    icon=":material/check:",
                    key=f"{key}_right",
                    help=_(
                        "Keeps it in *My digits*, on this machine: to test networks with your "
                        "hand, and to teach them."
                    ),
                    on_click=_save,
                    args=(pixels, answer, names, strokes),
                )
            else:
                explained(
                    _(":material/check: Kept in My digits as **{name}**.").format(
                        name=names[saved.label]
                    )
                )
                st.button(
                    _("Take back"), icon=":material/undo:", on_click=_delete, args=(saved.id, names)
                )
        # The key has the saved label, so that the list starts with it after each change.
        chosen = f"{key}_{saved.label if saved else None}"
        st.selectbox(
            _("Wrong? Choose what it was")
            if saved is None
            else _("Something else? Choose what it is"),
            range(len(names)),
            index=saved.label if saved else None,
            format_func=lambda label: names[label],
            placeholder=_("a class"),
            key=chosen,
            on_change=_save_chosen,
            args=(chosen, pixels, names, strokes),
        )
    flash.show(state.KEEP_MESSAGE, once=True)


def _save_chosen(
    key: str, pixels: ByteArray, names: tuple[str, ...], strokes: Strokes | None
) -> None:
    if (label := st.session_state[key]) is not None:
        _save(pixels, label, names, strokes)


def _save(pixels: ByteArray, label: int, names: tuple[str, ...], strokes: Strokes | None) -> None:
    """Keep the drawing that the button was shown for, unless the canvas has another one now."""

    def save() -> None:
        now = None if strokes is None else reported_drawing()
        if strokes is not None and now is not None and not same(now, strokes):
            raise changed_error()
        signs.save(pixels, label, names)

    flash.run(state.KEEP_MESSAGE, save)


def _delete(sign_id: str, names: tuple[str, ...]) -> None:
    flash.run(state.KEEP_MESSAGE, lambda: signs.delete(sign_id, names))
