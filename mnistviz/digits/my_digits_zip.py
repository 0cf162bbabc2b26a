"""A person's digits out of and into zip files, which open without this program.

`my-digits.npz` has the pictures and labels in MNIST's layout, as its test part;
`digits.json` has, in the same order, the strokes and the answers that runs gave.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, Any

import numpy as np

from mnistviz.core.errors import DataError
from mnistviz.core.safe_zip import open_zip
from mnistviz.digits import my_digits
from mnistviz.digits.data_set_reader import read_uploads
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.my_digits import Digit

PICTURES = "my-digits.npz"
DETAILS = "digits.json"
# 2,000 drawings of 500 points each, and their answers.
MAX_DETAILS_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Imported:
    """Digits that came in, how many were here already and stayed as they were, and how many
    were left out because they are blank.
    """

    digits: tuple[Digit, ...]
    here_already: int = 0
    blank: int = 0
    how: str = ""

    @property
    def sentence(self) -> str:
        parts = [f"{len(self.digits):,} came in"]
        if self.here_already:
            parts.append(f"{self.here_already:,} were here already and stayed as they were")
        if self.blank:
            parts.append(f"{self.blank:,} are blank and were left out")
        return f"{self.how} {'; '.join(parts)}.".strip()


def export(target: IO[bytes], chosen: Sequence[Digit]) -> None:
    """Write digits into `target` as a zip. Raises `DataError` where there is none."""
    found = my_digits.as_labelled_set(chosen)
    pictures = io.BytesIO()
    np.savez_compressed(
        pictures,
        # All four arrays of MNIST's file are there, for programs that ask for them.
        x_train=found.images[:0],
        y_train=found.labels[:0],
        x_test=found.images,
        y_test=found.labels,
    )
    details = [my_digits.as_record(digit) for digit in chosen]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PICTURES, pictures.getvalue())
        archive.writestr(DETAILS, json.dumps({"version": 1, "digits": details}))


def import_uploads(uploads: Sequence[tuple[str, bytes]]) -> Imported:
    """Take in the digits of an export, or of any labelled set that `datasets` reads.

    Pictures that are here already keep their label; deleted ones stay deleted. All is
    checked before the first is kept. Raises `DataError`.
    """
    found = read_uploads(uploads)
    return import_set(found, _details(uploads) if len(uploads) == 1 else None)


def import_set(found: LabelledSet, details: list[Any] | None = None) -> Imported:
    """Take in a labelled set; `details` are as `export` writes them, one for each image."""
    all_of_it = _with_details(found, details) if details is not None else _plain(found)
    new = [digit for digit in all_of_it if digit.image.any()]
    fresh = {digit.id: digit for digit in new if not my_digits.file_of(digit.id).exists()}
    my_digits.check_room(len(fresh))
    for digit in fresh.values():
        my_digits.write(digit)
    return Imported(
        tuple(fresh.values()), len(new) - len(fresh), len(all_of_it) - len(new), found.description
    )


def _plain(found: LabelledSet) -> list[Digit]:
    now = datetime.now(UTC).replace(microsecond=0)
    return [
        Digit(my_digits.id_of(image), int(label), image, now)
        for image, label in zip(found.images, found.labels, strict=True)
    ]


def _with_details(found: LabelledSet, details: list[Any]) -> list[Digit]:
    if len(details) != len(found.images):
        raise _refusal(found, f"{len(details):,} details of {len(found.images):,} digits")
    try:
        # The label of the pictures' file counts: that is what other programs read.
        return [
            replace(my_digits.from_record(value, image), label=int(label), deleted=False)
            for value, image, label in zip(details, found.images, found.labels, strict=True)
        ]
    except (ValueError, TypeError) as error:
        raise _refusal(found, f"details that are none ({str(error)[:200]})") from None


def _refusal(found: LabelledSet, what: str) -> DataError:
    return DataError(
        f"{found.name}: expected a zip that the export of digits made, got {what}; export them "
        f"again, or import the {PICTURES} in it alone"
    )


def _details(uploads: Sequence[tuple[str, bytes]]) -> list[Any] | None:
    """The details in a zip that an export made, None where it is another file."""
    ((name, raw),) = uploads
    if not name.lower().endswith(".zip"):
        return None
    try:
        with open_zip(io.BytesIO(raw)) as archive:
            if DETAILS not in archive.names:
                return None
            value = json.loads(archive.read(DETAILS, MAX_DETAILS_BYTES))
        if not isinstance(value, dict) or not isinstance(value.get("digits"), list):
            raise ValueError(f"a {DETAILS} without a list of digits")
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{name}: expected a zip that the export of digits made, got {str(error)[:200]}; "
            "export them again"
        ) from None
    else:
        found: list[Any] = value["digits"]
        return found
