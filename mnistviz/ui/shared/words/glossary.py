"""The glossary: each term with its meaning in one or two short sentences.

This is the only source. Pages show the meanings as help of the text that uses a term, and
`python -m tools.make_glossary` writes them to docs/glossary.md.
"""

import re
from dataclasses import dataclass

from mnistviz.texts import _


@dataclass(frozen=True)
class Term:
    """A term, its meaning, and further forms of it in texts besides its plural with s."""

    name: str
    meaning: str
    forms: tuple[str, ...] = ()


TERMS = (
    Term(_("accuracy"), _("The share of images that the network reads right.")),
    Term(
        _("batch"),
        _("A small group of images, here 32 to 128, that the network learns from in one step."),
        (_("batches"),),
    ),
    Term(
        _("batch normalization"),
        _("A step after a convolution. It brings the values of each channel to a common range."),
    ),
    Term(
        _("bias"),
        _("One number for each channel, added to the sum that a convolution makes."),
        (_("biases"),),
    ),
    Term(
        _("calibrated"),
        _("Corrected, so that answers with a probability of 90 % are right in 9 of 10 cases."),
        (_("calibration"),),
    ),
    Term(
        _("channel"),
        _(
            "A part of a layer that looks for one thing, such as a slanted line. It has kernels of "
            "its own and makes one picture, its feature map. A layer has several channels."
        ),
    ),
    Term(
        _("convolution"),
        _(
            "A layer that moves a kernel over a picture. At each place it multiplies and adds up, "
            "and writes the sum into a new picture."
        ),
    ),
    Term(
        _("cosine similarity"),
        _("How alike two patterns are: 1 is the same pattern, 0 means nothing in common."),
    ),
    Term(
        _("dropout"),
        _(
            "During training, some values are set to 0 at random. So the network cannot rely on "
            "one value alone."
        ),
    ),
    Term(_("epoch"), _("One pass through all training images.")),
    Term(
        _("feature map"),
        _(
            "The picture that a convolution makes with one channel's kernels. It is bright where "
            "the input looks like them."
        ),
    ),
    Term(
        _("gradient"),
        _("How much a result changes when one number is changed a little, for each number."),
    ),
    Term(
        _("held-out"),
        _("Not used for training, so that one can check the network on it."),
        (_("hold out"), _("held out")),
    ),
    Term(
        _("interval"),
        _(
            "The range in which the true value lies, in 95 of 100 cases. Few measurements make it "
            "wide."
        ),
    ),
    Term(
        _("kernel"),
        _(
            "A small square of numbers, mostly 3×3, that a convolution lays on each place of a "
            "picture. Training finds these numbers."
        ),
    ),
    Term(_("label"), _("The right answer that belongs to an image: a digit from 0 to 9.")),
    Term(
        _("layer"),
        _("One step of the network. It takes the pictures of the step before and makes new ones."),
    ),
    Term(
        _("learning rate"),
        _("How far the numbers of the network are changed in one step of training."),
    ),
    Term(
        _("log scale"),
        _("An axis on which each step is ten times the one before. Small values can be seen, too."),
        (_("log axis"),),
    ),
    Term(
        _("loss"),
        _(
            "One number for how wrong the network is. It is high if the network was sure and "
            "wrong. Training makes it smaller."
        ),
        (_("losses"),),
    ),
    Term(
        _("max-pooling"),
        _("A layer that keeps the largest of each 2×2 values. The picture becomes half as wide."),
        (_("max-pool"),),
    ),
    Term(
        _("McNemar's test"),
        _(
            "It says whether one network reads more images right than another, or whether chance "
            "explains the difference."
        ),
        (_("McNemar"),),
    ),
    Term(
        _("multiply-accumulate"),
        _("One multiplication and one addition, the smallest step of the calculation."),
    ),
    Term(
        _("network"),
        _(
            "A chain of layers of calculations, with numbers that training has found. It turns a "
            "picture into an answer."
        ),
    ),
    Term(
        _("overfitting"),
        _("The network learns its training images by heart and becomes worse on new ones."),
    ),
    Term(_("parameter"), _("A number in the network. Most of them are found by training.")),
    Term(
        _("probability"),
        _("How sure the network is, from 0 % to 100 %. The ten probabilities add up to 100 %."),
        (_("probabilities"),),
    ),
    Term(_("recipe"), _("The settings of a training that belong together, with a name.")),
    Term(_("ReLU"), _("A step after a convolution: negative sums become 0.")),
    Term(
        _("score"), _("A number for each digit at the end of the network. The highest score wins.")
    ),
    Term(
        _("seed"),
        _(
            "The start number of chance. The same seed gives the same first weights and the same "
            "order of the images."
        ),
    ),
    Term(
        _("snapshot"),
        _("All numbers of the network as they were at one moment of the training."),
    ),
    Term(_("softmax"), _("The formula that turns the ten scores into ten probabilities.")),
    Term(
        _("test image"),
        _(
            "One of 10,000 images that are kept apart. They show how good the network is on "
            "digits that are new to it."
        ),
        (_("test set"),),
    ),
    Term(
        _("training"),
        _(
            "The network reads examples again and again. After each batch its numbers are changed "
            "a little, so that its answers become better."
        ),
        (_("trained"), _("train it"), _("trains")),
    ),
    Term(
        _("validation"),
        _("A check during training, on images that the network does not learn from."),
    ),
    Term(_("weight"), _("A number in a kernel. Training finds it.")),
)


def terms_in(text: str) -> list[Term]:
    """The terms that a text uses, in the order of their first use."""
    found = {term: match.start() for term in TERMS if (match := _pattern(term).search(text))}
    return sorted(found, key=found.__getitem__)


def meanings_of(text: str) -> str | None:
    """The meanings of all terms that a text uses, in Markdown; None where it uses none."""
    terms = terms_in(text)
    return "\n\n".join(f"**{term.name}**: {term.meaning}" for term in terms) or None


def as_markdown() -> str:
    """The glossary as a Markdown page, for docs/glossary.md."""
    lines = [f"**{term.name}**: {term.meaning}" for term in sorted(TERMS, key=_by_name)]
    note = "<!-- Written by `python -m tools.make_glossary`: change the glossary there. -->"
    return "\n\n".join(["# Glossary", note, *lines]) + "\n"


def _by_name(term: Term) -> str:
    return term.name.lower()


def _pattern(term: Term) -> re.Pattern[str]:
    forms = (re.escape(form) for form in (term.name, *term.forms))
    return re.compile(rf"\b(?:{'|'.join(forms)})s?\b", re.IGNORECASE)
