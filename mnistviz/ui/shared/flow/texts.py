"""The texts of the picture of the layers. In `{…}` are values that are filled in."""

from collections.abc import Sequence

from mnistviz.core.constants import DIGIT_NAMES

# Sent to the browser, which fills in the values.
BROWSER_TEXTS = {
    "undo": "Undo",
    "clear": "Clear",
    "pad": "Black square to draw a digit on, with the mouse or a finger",
    "draw_here": "Draw a digit here",
    "preview": "Preview from your browser. Lift the pen for Python's result.",
    "probability": "{probability}",
    "input": "Input",
    "input_meaning": "28×28 pixels: 0 is black, 1 is white. This is all that the network sees.",
    "channel": "{layer}, channel {channel}",
    "score": "Score of digit {channel}",
    "score_meaning": "Score {score}, probability {probability}. It adds up all of the last maps.",
    "one_kernel": "Made with this kernel of {size}×{size} numbers.",
    "kernels": "Made with {count} kernels of {size}×{size} numbers, one for each map before it.",
    "max_pool": "Max-pooling: the largest value of each {size}×{size} square is kept.",
    "average_pool": "Average pooling: the mean of each {size}×{size} square.",
    "largest": "Largest value: {value}.",
    "colours": "Orange is positive, blue is negative.",
}
# The headings of layers whose names say too little.
TITLES = {"input": "input"}
SCORES_TITLE = "digit"

# The texts for other classes than digits.
SIGN_TEXTS = {
    "pad": "Black square to draw a sign on, with the mouse or a finger",
    "draw_here": "Draw a sign here",
    "score": "Score of {channel}",
}
SIGN_SCORES_TITLE = "class"

OWN = "Your digit. Exact figures, computed by Python."
OWN_SIGN = "Your drawing. Exact figures, computed by Python."
OTHER = "{name}. Exact figures, computed by Python."
BLANK = "Nothing is drawn yet."
ANSWER_DETAILS = {
    "digit": "{probability}",
    "unsure": "not sure, {probability}",
    "not_a_digit": "no digit? Closest: {digit}",
}


def browser_texts(class_names: Sequence[str]) -> dict[str, str]:
    """The texts of the browser for a network with these classes."""
    return BROWSER_TEXTS if tuple(class_names) == DIGIT_NAMES else {**BROWSER_TEXTS, **SIGN_TEXTS}


def own(class_names: Sequence[str]) -> str:
    """The origin of the figures of a person's drawing."""
    return OWN if tuple(class_names) == DIGIT_NAMES else OWN_SIGN
