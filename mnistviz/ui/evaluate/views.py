"""The views of the Evaluate page: title, function and explanation of each."""

from collections.abc import Callable
from dataclasses import dataclass

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.thresholds import ALPHA
from mnistviz.evaluation.predictions import Answers
from mnistviz.evaluation.robustness import IMAGES_OF_EACH_DIGIT
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.evaluate.export import show_export
from mnistviz.ui.evaluate.label_issues_view import show_doubts
from mnistviz.ui.evaluate.pair_view import show_pair
from mnistviz.ui.evaluate.robustness_view import show_robustness
from mnistviz.ui.evaluate.score_view import show_confusion, show_mistakes
from mnistviz.ui.evaluate.second_look_view import show_second_look
from mnistviz.ui.evaluate.trust_view import show_trust
from mnistviz.ui.shared.texts import number_word


@dataclass(frozen=True)
class View:
    """A view of the answers of a snapshot, which `show` draws.

    `explanation` are paragraphs in Markdown. The chosen image is shown below a view that
    `has_images` to choose from.
    """

    title: str
    show: Callable[[Snapshot, Answers], None]
    explanation: tuple[str, ...]
    has_images: bool = False


# Thousands of images of a robustness curve, in words.
THOUSANDS = number_word(IMAGES_OF_EACH_DIGIT * NUM_CLASSES // 1_000)

HEADLINE = (
    "A network is judged by images that it was not trained on. **Accuracy** is the share that it "
    "reads right. With other images of the same kind it would come out a little differently: the "
    "**95 % interval** (Wilson) says how much. **Loss** is the mean of -log(probability of the "
    "right digit): it is high where the network is sure and wrong. **Top 2** counts an image as "
    "right if its digit is one of the two likeliest.",
)

VIEWS = {
    "confusion": View(
        "Mix-ups",
        show_confusion,
        (
            "The **confusion matrix** sorts all images by what they are (row) and what they were "
            "read as (column). On the blue diagonal are the right answers. A warm cell far from "
            "it is a mix-up: click it and ask yourself what the two digits have in common there.",
            "A digit with low **recall** is often overlooked. One with low **precision** is often "
            "seen where there is none.",
        ),
        has_images=True,
    ),
    "mistakes": View(
        "Mistakes",
        show_mistakes,
        (
            "The first mistakes are those of which the network was **surest**. The most "
            "interesting ones are there: odd ways of writing, and now and then a label that is "
            "wrong itself. At the end are those where it hesitated between two digits, and chose "
            "the other one.",
        ),
        has_images=True,
    ),
    "trust": View(
        "Is it sure?",
        show_trust,
        (
            "**Calibrated** means: of all answers of which it says that it is 80 % sure, 80 % are "
            "right. The **calibration error** is how far that is missed, on average. One number, "
            "the **temperature**, mends most of it: all scores are divided by it before they "
            "become probabilities. Above 1 it makes the network less sure, below 1 surer. No "
            "answer changes.",
            "Who may **refuse** to answer makes fewer mistakes: a letter that the machine can't "
            "read goes to a person. The curve says how many mistakes are left if so many are "
            "refused.",
        ),
    ),
    "second": View(
        "Second look",
        show_second_look,
        (
            "A **second look** reads seven versions of each image: as it is, slanted and turned "
            "to both sides, smaller and larger. The answer is the digit with the highest mean "
            "probability. Where the seven disagree, the image is hard to read.",
            "The amounts were chosen on held-out training images, not on the images here. The "
            "other views and pages show the single look.",
        ),
        has_images=True,
    ),
    "pair": View(
        "Two runs",
        show_pair,
        (
            "Which of two networks is better? Images that both read right say nothing, nor do "
            "those that both read wrong. What counts are the images that **only one** of them "
            "reads right. If both were equally good, each of these would be the toss of a coin; "
            f"**p** says how often coins would fall at least as unevenly. Below {ALPHA:g} chance "
            "is a poor explanation.",
        ),
        has_images=True,
    ),
    "robustness": View(
        "Robustness",
        show_robustness,
        (
            "MNIST's digits are all centred, upright and of one size. What a network makes of "
            "others it has never been taught, unless its training changed the images a little "
            "each time (**augmentation**). Turn the dial and watch when the answer tips.",
            f"The **curve** does the same with {THOUSANDS} thousand images at once. A wide flat "
            "top is a network that stands a lot. What a person would still read and the network "
            "doesn't is what it has not understood.",
        ),
    ),
    "doubts": View(
        "Labels in doubt",
        show_doubts,
        (
            "People wrote the labels of the test set, and people err. A few digits can't be told "
            "even by eye. **You decide** which, and see what it changes: at 99.5 % right, five "
            "odd labels are a tenth of all mistakes.",
        ),
        has_images=True,
    ),
    "export": View(
        "Export",
        show_export,
        (
            "The table opens in any spreadsheet. The report opens in any browser, without this "
            "program and without a network: send it to somebody, or keep it beside a run.",
        ),
    ),
}
