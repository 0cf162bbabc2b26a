"""The training set of a fine-tuned run: a person's digits mixed with MNIST's. NumPy only.

A network that is trained on a few new images alone forgets the others (McCloskey and Cohen 1989,
"Catastrophic interference in connectionist networks"), so most of each epoch is MNIST. The digits
are copied into the run's `own.npz` before it starts: it can be resumed, forked and exported after
the person's set has changed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnistviz.core import storage
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.errors import DataError, RunError
from mnistviz.core.run_spec import OwnDigits
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits import my_digits
from mnistviz.digits.data_sets.formats import array_sets
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import Mnist
from mnistviz.runs import registry
from mnistviz.runs.registry import Run

FILE = "own.npz"
_NAMES = ("x_train", "y_train", "x_test", "y_test")
# The digits, and the headers of the arrays.
MAX_FILE_BYTES = 2 * my_digits.MAX_DIGITS * IMAGE_SIZE**2

# A set has so many parts, of which one is held out. Texts name one part and their number in words.
FOLDS = 4
FOLD_WORD, FOLDS_WORD = {3: ("third", "three"), 4: ("quarter", "four"), 5: ("fifth", "five")}[FOLDS]

# The second part of the key, beside the seed, that MNIST's images are drawn with.
_REPLAY = 0x7265706C6179


@dataclass(frozen=True, eq=False)
class Split:
    """Digits to train on and digits held out: images `(n, 28, 28)`, labels `(n,)`, uint8."""

    images: ByteArray
    labels: ByteArray
    held_images: ByteArray
    held_labels: ByteArray

    @property
    def arrays(self) -> tuple[ByteArray, ByteArray, ByteArray, ByteArray]:
        return self.images, self.labels, self.held_images, self.held_labels

    @property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        for array in self.arrays:
            digest.update(f"{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def split(found: LabelledSet, fold: int | None = 0, folds: int = FOLDS) -> Split:
    """Hold out part `fold` of `folds`, each with about as many of each digit; None: none.

    Raises `DataError` where no digit would be left to train on, or none held out.
    """
    order = np.argsort(found.labels, kind="stable")
    held = np.zeros(len(order), bool) if fold is None else np.arange(len(order)) % folds == fold
    if not 0 < (~held).sum() <= my_digits.MAX_DIGITS or (fold is not None and not held.any()):
        raise DataError(
            f"{found.name}: expected 1 to {my_digits.MAX_DIGITS:,} digits to train on, and some to "
            f"hold out, got {len(order):,} in all; keep more of them, or hold none out"
        )
    rest, out = order[~held], order[held]
    return Split(found.images[rest], found.labels[rest], found.images[out], found.labels[out])


def described(parts: Split, of: LabelledSet, share: float, fold: int | None) -> OwnDigits:
    """The entry on the digits in the spec of a run. `of` is the whole set."""
    ids = sorted(f"{my_digits.id_of(i)}{n}" for i, n in zip(of.images, of.labels, strict=True))
    return OwnDigits(
        trained_on=len(parts.labels),
        held_out=len(parts.held_labels),
        fold=fold,
        share=share,
        sha256=parts.sha256,
        of_sha256=hashlib.sha256("".join(ids).encode()).hexdigest(),
    )


def mixed(data: Mnist, train: TrainSpec, own: OwnDigits, parts: Split) -> Mnist:
    """MNIST, or another set, with its first `num_images` images replaced by the mixture.

    `share` of them are the digits, each as often as the others; the rest are drawn from all
    training images that are not held out, by the seed. The held-out and the test images stay.
    """
    number = max(1, round(own.share * train.num_images))
    repeated = np.arange(number) % len(parts.labels)
    generator = np.random.Generator(np.random.Philox(key=[train.seed, _REPLAY]))
    replayed = generator.permutation(len(data.x_train) - train.held_out)
    replayed = replayed[: train.num_images - number]
    rest = slice(train.num_images, None)
    return Mnist(
        np.concatenate([parts.images[repeated], data.x_train[replayed], data.x_train[rest]]),
        np.concatenate([parts.labels[repeated], data.y_train[replayed], data.y_train[rest]]),
        data.x_test,
        data.y_test,
    )


# ---------------------------------------------------------------- the file in the run


def write(folder: Path, parts: Split) -> None:
    """Copy the digits into a run's folder, before it starts; in MNIST's layout."""
    arrays: dict[str, Any] = dict(zip(_NAMES, parts.arrays, strict=True))
    with storage.atomic_write(folder / FILE) as target:
        np.savez(target, **arrays)


def read(run: Run) -> Split:
    """The digits of a run. Raises `RunError` where they are not those that its spec names."""
    try:
        if run.spec.own is None:
            raise ValueError("a run that trains on MNIST alone")
        return parsed((run.path / FILE).read_bytes(), run.spec.own)
    except (OSError, ValueError) as error:
        raise RunError(
            f"{run.name}: expected the digits that it trains on in {FILE}, got {error}; fine-tune "
            "anew"
        ) from None


def parsed(raw: bytes, own: OwnDigits) -> Split:
    """The digits in the bytes of a file. Raises `ValueError` where they are not those of `own`."""
    arrays = array_sets.read_npz(raw, _NAMES)
    if any(array.dtype != np.uint8 for array in arrays):
        raise ValueError("arrays that are not uint8")
    found = Split(*arrays)
    if found.sha256 != own.sha256:
        raise ValueError("others than spec.json names")
    return found


def trained_ids(run: Run) -> set[str]:
    """The ids of all digits that a run, or one that it was forked from, was trained on."""
    found: set[str] = set()
    seen: set[str] = set()
    while run.id not in seen:
        seen.add(run.id)
        try:
            if run.spec.own is not None:
                found.update(map(my_digits.id_of, read(run).images))
            if run.spec.parent is None:
                break
            run = registry.find_run(run.spec.parent.run)
        except RunError:
            # The parent is missing: its digits are unknown.
            break
    return found


def num_trained_on(run: Run, images: ByteArray) -> int:
    """Return how many of the images `(n, 28, 28)` uint8 are digits that `trained_ids` has."""
    ids = trained_ids(run)
    return sum(my_digits.id_of(image) in ids for image in images) if ids else 0


def siblings(run: Run, among: Sequence[Run]) -> list[Run]:
    """The runs fine-tuned alike, each with another part of the same set held out, in that order.

    `run` is one of them. Of two with the same part it is the newer one.
    """
    own = run.spec.own
    if own is None or own.fold is None:
        return [run]
    by_fold: dict[int, Run] = {}
    for other in [*among, run]:
        theirs = other.spec.own
        if theirs is not None and theirs.fold is not None and _alike(other, run):
            before = by_fold.get(theirs.fold)
            if before is None or other.spec.created >= before.spec.created:
                by_fold[theirs.fold] = other
    by_fold[own.fold] = run
    return [by_fold[fold] for fold in sorted(by_fold)]


def _alike(one: Run, other: Run) -> bool:
    def key(run: Run) -> object:
        own = run.spec.own
        return (run.spec.parent, run.spec.train, run.spec.model, own and (own.share, own.of_sha256))

    return key(one) == key(other)
