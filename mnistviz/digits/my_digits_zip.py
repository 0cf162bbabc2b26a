"""Export a person's digits to a zip file that other programs can read, and import them.

`my-digits.npz` contains the images and labels in MNIST's layout, as its test part; `digits.json`
contains, in the same order, the strokes and the answers of runs.
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
from mnistviz.core.inputs.file_kinds import KIND_TEXTS, find_kind
from mnistviz.core.room import limits, rules
from mnistviz.core.safe_zip import ZipRules, open_zip
from mnistviz.digits import my_digits
from mnistviz.digits.data_sets.evaluated import read_uploads
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.my_digits import Digit

IMAGES = "my-digits.npz"
DETAILS = "digits.json"
# 2,000 drawings of 500 points each, and their answers.
MAX_DETAILS_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Imported:
    """The result of an import: the new digits, and the numbers of the others.

    `num_known` digits were saved already and are unchanged; `num_blank` images were skipped.
    """

    digits: tuple[Digit, ...]
    num_known: int = 0
    num_blank: int = 0
    description: str = ""

    @property
    def summary(self) -> str:
        parts = [f"{len(self.digits):,} came in"]
        if self.num_known:
            parts.append(f"{self.num_known:,} were here already and stayed as they were")
        if self.num_blank:
            parts.append(f"{self.num_blank:,} are blank and were left out")
        return f"{self.description} {'; '.join(parts)}.".strip()


def export(target: IO[bytes], digits: Sequence[Digit]) -> None:
    """Write digits to `target` as a zip. Raises `DataError` if there are none.

    Raises `ClassError` where a class refuses it.
    """
    rules.need("export")
    labelled = my_digits.as_labelled_set(digits)
    npz = io.BytesIO()
    np.savez_compressed(
        npz,
        # Other programs expect all four arrays of MNIST's file.
        x_train=labelled.images[:0],
        y_train=labelled.labels[:0],
        x_test=labelled.images,
        y_test=labelled.labels,
    )
    details = [my_digits.to_record(digit) for digit in digits]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(IMAGES, npz.getvalue())
        archive.writestr(DETAILS, json.dumps({"version": 1, "digits": details}))


def import_uploads(uploads: Sequence[tuple[str, bytes]]) -> Imported:
    """Import the digits of an export, or of any labelled set that `read_uploads` reads.

    Digits that are saved already keep their label; deleted ones stay deleted. Everything is checked
    before the first digit is saved. Raises `DataError`, and `ClassError` where a class refuses it.
    """
    rules.need("import")
    limits.need_room()
    for name, raw in uploads:
        kind = find_kind(io.BytesIO(raw))
        if kind in ("run", "keras"):
            where = "import it on the page Runs" if kind == "run" else "it has no digits"
            raise DataError(f"{name}: expected digits, got {KIND_TEXTS[kind]}; {where}")
    labelled = read_uploads(uploads)
    return import_set(labelled, _read_details(uploads) if len(uploads) == 1 else None)


def import_set(labelled: LabelledSet, details: list[Any] | None = None) -> Imported:
    """Import a labelled set; `details` are those that `export` writes, one for each image."""
    all_digits = _plain_digits(labelled) if details is None else _with_details(labelled, details)
    digits = [digit for digit in all_digits if digit.image.any()]
    new = {digit.id: digit for digit in digits if not my_digits.file_of(digit.id).exists()}
    my_digits.check_capacity(len(new))
    for digit in new.values():
        my_digits.write(digit)
    return Imported(
        tuple(new.values()),
        len(digits) - len(new),
        len(all_digits) - len(digits),
        labelled.description,
    )


def _plain_digits(labelled: LabelledSet) -> list[Digit]:
    now = datetime.now(UTC).replace(microsecond=0)
    return [
        Digit(my_digits.id_of(image), int(label), image, now)
        for image, label in zip(labelled.images, labelled.labels, strict=True)
    ]


def _with_details(labelled: LabelledSet, details: list[Any]) -> list[Digit]:
    if len(details) != len(labelled.images):
        raise _details_error(
            labelled, f"{len(details):,} details of {len(labelled.images):,} digits"
        )
    try:
        # The label in the npz file is used, because other programs read that one.
        return [
            replace(my_digits.from_record(value, image), label=int(label), deleted=False)
            for value, image, label in zip(details, labelled.images, labelled.labels, strict=True)
        ]
    except (ValueError, TypeError) as error:
        raise _details_error(labelled, f"details that are none ({str(error)[:200]})") from None


def _details_error(labelled: LabelledSet, actual: str) -> DataError:
    return DataError(
        f"{labelled.name}: expected a zip that the export of digits made, got {actual}; export "
        f"them again, or import the {IMAGES} in it alone"
    )


def _read_details(uploads: Sequence[tuple[str, bytes]]) -> list[Any] | None:
    """The details in a zip that `export` wrote, or None for another file."""
    ((name, raw),) = uploads
    if not name.lower().endswith(".zip"):
        return None
    try:
        with open_zip(io.BytesIO(raw), ZipRules(strip_folder=True)) as archive:
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
    digits: list[Any] = value["digits"]
    return digits
