"""Labels that a person has marked as wrong or ambiguous.

They are in `doubtful_labels.json` in the home folder, by the digest of a set's images. The file
is replaced under the home's lock.
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
    """Return the path of the file."""
    return storage.home() / "doubtful_labels.json"


def read(digest: str) -> dict[int, Doubt]:
    """Return the marks of a set by image number; invalid entries of the file are ignored."""
    marks = storage.read_json(file()).get(digest)
    if not isinstance(marks, Mapping):
        return {}
    return {
        int(number): doubt
        for number, doubt in sorted(marks.items(), key=lambda item: item[0].zfill(9))
        if number.isdecimal() and doubt in DOUBTS
    }


def mark(digest: str, number: int, doubt: Doubt | None) -> None:
    """Mark the label of an image, or remove its mark with None."""
    if doubt is not None and doubt not in DOUBTS:
        raise SpecError(f"doubt: expected one of {', '.join(DOUBTS)}, got {doubt!r}")
    with storage.home_lock():
        every = storage.read_json(file())
        if not every:
            _set_damaged_aside()
        mine = {str(key): value for key, value in read(digest).items() if key != number}
        if doubt is not None:
            mine[str(number)] = doubt
        others = {name: value for name, value in every.items() if name != digest}
        storage.write_json(file(), {**others, **({digest: mine} if mine else {})})


def _set_damaged_aside() -> None:
    """Rename a file that can't be read, so that what is left of it can be mended by hand."""
    if file().exists() and file().read_bytes().strip() not in (b"", b"{}"):
        file().replace(file().with_suffix(".damaged"))


def without(answers: Answers, numbers: Collection[int]) -> Answers:
    """Return the answers without those to the images with these numbers."""
    stays = np.ones(len(answers.data.labels), bool)
    stays[[number for number in numbers if number < len(stays)]] = False
    data = answers.data
    rest = LabelledSet(data.name, data.images[stays], data.labels[stays], data.description)
    return answers_of(rest, answers.logits[stays], answers.temperature)
