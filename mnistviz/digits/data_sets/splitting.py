"""Make the parts of a set that its files have not: train, validation and test."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnistviz.core.types.arrays import ByteArray, IntArray
from mnistviz.digits.data_sets.data_set import SPLITS, Split

SPLIT_SEED = 0
# Shares of each class that become these parts, where the files do not have them.
TEST_SHARE = VALIDATION_SHARE = 0.1


def split(
    images: Mapping[str, ByteArray], labels: Mapping[str, ByteArray]
) -> tuple[dict[Split, ByteArray], dict[Split, ByteArray], str]:
    """The three parts from those of the files, and a sentence on how they were made.

    What no name calls a part is trained on. A set with nothing to train on is one without parts.
    The arrays are `(n, 28, 28)` and `(n,)` by part.
    """
    names = {part for part in images if len(labels[part])}
    if not names & {"train", "all"} or names == {"train"}:
        names, whole = set(), sorted(names)
    else:
        whole = sorted(names & {"train", "all"})
    all_images = np.concatenate([images[part] for part in whole])
    all_labels = np.concatenate([labels[part] for part in whole])
    order: tuple[Split, ...] = ("test", "validation")
    missing = [part for part in order if part not in names]
    taken: dict[Split, IntArray] = {part: np.zeros(0, np.int64) for part in SPLITS}
    free = np.arange(len(all_labels))
    for part in missing:
        share = TEST_SHARE if part == "test" else VALIDATION_SHARE
        taken[part] = _drawn(all_labels, free, share)
        free = np.setdiff1d(free, taken[part], assume_unique=True)
    taken["train"] = free
    made_images: dict[Split, ByteArray] = {}
    made_labels: dict[Split, ByteArray] = {}
    for part in SPLITS:
        if part in names and part != "train":
            made_images[part], made_labels[part] = images[part], labels[part]
        else:
            made_images[part] = all_images[taken[part]]
            made_labels[part] = all_labels[taken[part]]
    return made_images, made_labels, _rule(missing)


def _drawn(labels: ByteArray, free: IntArray, share: float) -> IntArray:
    """The numbers of a share of each class, of those that are free, in ascending order."""
    generator = np.random.default_rng(SPLIT_SEED)
    drawn = [np.zeros(0, np.int64)]
    for label in np.unique(labels):
        of_class = generator.permutation(free[labels[free] == label])
        count = min(round(len(of_class) * share) or 1, len(of_class) // 2)
        drawn.append(of_class[:count])
    return np.sort(np.concatenate(drawn))


def _rule(missing: Sequence[str]) -> str:
    if not missing:
        return "Train, validation and test parts are those of the files."
    parts = " and ".join(missing)
    share = f"{TEST_SHARE:.0%}".replace("%", " %")
    each = "each " if len(missing) > 1 else ""
    return (
        f"The files have no {parts} part, so {share} of each class were drawn with seed "
        f"{SPLIT_SEED} for {each or 'it'}{'of them' if each else ''}; the rest is trained on."
    )
