"""Answers of a made-up network, whose image `n` has the label `labels[n]`."""

from collections.abc import Sequence

import numpy as np

from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation.predictions import Answers, answers_of


def made_answers(labels: Sequence[int], answers: Sequence[int], name: str = "mine") -> Answers:
    """The answers to images of a set, each with the same probability of 0.9."""
    images = np.arange(len(labels), dtype=np.uint8)[:, np.newaxis, np.newaxis]
    data = LabelledSet(name, np.tile(images, (1, 28, 28)), np.array(labels, np.uint8))
    logits = np.zeros((len(labels), 10), np.float32)
    logits[np.arange(len(labels)), list(answers)] = np.log(81)
    return answers_of(data, logits)
