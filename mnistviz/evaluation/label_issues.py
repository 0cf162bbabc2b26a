"""Labels that a person holds to be wrong or ambiguous, and what is left without them.

They stand in `doubtful_labels.json` in the home folder, by what is in the images of a set. The
file is replaced under the home's lock.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from mnistviz.core import storage
from mnistviz.core.errors import SpecError
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation.predictions import Answers, answers_of

Doubt = Literal["wrong", "ambiguous"]
DOUBTS: tuple[Doubt, ...] = get_args(Doubt)


def file() -> Path:
    """Where the labels in doubt are kept."""
    return storage.home() / "doubtful_labels.json"


def read(digest: str) -> dict[int, Doubt]:
    """The labels in doubt of a set, by the number of the image; others in the file are ignored."""
    found = storage.read_json(file()).get(digest)
    if not isinstance(found, Mapping):
        return {}
    return {
        int(number): doubt
        for number, doubt in sorted(found.items(), key=lambda item: item[0].zfill(9))
        if number.isdecimal() and doubt in DOUBTS
    }


def mark(digest: str, number: int, doubt: Doubt | None) -> None:
    """Say that the label of an image is in doubt, or with None that it is not any more."""
    if doubt is not None and doubt not in DOUBTS:
        raise SpecError(f"doubt: expected one of {', '.join(DOUBTS)}, got {doubt!r}")
    with storage.home_lock():
        every = storage.read_json(file())
        mine = {str(key): value for key, value in read(digest).items() if key != number}
        if doubt is not None:
            mine[str(number)] = doubt
        others = {name: value for name, value in every.items() if name != digest}
        storage.write_json(file(), {**others, **({digest: mine} if mine else {})})


def without(found: Answers, numbers: Collection[int]) -> Answers:
    """The answers to all other images."""
    stays = np.ones(len(found.data.labels), bool)
    stays[[number for number in numbers if number < len(stays)]] = False
    data = found.data
    rest = LabelledSet(data.name, data.images[stays], data.labels[stays], data.description)
    return answers_of(rest, found.logits[stays])
