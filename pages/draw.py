"""Draw: a digit on the canvas, the input of the network, its answer."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits.drawing import preprocessing, strokes
from mnistviz.digits.drawing.segmentation import segment_ink, segment_strokes
from mnistviz.texts import _
from mnistviz.ui.draw.answer_view import NOTHING_REFUSED, show_answer, show_more
from mnistviz.ui.draw.canvas import CANVAS_SIZE, canvas, number_width, pick_input
from mnistviz.ui.draw.keep_digit import keep_digit
from mnistviz.ui.draw.keep_sign import keep_sign
from mnistviz.ui.draw.number_view import show_number
from mnistviz.ui.draw.pen_up import send_at_pen_up
from mnistviz.ui.draw.picture_input import NO_INK, PHOTO_WIDTH, cropped, given_picture
from mnistviz.ui.shared import loaded_networks, state
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.layer_views.supported_layers import own_classes_text, reads_digits
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.sidebar import need_snapshot, update_picture_in_address
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

# In pixels, beside a picture: room for a number of six digits.
ANSWER_WIDTH = 460

# The instruction by source, and whether there may be several digits.
WAYS = {
    ("canvas", False): _(
        "**Write one digit, 0 to 9, on the black square** with the mouse or a finger; the answer "
        "comes when you lift it."
    ),
    ("canvas", True): _(
        "**Write a number on the black field**, its digits side by side; the answer comes when "
        "you lift the pen."
    ),
    ("file", False): _("**Choose a picture of one digit**: dark on light or light on dark."),
    ("file", True): _("**Choose a picture of a number**; it may have several lines."),
    ("camera", False): _("**Hold one digit up to the camera** and take a picture."),
    ("camera", True): _("**Hold a number up to the camera** and take a picture."),
}

snapshot = need_snapshot()


@st.fragment
@errors_shown()
def draw_and_answer() -> None:
    source, several = pick_input()
    spec = snapshot.run.spec
    if spec.data is None:
        explained(WAYS[source, several])
    else:
        explained_caption(f"{own_classes_text(spec)} {NOTHING_REFUSED}")
    if several and not reads_digits(spec, _("More than one digit")):
        return
    if source == "canvas":
        read_canvas(several)
    else:
        read_picture(source == "camera", several)


# A fragment in the other one: a stroke draws only what depends on it.
@st.fragment
@errors_shown()
def read_canvas(several: bool) -> None:
    above = place_above()
    row = st.container(horizontal=True, gap="medium")
    width = number_width() if several else CANVAS_SIZE
    with row.container(width=width):
        drawn = canvas(width)
    if several:
        reader = loaded_networks.digit_reader(snapshot)
        show_number(snapshot, segment_strokes(drawn, reader) if drawn.strokes else [], above)
        return
    answer(row, preprocessing.normalise(strokes.render(strokes.redraw(drawn))), drawn, above)


def place_above() -> DeltaGenerator | None:
    """The place of the answer on a phone, which shows it beside the canvas without scrolling."""
    return st.container(key="answer_above") if is_narrow() else None


def read_picture(camera: bool, several: bool) -> None:
    above = place_above()
    row = st.container(horizontal=True, gap="medium")
    with row.container(width=PHOTO_WIDTH):
        given = given_picture(camera, several)
    if given is None:
        st.session_state.pop(state.DRAWN_IMAGE, None)
        return
    if several:
        segments = segment_ink(given.ink, loaded_networks.digit_reader(snapshot))
        given.show([segment.box for segment in segments if segment.role != "left_out"])
        with row.container(width=ANSWER_WIDTH):
            show_number(snapshot, segments, above, of_picture=True)
        return
    stages = preprocessing.normalise(given.ink, to_pen=True)
    given.show([stages.box] if stages.box else [])
    if stages.blank:
        st.session_state.pop(state.DRAWN_IMAGE, None)
        update_picture_in_address()
        row.info(NO_INK)
        return
    answer(row, stages, None, above, cropped(given.colours, given.crop))


def answer(
    row: DeltaGenerator,
    stages: preprocessing.Stages,
    drawn: strokes.Strokes | None,
    above: DeltaGenerator | None,
    colours: ByteArray | None = None,
) -> None:
    if stages.blank:
        st.session_state.pop(state.DRAWN_IMAGE, None)
    else:
        st.session_state[state.DRAWN_IMAGE] = stages.image
    update_picture_in_address()
    with row:
        shown = show_answer(snapshot, stages, above)
    if shown is not None:
        if snapshot.run.spec.class_names == DIGIT_NAMES:
            keep_digit(snapshot, stages, drawn, shown.probabilities, shown.digit)
        elif shown.digit is not None:
            keep_sign(snapshot, stages, drawn, shown.digit)
    show_more(snapshot, stages, drawn, colours)


draw_and_answer()
explained_caption(_("It is read by {snapshot}.").format(snapshot=describe(snapshot)))
explanation(
    [
        _(
            "The network has only ever seen digits of 28×28 pixels, scaled to fit a box of "
            "{box_size} pixels and placed with their centre of mass in the middle. Your drawing "
            "is treated in the same way. Its strokes are drawn again first, with a pen as wide as "
            "MNIST's for their size: so it does not matter how large you draw, or where."
        ).format(box_size=preprocessing.BOX_SIZE),
        _(
            "**More than one digit** cuts a number such as 1984 and reads it digit by digit, "
            "because the network knows only one at a time. **Photo or file** and **Camera** look "
            "for the ink first. They remove shadows, the grain of the paper and ruled lines, and "
            "treat the rest like a drawing. Pictures stay in the memory of this machine: none is "
            "kept."
        ),
        _(
            "The **bars** are the answer of the network: ten probabilities. They are corrected "
            "(calibrated) so that '90%' means right in 9 of 10 cases: the network's scores are "
            "divided by one number, the temperature. It was chosen on training images that the "
            "network was not trained on. The order of the digits stays."
        ),
        _(
            "A **second look** reads the picture seven times: as it is, slanted, turned, smaller "
            "and larger. Where the seven answers differ, the drawing is hard to read."
        ),
        _(
            "The network has to choose among the ten digits, whatever you draw. So a second, "
            "small network decides first whether there is **one digit at all**: a scribble, a "
            "drawing or a letter is refused. Some letters pass, because many people write them "
            "like digits: see *When it refuses*. The **X-ray** shows each stage on the way to the "
            "28×28 pixels, and the answer without it."
        ),
    ]
)
send_at_pen_up()
