"""Save, find, change and delete a person's own labelled digits, a JSON file each.

A drawing that is no digit is kept in the same way, with the label `NO_DIGIT`; the lists and sets of
digits leave it out.

The id of a digit is a hash of its image, and files are replaced atomically. So an image that is
saved twice, from two tabs or by importing a zip again, is one digit, and a server that is killed
leaves only complete files.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from mnistviz.core import storage
from mnistviz.core.constants import DIGIT_NAMES, IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.read_cache import read_once
from mnistviz.core.room import limits
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits.drawing.strokes import Strokes, parse_strokes, strokes_to_json
from mnistviz.digits.labelled_sets import LabelledSet

# More than a person draws; each is a file, and every list of digits reads all files.
MAX_DIGITS = 2_000
# The latest answers of a digit that are saved.
MAX_ANSWERS = 100

NAME = "My digits"
# The label of a drawing that is no digit.
NO_DIGIT = NUM_CLASSES
_ID = re.compile("[0-9a-f]{12}")
_SHAPE = (IMAGE_SIZE, IMAGE_SIZE)


@dataclass(frozen=True)
class Answer:
    """The ten probabilities that a run, by its id, computed for a digit after a step."""

    run: Annotated[str, Field(max_length=200)]
    step: Annotated[int, Field(ge=0)]
    probabilities: Annotated[
        tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(min_length=10, max_length=10)
    ]

    @property
    def digit(self) -> int:
        return int(np.argmax(self.probabilities))


@dataclass(frozen=True, eq=False)
class Digit:
    """An image `(28, 28)` uint8, 0 = paper, 255 = ink, with the label that its writer gave.

    `strokes` are None if it was not drawn on the canvas; `answers` are those at the time when it
    was saved.
    """

    id: str
    label: int
    image: ByteArray
    created: datetime
    strokes: Strokes | None = None
    answers: tuple[Answer, ...] = ()
    deleted: bool = False


class DigitRecord(BaseModel):
    """A digit as JSON, without its image: part of its file and of an export."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    label: Annotated[int, Field(ge=0, le=NO_DIGIT, strict=True)]
    created: AwareDatetime
    strokes: dict[str, Any] | None = None
    answers: Annotated[tuple[Answer, ...], Field(max_length=MAX_ANSWERS)] = ()
    deleted: bool = False


def folder() -> Path:
    """Return the folder of the digits, in the home folder."""
    return storage.home() / "digits"


def id_of(image: ByteArray) -> str:
    """Return the id of an image: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(image.tobytes()).hexdigest()[:12]


def to_pixels(image: NDArray[np.float32]) -> ByteArray:
    """Convert the input of the network, `(28, 28)` float32 in [0, 1], to uint8."""
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


# ---------------------------------------------------------------- save, change, delete


def save(
    image: ByteArray, label: int, strokes: Strokes | None = None, answers: Sequence[Answer] = ()
) -> Digit:
    """Save an image `(28, 28)` uint8 with its label, or relabel it if it is saved already.

    Raises `DataError` for a blank image, an invalid label, or if there are too many digits, and
    `ClassError` at a limit of a class.
    """
    limits.need_room()
    label = _checked_label(label)
    if image.shape != _SHAPE or image.dtype != np.uint8 or not image.any():
        raise DataError(
            f"{NAME}: expected a picture (28, 28) uint8 with ink, got "
            f"{'a blank one' if image.shape == _SHAPE else image.shape}; draw a digit first"
        )
    digit_id = id_of(image)
    with storage.home_lock():
        digit = _read_if_exists(digit_id)
        if digit is None:
            check_capacity(1)
            digit = Digit(digit_id, label, image, datetime.now(UTC).replace(microsecond=0))
        by_snapshot = {(answer.run, answer.step): answer for answer in (*digit.answers, *answers)}
        digit = replace(
            digit,
            label=label,
            strokes=strokes or digit.strokes,
            answers=tuple(by_snapshot.values())[-MAX_ANSWERS:],
            deleted=False,
        )
        write(digit)
    return digit


def relabel(digit_id: str, label: int) -> Digit:
    """Change the label of a digit."""
    return _change(digit_id, label=_checked_label(label))


def delete(digit_id: str) -> Digit:
    """Mark a digit as deleted; `restore` undoes it."""
    return _change(digit_id, deleted=True)


def restore(digit_id: str) -> Digit:
    """Restore a deleted digit."""
    return _change(digit_id, deleted=False)


def delete_permanently(digit_id: str) -> None:
    """Remove the file of a deleted digit. This can't be undone."""
    with storage.home_lock():
        if not find(digit_id, deleted=True).deleted:
            raise DataError(f"{digit_id}: expected a deleted digit; delete it first")
        file_of(digit_id).unlink()


def _change(digit_id: str, **changes: Any) -> Digit:
    with storage.home_lock():
        digit = replace(find(digit_id, deleted=True), **changes)
        write(digit)
    return digit


def _checked_label(label: int) -> int:
    if label not in range(NO_DIGIT + 1):
        raise DataError(
            f"label: expected a digit from 0 to 9, or {NO_DIGIT} for what is no digit, got {label}"
        )
    return int(label)


def check_capacity(number: int) -> None:
    """Raise `DataError` if there would be too many digits with so many more."""
    present = len(list(folder().glob("*.json")))
    if present + number > MAX_DIGITS:
        raise DataError(
            f"{NAME}: expected at most {MAX_DIGITS:,} digits, deleted ones included, got "
            f"{number:,} more where {present:,} are; import fewer, or evaluate a run on the "
            "whole set"
        )


# ---------------------------------------------------------------- files


def file_of(digit_id: str) -> Path:
    """The file of a digit. Raises `DataError` for what is no id: it may come from a browser."""
    if not _ID.fullmatch(digit_id):
        raise DataError(f"digit: expected the id of one that is kept, got {digit_id[:40]!r}")
    return folder() / f"{digit_id}.json"


def write(digit: Digit) -> None:
    """Write the file of a digit atomically."""
    folder().mkdir(parents=True, exist_ok=True)
    picture = base64.b64encode(digit.image.tobytes()).decode("ascii")
    storage.write_json(file_of(digit.id), {**to_record(digit), "image": picture})


def to_record(digit: Digit) -> dict[str, Any]:
    """Return a digit as JSON, without its image."""
    return {
        "label": digit.label,
        "created": digit.created.isoformat(),
        "strokes": None if digit.strokes is None else json.loads(strokes_to_json(digit.strokes)),
        "answers": [asdict(answer) for answer in digit.answers],
        "deleted": digit.deleted,
    }


def from_record(value: Any, image: ByteArray) -> Digit:
    """Return the digit of an image and its JSON. Raises `ValueError` for invalid JSON."""
    strokes = None
    try:
        record = DigitRecord.model_validate(value)
        if record.strokes is not None:
            strokes = parse_strokes(json.dumps(record.strokes))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ValueError(f"{where or 'a digit'}: {problem['msg'].lower()}") from None
    except DrawingError as error:
        raise ValueError(str(error)) from None
    return Digit(
        id_of(image), record.label, image, record.created, strokes, record.answers, record.deleted
    )


@read_once
def _read(path: Path) -> Digit | None:
    """The digit in a file, or None if the file is damaged."""
    value = storage.read_json(path)
    try:
        raw = base64.b64decode(value.get("image", ""), validate=True)
        image = np.frombuffer(raw, np.uint8).reshape(_SHAPE)
        digit = from_record(value, image)
    except (ValueError, TypeError):
        return None
    return digit if digit.id == path.stem else None


def _read_all() -> list[Digit]:
    digits = (_read(path) for path in folder().glob("*.json"))
    return sorted(filter(None, digits), key=lambda digit: (digit.created, digit.id))


def list_digits() -> list[Digit]:
    """Return all digits that are not deleted, oldest first, without what is no digit."""
    return [one for one in _read_all() if not one.deleted and one.label != NO_DIGIT]


def non_digits() -> list[Digit]:
    """Return the drawings that were kept as no digit and are not deleted, oldest first."""
    return [one for one in _read_all() if not one.deleted and one.label == NO_DIGIT]


def deleted_digits() -> list[Digit]:
    """Return the deleted digits, which can be restored, oldest first."""
    return [digit for digit in _read_all() if digit.deleted]


def damaged_files() -> list[Path]:
    """Return the damaged files, which are ignored."""
    return sorted(path for path in folder().glob("*.json") if _read(path) is None)


def find_image(image: ByteArray) -> Digit | None:
    """Return the digit of an image, or None if it is not saved or deleted."""
    digit = _read_if_exists(id_of(image))
    return None if digit is None or digit.deleted else digit


def _read_if_exists(digit_id: str) -> Digit | None:
    return _read(file_of(digit_id)) if file_of(digit_id).exists() else None


def find(text: str, *, deleted: bool = False) -> Digit:
    """Return the only digit whose id starts with `text`. Raises `DataError`."""
    candidates = [digit for digit in _read_all() if deleted or not digit.deleted]
    matches = [digit for digit in candidates if text and digit.id.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    ids = ", ".join(digit.id for digit in (matches or candidates)[:10]) or "none"
    raise DataError(
        f"digit: expected the id of one of your digits, got {text!r}, which is that of "
        f"{len(matches)}; there are: {ids}"
    )


def label_name(label: int, class_names: Sequence[str] = DIGIT_NAMES) -> str:
    """Return a label in words: `a 3`, `an 8`, `no digit`, or the name of another class."""
    if tuple(class_names) != DIGIT_NAMES:
        return class_names[label]
    return "no digit" if label == NO_DIGIT else f"{article(label)} {label}"


def article(digit: int) -> str:
    """Return the indefinite article of a digit, which is `an` before 8."""
    return "an" if digit == 8 else "a"


# ---------------------------------------------------------------- as a set


def as_labelled_set(digits: Sequence[Digit] | None = None) -> LabelledSet:
    """Return all digits, or these, as a set. Raises `DataError` if there are none."""
    digits = list_digits() if digits is None else digits
    if not digits:
        raise DataError(
            f"{NAME}: expected at least one digit, none is kept yet; draw one on the Draw page and "
            "say what it is, or import some with `digits import`"
        )
    return LabelledSet(
        NAME,
        np.stack([digit.image for digit in digits]),
        np.array([digit.label for digit in digits], np.uint8),
        f"{len(digits):,} digits that you kept.",
    )


def class_counts(digits: Iterable[Digit]) -> NDArray[np.int64]:
    """Return the number of digits of each label, `(10,)`."""
    return np.bincount([digit.label for digit in digits], minlength=NUM_CLASSES)
