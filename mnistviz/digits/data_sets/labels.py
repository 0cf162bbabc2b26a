"""Labels of any layout as classes with numbers from 0 and names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.errors import DataError
from mnistviz.core.inputs import names as safe_names
from mnistviz.core.types.arrays import IntArray
from mnistviz.digits.data_sets.limits import MAX_CLASSES, MAX_LABEL_LENGTH, MIN_CLASSES

# What a missing label is written as.
_MISSING = frozenset({"", "nan", "none", "null", "na", "n/a", "?"})


@dataclass(frozen=True)
class Classes:
    """The labels of some parts as numbers.

    Attributes:
        ids: For each part the class of each image `(n,)`, -1 where the label is missing.
        labels: The label of each class, as the files have it, as text.
        names: The name of each class.
    """

    ids: tuple[IntArray, ...]
    labels: tuple[str, ...]
    names: tuple[str, ...]


def classes_of(
    parts: Sequence[tuple[NDArray[Any], int]],
    known: Mapping[str, str],
    name: str,
    min_classes: int = MIN_CLASSES,
) -> Classes:
    """The classes of the labels of parts, each with the number of its images.

    `known` has names by the text of a label. Raises `DataError` for what are no labels.
    """
    texts = [_texts(labels, count, name) for labels, count in parts]
    found = sorted({text for part in texts for text in np.unique(part) if text}, key=_natural)
    if not min_classes <= len(found) <= MAX_CLASSES:
        some = ", ".join(found[:5]) or "none"
        raise DataError(
            f"{name}: expected {min_classes} to {MAX_CLASSES} classes, got {len(found):,} "
            f"different labels ({some}{', …' if len(found) > 5 else ''}); check which column or "
            "array they are"
        )
    order = np.array(found)
    ids = tuple(_numbers(part, order) for part in texts)
    return Classes(ids, tuple(found), unique_names([known.get(text, text) for text in found]))


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names that can be shown anywhere, each once and at most 30 characters long."""
    shown: list[str] = []
    for name in names:
        plain = safe_names.tidied(
            "".join(
                one if one.isprintable() and one not in safe_names.RESERVED else "_" for one in name
            )
        )[:MAX_LABEL_LENGTH]
        plain = base = plain or "_"
        number = 2
        while plain in shown:
            plain, number = f"{base[: MAX_LABEL_LENGTH - 4]} ({number})", number + 1
        shown.append(plain)
    return tuple(shown)


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers in a text are compared as numbers: 2 before 10."""
    return tuple(
        (0, int(piece), "") if piece.isdecimal() else (1, 0, piece)
        for piece in re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]", text)
    )


def _numbers(texts: NDArray[np.str_], order: NDArray[np.str_]) -> IntArray:
    sorter = np.argsort(order)
    places = np.searchsorted(order, texts, sorter=sorter)
    numbers = sorter[np.minimum(places, len(order) - 1)]
    return np.where(order[numbers] == texts, numbers, -1).astype(np.int64)


def _texts(labels: NDArray[Any], count: int, name: str) -> NDArray[np.str_]:
    """One text for each image, empty where the label is missing."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.shape[:1] != (count,) or labels.ndim > 2:
        raise DataError(
            f"{name}: expected a label for each of {count:,} images, got labels of shape "
            f"{labels.shape}; give the labels that belong to these images"
        )
    if labels.ndim == 2:
        labels = _from_one_hot(labels, name)
    if labels.dtype.kind in "iub":
        values, places = np.unique(labels.astype(np.int64), return_inverse=True)
        texts = np.array([str(value) if value >= 0 else "" for value in values.tolist()])
        return texts[places] if len(texts) else np.zeros(0, "<U1")
    if labels.dtype.kind == "f":
        missing = ~np.isfinite(labels) | (labels < 0)
        whole = np.where(missing, 0, labels)
        if (whole != np.floor(whole)).any() or (whole > 10**9).any():
            wrong = whole[whole != np.floor(whole)]
            raise DataError(
                f"{name}: expected whole numbers or names as labels, got "
                f"{wrong[0] if len(wrong) else whole.max()}; check which column or array they are"
            )
        texts = whole.astype(np.int64).astype(str)
        return np.where(missing, "", texts)
    if labels.dtype.kind in "US":
        return _clean(labels)
    raise DataError(
        f"{name}: expected numbers or text as labels, got {labels.dtype}; save them as whole "
        "numbers"
    )


def _clean(labels: NDArray[Any]) -> NDArray[np.str_]:
    """Texts without spaces around them; `3.0` is `3`."""
    values, places = np.unique(labels, return_inverse=True)
    texts = []
    for value in values.tolist():
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        text = text.strip().strip("\"'").strip("\0")
        text = "" if text.casefold() in _MISSING or re.fullmatch(r"-\d+", text) else text
        if re.fullmatch(r"[0-9]+(\.0+)?", text):
            text = text.partition(".")[0].lstrip("0") or "0"
        texts.append(text[:200])
    return np.array(texts)[places] if texts else np.zeros(0, "<U1")


def _from_one_hot(labels: NDArray[Any], name: str) -> NDArray[np.int64]:
    """The place of the 1 in each row; -1 for a row of zeros."""
    ones = labels == 1
    if (
        labels.dtype.kind not in "biuf"
        or not (ones | (labels == 0)).all()
        or (ones.sum(axis=1) > 1).any()
    ):
        raise DataError(
            f"{name}: expected one label for each image, or rows with one 1, got labels of shape "
            f"{labels.shape}; give one label for each image"
        )
    return np.where(ones.any(axis=1), ones.argmax(axis=1), -1)
