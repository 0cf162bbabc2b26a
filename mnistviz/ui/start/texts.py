"""All texts of the page Start here, station by station. In `{…}` are values that are filled in.

Sentences have at most 30 words, in plain English. Terms of the glossary are explained by the help
of the text that uses them.
"""

from dataclasses import dataclass

from mnistviz.texts import _


@dataclass(frozen=True)
class StationTexts:
    """The texts of a station.

    Attributes:
        name: Short name in the list of stations.
        sentence: What the station shows.
        question: What a person guesses before looking.
        answers: The answers to choose from.
        right: The index of the right answer.
        solution: What is true, shown after the guess.
    """

    name: str
    sentence: str
    question: str
    answers: tuple[str, ...]
    right: int
    solution: str


INTRODUCTION = _(
    "Five stations, ten minutes: find out how a computer reads handwriting. Guess first, then look."
)
STATIONS_LABEL = _("Stations")
WELL_GUESSED = _("Good guess!")
OTHER_GUESS = _("Not quite: {right}.")
DEEPER = _("Go deeper:")
NEXT = _("Next: {name}")
STATIONS_LEFT = _("**Still open:** {names}.")
FINISHED = _(
    "**You have seen all five stations.** You know how the network reads, how it learns and where "
    "it fails. One question is left: would more channels make it better? The first link below "
    "begins with the answer. Then try the other pages, in any order."
)
GUESS_TO_GO_ON = _("Answer the question to go on.")

DRAW = StationTexts(
    name=_("Draw"),
    sentence=_(
        "Draw one digit, 0 to 9, on the black square: a small network reads it while you draw, "
        "and says how sure it is."
    ),
    question=_("Guess first: can it still read your digit if you draw it tiny, in a corner?"),
    answers=(_("Yes"), _("No"), _("Only some digits")),
    right=0,
    solution=_(
        "Try it: press *Clear* and draw a tiny digit. It can. Each drawing is first made equally "
        "large, with lines of equal width, and moved to the middle. The small picture of 28×28 "
        "pixels is all that the network sees."
    ),
)

DRAW_FIRST = _("**Draw a digit** to go on.")

LAYERS = StationTexts(
    name=_("Layers"),
    sentence=_(
        "Your digit passes through the network from layer to layer, until there is one score for "
        "each of the ten digits."
    ),
    question=_("Guess first: how many numbers does the network compute for one answer?"),
    answers=(_("About 100"), _("About 1,000"), _("More than 10,000")),
    right=2,
    solution=_(
        "It computes **{count:,}**, with {parameters:,} numbers that training has found: those of "
        "its kernels. {point} a small picture, a feature map: the lines show what it is made of."
    ),
)
POINT_AT = _("Point at")
TAP = _("Tap")
TEST_IMAGE = _("test image {number}, {label}")
NO_DIGIT_YET = _("You have drawn no digit yet, so this is a digit from the test images.")

CONVOLUTION = StationTexts(
    name=_("Convolution"),
    sentence=_(
        "A convolution lays nine numbers, the kernel, on nine pixels, multiplies and adds up: one "
        "pixel of the feature map."
    ),
    question=_(
        "Guess first: the kernel slides over your whole digit. Where does the feature map become "
        "bright?"
    ),
    answers=(
        _("Where the digit looks like the kernel"),
        _("All over the digit"),
        _("Beside the digit"),
    ),
    right=0,
    solution=_(
        "Bright pixels on positive numbers of the kernel make a large sum, on negative ones a "
        "small sum."
    ),
)
INPUT_NAME = _("The digit")
MAP_NAME = _("Map of {layer}, channel {channel}")

TRAIN = StationTexts(
    name=_("Train"),
    sentence=_(
        "In training, a network reads example digits, compares its answers with the labels, and "
        "changes the numbers in its kernels a little after each batch."
    ),
    question=_(
        "Guess first: a new network guesses 10 of 100 digits right. How many are right after 20 "
        "seconds of training?"
    ),
    answers=(_("About 30"), _("About 60"), _("More than 90")),
    right=2,
    solution=_(
        "Start the training and see it happen: it uses 5,000 digits, each of them three times."
    ),
)
TRAIN_BUTTON = _("Train a new network")
TRAIN_AGAIN = _("Train another one")
TRAIN_FIRST = _("**Train a network** to go on.")
PREPARING = _(
    "The training is being prepared, for {seconds} s so far. It takes a few seconds, longer where "
    "the computer has other work."
)
STOP = _("Stop")
STOPPING = _("The training stops after the batch at work.")
GOES_ON = _("It goes on training when you go on, too.")
TRAINING = _("{seen:,} of {total:,} digits read, for {seconds} s so far")
TESTING = _("All digits are read. Now the network is tested on 10,000 images.")
GUESSES = _(
    "The same {total} test images, read again and again. Now **{right}** are right: green is "
    "right, red is wrong. There, *4, not 9* means: the network reads 4, and the label says 9."
)
TRAINED = _(
    "**Your network reads {accuracy:.1%} of the test images right**, after {seconds:.0f} seconds "
    "of training."
)
YOUR_DIGIT = _("It reads your own digit as **{digit}**, with a probability of {probability:.1%}.")
NOT_FINISHED = _("This training ended early ({state}). Start another one.")

MISTAKES = StationTexts(
    name=_("Mistakes"),
    sentence=_(
        "The run **{run}**, after {epochs} epochs, reads {wrong} of {total:,} test images wrong, "
        "and here it was very sure of a wrong answer."
    ),
    question=_("Guess first: which digit is this?"),
    answers=tuple("0123456789"),
    right=-1,
    solution=_(
        "Its label says **{label}**. The network reads **{answer}**, with a probability of "
        "{probability:.1%}. Being sure is not the same as being right. Below are more of its "
        "mistakes: broken or smudged lines, unusual shapes, and digits that look like another one. "
        "There, *4, not 9* means: it reads 4, and the label says 9."
    ),
)
NOT_THE_LABEL = _("The label says another digit; people can disagree about some of these.")
MISTAKE_PICTURE = _("A test image that the network reads wrong")
MISTAKES_PICTURE = _("{count} test images that the network reads wrong, each with its answer")

STATIONS = (DRAW, LAYERS, CONVOLUTION, TRAIN, MISTAKES)
