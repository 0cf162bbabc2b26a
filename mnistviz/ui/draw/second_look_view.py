"""The second look on the Draw page: seven versions of the picture, and the answer to all."""

import html

import streamlit as st

from mnistviz.charts.png import png_data_uri
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.my_digits import to_pixels
from mnistviz.evaluation.calibration import Calibration
from mnistviz.evaluation.digit_reader import Reading
from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.evaluation.second_look import VERSIONS, SecondLook
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.texts import number_word
from mnistviz.ui.shared.words.explained import explained, explained_caption

# Four side by side on a phone.
TILE_WIDTH, PICTURE_WIDTH = 76, 56
NAME_STYLE = "display:block;font-size:0.75rem;line-height:1.2;opacity:0.7"
ORANGE = ' style="color:#e8590c"'


def show_second_look(snapshot: Snapshot, image: FloatArray) -> None:
    """Show the versions of an image `(28, 28)` with their answers, and the answer to all."""
    look = loaded_networks.look_again(snapshot, image)
    ways = number_word(len(VERSIONS))
    explained(
        _("**Looked at {ways} ways: {votes_text}.** {answer}").format(
            ways=ways, votes_text=look.votes_text, answer=answer_text(look)
        )
    )
    st.html(tiles_html(look))
    explained_caption(calibration_text(loaded_networks.second_look_calibration(snapshot)))


def answer_text(look: SecondLook) -> str:
    """The answer of the second look with its probability, a sentence in Markdown."""
    reading = look.reading
    values = {"digit": reading.name, "probability": f"{reading.probability:.1%}"}
    return _("Second look: **{command_line}**.").format(
        command_line=TEXTS[reading.verdict].command_line.format(**values)
    )


def change_text(first: Reading) -> str:
    """The answer of a single look, for the place of its probability where the second differs."""
    values = {"digit": first.name, "probability": f"{first.probability:.1%}"}
    return _("single look: {command_line}").format(
        command_line=TEXTS[first.verdict].command_line.format(**values)
    )


def calibration_text(fitted: Calibration | None) -> str:
    """How the probability of the second look is made, and where else it counts."""
    calibrated = (
        _("not calibrated, because no training image was held out")
        if fitted is None
        else _("calibrated on its own")
    )
    return _(
        "Its probability is the mean over the {number_word} pictures, {calibrated}. It decides "
        "the answer here while this view is open. The bars above and all other pages keep the "
        "probability of a single look."
    ).format(number_word=number_word(len(VERSIONS)), calibrated=calibrated)


def tiles_html(look: SecondLook) -> str:
    """The versions side by side, each with its answer; answers of a minority are orange."""
    most, names = look.votes[0][0], look.reading.class_names
    tiles = "".join(
        f'<figure style="margin:0;width:{TILE_WIDTH}px;text-align:center">'
        f'<img src="{png_data_uri(to_pixels(image))}" width="{PICTURE_WIDTH}" '
        f'height="{PICTURE_WIDTH}" style="image-rendering:pixelated" '
        f'alt="Your digit {html.escape(name)}, read as {html.escape(names[digit])}">'
        f"<figcaption><strong{'' if digit == most else ORANGE}>{html.escape(names[digit])}</strong>"
        f'<span style="{NAME_STYLE}">{html.escape(name)}</span>'
        "</figcaption></figure>"
        for name, image, digit in zip(VERSIONS, look.images, look.digits, strict=True)
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:8px">{tiles}</div>'
