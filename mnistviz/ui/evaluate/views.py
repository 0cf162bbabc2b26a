"""The views of the Evaluate page: title, function and explanation of each."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_CLASSES
from mnistviz.core.thresholds import ALPHA
from mnistviz.evaluation.predictions import Answers
from mnistviz.evaluation.robustness import IMAGES_OF_EACH_DIGIT
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
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

    It returns the numbers of the images that it shows, None if it has none to choose from.
    `explanation` are paragraphs in Markdown.
    """

    title: str
    show: Callable[[Snapshot, Answers], NDArray[np.int64] | None]
    explanation: tuple[str, ...]


# Thousands of images of a robustness curve, in words.
THOUSANDS = number_word(IMAGES_OF_EACH_DIGIT * NUM_CLASSES // 1_000)

HEADLINE = (
    _(
        "A network is tested on images that it was not trained on. **Accuracy** is the share that "
        "it reads right. With other images of the same kind it would be a little different: the "
        "**likely range** is the 95% interval (Wilson). **Loss** is the mean of -log(probability "
        "of the right digit), before calibration: it is high where the network is sure and wrong. "
        "**Right in two guesses** counts an image as right if its digit is one of the two most "
        "likely."
    ),
)

VIEWS = {
    "confusion": View(
        _("Mix-ups"),
        show_confusion,
        (
            _(
                "The **confusion matrix** sorts all images by what they are (row) and what they "
                "were read as (column). On the blue diagonal are the right answers. A warm cell "
                "beside it is a mix-up: click it to see what the two digits have in common."
            ),
            _(
                "A digit with low **recall** is often overlooked. One with low **precision** is "
                "often seen where there is none."
            ),
        ),
    ),
    "mistakes": View(
        _("Mistakes"),
        show_mistakes,
        (
            _(
                "The first mistakes have the **highest probability**: unusual ways of writing, "
                "and sometimes a wrong label. At the end are those where two digits were almost "
                "equally likely."
            ),
        ),
    ),
    "trust": View(
        _("Is it sure?"),
        show_trust,
        (
            _(
                "**Calibrated** means: of all answers with a probability of 80%, 80% are right. "
                "The **calibration error** is the mean difference from that. One number, the "
                "**temperature**, corrects most of it: all scores are divided by it before they "
                "become probabilities. Above 1 it lowers the highest probability, below 1 it "
                "raises it. No answer changes. All pages show the calibrated probabilities."
            ),
            _(
                "A network that may **refuse** to answer makes fewer mistakes: what the machine "
                "can't read goes to a person. The curve shows how many mistakes are left."
            ),
        ),
    ),
    "second": View(
        _("Second look"),
        show_second_look,
        (
            _(
                "A **second look** reads seven versions of each image: as it is, slanted and "
                "turned to both sides, smaller and larger. The answer is the digit with the "
                "highest mean probability. Where the seven disagree, the image is hard to read."
            ),
            _(
                "The amounts were chosen on held-out training images, not on the images here. The "
                "other views and pages show the single look."
            ),
        ),
    ),
    "pair": View(
        _("Two runs"),
        show_pair,
        (
            _(
                "Which of two networks is better? Only the images that **one** of them reads "
                "right and the other wrong can tell. If both were equally good, each of these "
                "images would be the toss of a coin; **p** is the share of tosses that are at "
                "least as uneven. Below {alpha:g} it is unlikely to be chance."
            ).format(alpha=ALPHA),
        ),
    ),
    "robustness": View(
        _("Robustness"),
        show_robustness,
        (
            _(
                "MNIST's digits are all centred, upright and of one size. A network learns to "
                "read others only if its training changed the images a little each time "
                "(**augmentation**). Move the dial and see when the answer changes."
            ),
            _(
                "The **curve** does the same with {thousands} thousand images at once. A wide "
                "flat top means that the network tolerates much."
            ).format(thousands=THOUSANDS),
        ),
    ),
    "doubts": View(
        _("Labels in doubt"),
        show_doubts,
        (
            _(
                "People wrote the labels of the test set, and some are wrong. A few digits can't "
                "be read by a person either. **You decide** which, and see how the accuracy "
                "changes: at 99.5% right, five wrong labels are a tenth of all mistakes."
            ),
        ),
    ),
    "export": View(
        _("Export"),
        show_export,
        (
            _(
                "The table opens in any spreadsheet. The report opens in any browser, without "
                "this program and without a connection to the internet."
            ),
        ),
    ),
}
