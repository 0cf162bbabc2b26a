"""A person's own labelled digits: one small file each, in the home folder.

A digit's id is a hash of its picture, and a file is replaced in one step. So the same picture
kept twice, from two tabs or by a zip that is imported again, is one digit, and a server that is
killed leaves whole files only.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from mnistviz.core import storage
from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.read_cache import read_once
from mnistviz.digits.drawing.strokes import Strokes, parse_strokes, strokes_to_json
from mnistviz.digits.labelled_sets import LabelledSet

# Of one's own hand, more than anybody draws; each is a file that every list looks at.
MAX_DIGITS = 2_000

NAME = "My digits"
_SHAPE = (IMAGE_SIZE, IMAGE_SIZE)

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Answer:
    """What a run, by its id, made of a digit after some step: ten probabilities."""

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
    """A picture `(28, 28)` uint8, 0 = paper, 255 = ink, and what its writer says it is.

    `strokes` are None where it was no drawing; `answers` are those given when it was kept.
    """

    id: str
    label: int
    image: Pixels
    created: datetime
    strokes: Strokes | None = None
    answers: tuple[Answer, ...] = ()
    deleted: bool = False


class Record(BaseModel):
    """A digit as JSON: in its file, and but for the picture in an export."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    label: Annotated[int, Field(ge=0, lt=NUM_CLASSES, strict=True)]
    created: AwareDatetime
    strokes: dict[str, Any] | None = None
    answers: Annotated[tuple[Answer, ...], Field(max_length=100)] = ()
    deleted: bool = False


def folder() -> Path:
    """Where the digits are, in a person's home folder."""
    return storage.home() / "digits"


def id_of(image: Pixels) -> str:
    """The id of a picture: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(image.tobytes()).hexdigest()[:12]


def to_pixels(image: NDArray[np.float32]) -> Pixels:
    """An image `(28, 28)` float32 in [0, 1], as the network sees it, as it is kept: uint8."""
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


# ---------------------------------------------------------------- keep, change, delete


def keep(
    image: Pixels,
    label: int,
    strokes: Strokes | None = None,
    answers: Sequence[Answer] = (),
) -> Digit:
    """Keep a picture `(28, 28)` uint8 with its label. One that is kept already gets the label.

    Raises `DataError` for a blank picture, a label that is no digit, and when there are
    as many digits as a set may have.
    """
    label = _checked_label(label)
    if image.shape != _SHAPE or image.dtype != np.uint8 or not image.any():
        raise DataError(
            f"{NAME}: expected a picture (28, 28) uint8 with ink, got "
            f"{'a blank one' if image.shape == _SHAPE else image.shape}; draw a digit first"
        )
    digit_id = id_of(image)
    with storage.home_lock():
        before = _find(digit_id)
        if before is None:
            check_room(1)
            before = Digit(digit_id, label, image, datetime.now(UTC).replace(microsecond=0))
        kept = {(answer.run, answer.step): answer for answer in (*before.answers, *answers)}
        digit = replace(
            before,
            label=label,
            strokes=strokes or before.strokes,
            answers=tuple(kept.values())[-100:],
            deleted=False,
        )
        write(digit)
    return digit


def relabel(digit_id: str, label: int) -> Digit:
    """Say anew what a digit is."""
    label = _checked_label(label)
    return _change(digit_id, label=label)


def delete(digit_id: str) -> Digit:
    """Take a digit out of the set; `restore` brings it back."""
    return _change(digit_id, deleted=True)


def restore(digit_id: str) -> Digit:
    """Bring a deleted digit back."""
    return _change(digit_id, deleted=False)


def remove_for_good(digit_id: str) -> None:
    """Take a deleted digit off the disk. There is no way back."""
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
    if label not in range(NUM_CLASSES):
        raise DataError(f"label: expected a digit from 0 to 9, got {label}")
    return int(label)


def check_room(number: int) -> None:
    """Raise `DataError` where so many more digits would be too many."""
    there = len(list(folder().glob("*.json")))
    if there + number > MAX_DIGITS:
        raise DataError(
            f"{NAME}: expected at most {MAX_DIGITS:,} digits, deleted ones included, got "
            f"{number:,} more where {there:,} are; import fewer, or evaluate a run on the whole set"
        )


# ---------------------------------------------------------------- files


def file_of(digit_id: str) -> Path:
    return folder() / f"{digit_id}.json"


def write(digit: Digit) -> None:
    """Write a digit's file, in one step."""
    folder().mkdir(parents=True, exist_ok=True)
    picture = base64.b64encode(digit.image.tobytes()).decode("ascii")
    storage.write_json(file_of(digit.id), {**as_record(digit), "image": picture})


def as_record(digit: Digit) -> dict[str, Any]:
    """A digit as JSON, without its picture."""
    return {
        "label": digit.label,
        "created": digit.created.isoformat(),
        "strokes": None if digit.strokes is None else json.loads(strokes_to_json(digit.strokes)),
        "answers": [asdict(answer) for answer in digit.answers],
        "deleted": digit.deleted,
    }


def from_record(value: Any, image: Pixels) -> Digit:
    """The digit of a picture and its JSON. Raises `ValueError` where that is none."""
    strokes = None
    try:
        record = Record.model_validate(value)
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
    """The digit in a file, or None where it can't be read."""
    value = storage.read_json(path)
    try:
        raw = base64.b64decode(value.get("image", ""), validate=True)
        image = np.frombuffer(raw, np.uint8).reshape(_SHAPE)
        digit = from_record(value, image)
    except (ValueError, TypeError):
        return None
    return digit if digit.id == path.stem else None


def _all() -> list[Digit]:
    found = (_read(path) for path in folder().glob("*.json"))
    return sorted((digit for digit in found if digit), key=lambda one: (one.created, one.id))


def list_digits() -> list[Digit]:
    """All digits that are not deleted, in the order in which they were kept."""
    return [digit for digit in _all() if not digit.deleted]


def deleted_digits() -> list[Digit]:
    """The digits that were deleted and can be restored."""
    return [digit for digit in _all() if digit.deleted]


def damaged_files() -> list[Path]:
    """Files that should hold a digit and don't. They are left alone."""
    return sorted(path for path in folder().glob("*.json") if _read(path) is None)


def of_picture(image: Pixels) -> Digit | None:
    """The digit of a picture, None where it is not kept or was deleted."""
    found = _find(id_of(image))
    return None if found is None or found.deleted else found


def _find(digit_id: str) -> Digit | None:
    return _read(file_of(digit_id)) if file_of(digit_id).exists() else None


def find(text: str, *, deleted: bool = False) -> Digit:
    """The digit with that id, or the only one whose id begins so. Raises `DataError`."""
    there = [digit for digit in _all() if deleted or not digit.deleted]
    found = [digit for digit in there if text and digit.id.startswith(text)]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(digit.id for digit in (found or there)[:10]) or "none"
    raise DataError(
        f"digit: expected the id of one of your digits, got {text!r}, which is that of "
        f"{len(found)}; there are: {ids}"
    )


# ---------------------------------------------------------------- as a set


def as_labelled_set(digits: Sequence[Digit] | None = None) -> LabelledSet:
    """All digits, or these, as a set to evaluate on. Raises `DataError` where there is none."""
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


def counts(digits: Iterable[Digit]) -> NDArray[np.int64]:
    """How many there are of each label, `(10,)`."""
    return np.bincount([digit.label for digit in digits], minlength=NUM_CLASSES)
