"""The texts of the picture of the layers. In `{…}` are values that are filled in."""

from collections.abc import Sequence

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.texts import _

# Sent to the browser, which fills in the values.
BROWSER_TEXTS = {
    "undo": _("Undo"),
    "clear": _("Clear"),
    "pad": _("Black square to draw a digit on, with the mouse or a finger"),
    "draw_here": _("Draw a digit here"),
    "preview": _("A preview while you draw. Lift the pen for the exact result."),
    "probability": "{probability}",
    "input": _("Input"),
    "input_meaning": _("28×28 pixels: 0 is black, 1 is white. This is all that the network sees."),
    "channel": _("{layer}, channel {channel}"),
    "score": _("Score of digit {channel}"),
    "score_meaning": _(
        "Score {score}, probability {probability}. It is a sum over all of the last maps, each "
        "with a kernel of its own."
    ),
    "one_kernel": _("Made with this kernel of {size}×{size} numbers."),
    "kernels": _("Made with {count} kernels of {size}×{size} numbers, one for each map before it."),
    "max_pool": _("Max-pooling: the largest value of each {size}×{size} square is kept."),
    "average_pool": _("Average pooling: the mean of each {size}×{size} square."),
    "largest": _("Largest value: {value}."),
    "colours": _("Orange is positive, blue is negative."),
}
# The headings of layers whose names say too little.
TITLES = {"input": _("input")}
SCORES_TITLE = _("digit")

# The texts for other classes than digits.
SIGN_TEXTS = {
    "pad": _("Black square to draw a sign on, with the mouse or a finger"),
    "draw_here": _("Draw a sign here"),
    "score": _("Score of {channel}"),
}
SIGN_SCORES_TITLE = _("class")

OWN = _("Your digit.")
OWN_SIGN = _("Your drawing. The figures are exact.")
OTHER = _("{name}.")
BLANK = _("Nothing is drawn yet.")
ANSWER_DETAILS = {
    "digit": "{probability}",
    "unsure": _("not sure, {probability}"),
    "not_a_digit": _("no digit? Closest: {digit}"),
}


def browser_texts(class_names: Sequence[str]) -> dict[str, str]:
    """The texts of the browser for a network with these classes."""
    return BROWSER_TEXTS if tuple(class_names) == DIGIT_NAMES else {**BROWSER_TEXTS, **SIGN_TEXTS}


def own(class_names: Sequence[str]) -> str:
    """The origin of the figures of a person's drawing."""
    return OWN if tuple(class_names) == DIGIT_NAMES else OWN_SIGN
