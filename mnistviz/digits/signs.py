"""Signs of a person's hand, with the classes of a data set of their own; a JSON file each.

Digits are kept by `my_digits`. Each list of names of classes has a folder of its own, because a
label is the number of a class. The id of a sign is a hash of its image, as that of a digit.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnistviz.core import storage
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DataError
from mnistviz.core.room import limits
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.my_digits import MAX_DIGITS as MAX_SIGNS
from mnistviz.digits.my_digits import Digit, id_of

NAME = "My signs"
_SHAPE = (IMAGE_SIZE, IMAGE_SIZE)


def folder(class_names: Sequence[str]) -> Path:
    """The folder of the signs with these classes, in the home folder."""
    digest = hashlib.sha256("\0".join(class_names).encode()).hexdigest()
    return storage.home() / "signs" / digest[:12]


def _file_of(sign_id: str, class_names: Sequence[str]) -> Path:
    if not (len(sign_id) == 12 and sign_id.isalnum()):
        raise DataError(f"sign: expected the id of one that is kept, got {sign_id[:40]!r}")
    return folder(class_names) / f"{sign_id}.json"


def save(image: ByteArray, label: int, class_names: Sequence[str]) -> Digit:
    """Keep an image `(28, 28)` uint8 with its class, or change the class of one that is kept.

    Raises `DataError` for a blank image, an unknown class, or too many signs, and `ClassError` at a
    limit of a class.
    """
    limits.need_room()
    if label not in range(len(class_names)):
        raise DataError(
            f"label: expected the number of a class, 0 to {len(class_names) - 1}, got {label}"
        )
    if image.shape != _SHAPE or image.dtype != np.uint8 or not image.any():
        raise DataError(f"{NAME}: expected a picture (28, 28) uint8 with ink; draw a sign first")
    with storage.home_lock():
        sign = find_image(image, class_names)
        if sign is None:
            if len(list(folder(class_names).glob("*.json"))) >= MAX_SIGNS:
                raise DataError(
                    f"{NAME}: expected at most {MAX_SIGNS:,} signs, got one more; delete some"
                )
            sign = Digit(id_of(image), label, image, datetime.now(UTC).replace(microsecond=0))
        sign = replace(sign, label=int(label))
        folder(class_names).mkdir(parents=True, exist_ok=True)
        storage.write_json(
            _file_of(sign.id, class_names),
            {
                "class": class_names[sign.label],
                "created": sign.created.isoformat(),
                "image": base64.b64encode(image.tobytes()).decode("ascii"),
            },
        )
    return sign


def delete(sign_id: str, class_names: Sequence[str]) -> None:
    """Delete a sign for good. Raises `DataError` where it is not kept."""
    try:
        _file_of(sign_id, class_names).unlink()
    except OSError as error:
        raise DataError(f"{sign_id}: can't be deleted: {error.strerror or error}") from None


def list_signs(class_names: Sequence[str]) -> list[Digit]:
    """All signs with these classes, oldest first; their labels are the numbers of the classes.

    Damaged files are left out.
    """
    found = [_read(path, class_names) for path in folder(class_names).glob("*.json")]
    return sorted(filter(None, found), key=lambda sign: (sign.created, sign.id))


def find_image(image: NDArray[np.uint8], class_names: Sequence[str]) -> Digit | None:
    """The sign of an image, None where it is not kept."""
    path = _file_of(id_of(image), class_names)
    return _read(path, class_names) if path.exists() else None


def _read(path: Path, class_names: Sequence[str]) -> Digit | None:
    value = storage.read_json(path)
    try:
        image = np.frombuffer(base64.b64decode(value["image"], validate=True), np.uint8)
        label = list(class_names).index(value["class"])
        created = datetime.fromisoformat(value["created"]).astimezone(UTC)
        sign = Digit(path.stem, label, image.reshape(_SHAPE), created)
    except (KeyError, ValueError, TypeError):
        return None
    return sign if id_of(sign.image) == path.stem else None


def as_labelled_set(class_names: Sequence[str]) -> LabelledSet:
    """All signs with these classes as a set. Raises `DataError` where there are none."""
    found = list_signs(class_names)
    if not found:
        raise DataError(
            f"{NAME}: expected at least one sign, none is kept yet; draw one on the Draw page and "
            "say what it is"
        )
    return LabelledSet(
        NAME,
        np.stack([sign.image for sign in found]),
        np.array([sign.label for sign in found], np.uint8),
        f"{len(found):,} signs that you kept.",
        class_names=tuple(class_names),
    )
