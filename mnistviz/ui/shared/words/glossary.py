"""The glossary: each term with its meaning in one or two short sentences.

This is the only source. Pages show the meanings as help of the text that uses a term, and
`python -m tools.make_glossary` writes them to docs/glossary.md.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term, its meaning, and further forms of it in texts besides its plural with s."""

    name: str
    meaning: str
    forms: tuple[str, ...] = ()


TERMS = (
    Term("accuracy", "The share of images that the network reads right."),
    Term(
        "batch",
        "A small group of images, here 32 to 128, that the network learns from in one step.",
        ("batches",),
    ),
    Term(
        "batch normalization",
        "A step after a convolution. It brings the values of each channel to a common range.",
    ),
    Term(
        "bias",
        "One number for each channel, added to the sum that a convolution makes.",
        ("biases",),
    ),
    Term(
        "calibrated",
        "Corrected, so that answers with a probability of 90 % are right in 9 of 10 cases.",
        ("calibration",),
    ),
    Term(
        "channel",
        "One of the feature maps of a layer. Each channel has kernels of its own and looks for "
        "something else.",
    ),
    Term(
        "convolution",
        "A layer that moves a kernel over a picture. At each place it multiplies and adds up, and "
        "writes the sum into a new picture.",
    ),
    Term(
        "cosine similarity",
        "How alike two patterns are: 1 is the same pattern, 0 means nothing in common.",
    ),
    Term(
        "dropout",
        "During training, some values are set to 0 at random. So the network cannot rely on one "
        "value alone.",
    ),
    Term("epoch", "One pass through all training images."),
    Term(
        "feature map",
        "The picture that one channel makes. It is bright where the channel found what it "
        "looks for.",
    ),
    Term(
        "gradient",
        "How much a result changes when one number is changed a little, for each number.",
    ),
    Term(
        "held-out",
        "Not used for training, so that one can check the network on it.",
        ("hold out", "held out"),
    ),
    Term(
        "interval",
        "The range in which the true value lies, in 95 of 100 cases. Few measurements make it "
        "wide.",
    ),
    Term(
        "kernel",
        "A small square of numbers, mostly 3×3, that a convolution lays on each place of a "
        "picture. Training finds these numbers.",
    ),
    Term("label", "The right answer that belongs to an image: a digit from 0 to 9."),
    Term(
        "layer",
        "One step of the network. It takes the pictures of the step before and makes new ones.",
    ),
    Term(
        "learning rate",
        "How far the numbers of the network are changed in one step of training.",
    ),
    Term(
        "log scale",
        "An axis on which each step is ten times the one before. Small values can be seen, too.",
        ("log axis",),
    ),
    Term(
        "loss",
        "One number for how wrong the network is. It is high if the network was sure and wrong. "
        "Training makes it smaller.",
        ("losses",),
    ),
    Term(
        "max-pooling",
        "A layer that keeps the largest of each 2×2 values. The picture becomes half as wide.",
        ("max-pool",),
    ),
    Term(
        "McNemar's test",
        "It says whether one network reads more images right than another, or whether chance "
        "explains the difference.",
        ("McNemar",),
    ),
    Term(
        "multiply-accumulate",
        "One multiplication and one addition, the smallest step of the calculation.",
    ),
    Term(
        "network",
        "A chain of layers of calculations, with numbers that training has found. It turns a "
        "picture into an answer.",
    ),
    Term(
        "overfitting",
        "The network learns its training images by heart and becomes worse on new ones.",
    ),
    Term("parameter", "A number in the network. Most of them are found by training."),
    Term(
        "probability",
        "How sure the network is, from 0 % to 100 %. The ten probabilities add up to 100 %.",
        ("probabilities",),
    ),
    Term("recipe", "The settings of a training that belong together, with a name."),
    Term("ReLU", "A step after a convolution: negative sums become 0."),
    Term("score", "A number for each digit at the end of the network. The highest score wins."),
    Term(
        "seed",
        "The start number of chance. The same seed gives the same first weights and the same "
        "order of the images.",
    ),
    Term(
        "snapshot",
        "All numbers of the network as they were at one moment of the training.",
    ),
    Term("softmax", "The formula that turns the ten scores into ten probabilities."),
    Term(
        "test image",
        "One of 10,000 images that are kept apart. They show how good the network is on digits "
        "that are new to it.",
        ("test set",),
    ),
    Term(
        "training",
        "The network reads examples again and again. After each batch its numbers are changed a "
        "little, so that its answers become better.",
        ("trained", "train it", "trains"),
    ),
    Term(
        "validation",
        "A check during training, on images that the network does not learn from.",
    ),
    Term("weight", "A number in a kernel. Training finds it."),
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
