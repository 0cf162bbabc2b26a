"""Names of the classes of well-known sets, whose files have only numbers."""

import hashlib
from collections.abc import Sequence

from mnistviz.digits.data_sets.formats.files import DataFile, named_errors
from mnistviz.digits.data_sets.formats.part_names import words_of

DIGITS = tuple("0123456789")
_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SMALL = tuple("abcdefghijklmnopqrstuvwxyz")
FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip
KUZUSHIJI = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
# EMNIST (Cohen, Afshar, Tapson and van Schaik 2017): small letters that look like their capitals
# are merged with them in `balanced` and `bymerge`.
_MERGED = tuple("abdefghnqrt")

# The labels files of sets whose names say nothing, as MNIST's are called like them. The digests are
# those that the authors publish beside them.
_DIGESTS = {
    "25c81989df183df01b3e8a0aad5dffbe": FASHION,
    "bb300cfdad3c16e7a12a480ee83cd310": FASHION,
    "e144d726b3acfaa3e44228e80efcd344": KUZUSHIJI,
    "7320c461ea6c1c855c0b718fb2a4b134": KUZUSHIJI,
}
_MAX_LABELS_FILE = 200_000


def known_names(files: Sequence[DataFile], outer: Sequence[str] = ()) -> dict[str, str]:
    """Names by the text of a label, for sets that the words of the files' paths say.

    `outer` are names of folders around the files.
    """
    names = [*outer, *(file.name for file in files[:50])]
    words = {word for name in names for word in words_of(name)}
    if "emnist" in words:
        if "letters" in words:
            return {str(number): name for number, name in enumerate(_LETTERS, 1)}
        if words & {"balanced", "bymerge"}:
            return _numbered((*DIGITS, *_LETTERS, *_MERGED))
        if "byclass" in words:
            return _numbered((*DIGITS, *_LETTERS, *_SMALL))
        return {}
    if words & {"fashion", "fashionmnist", "fmnist"}:
        return _numbered(FASHION)
    if words & {"kmnist", "kuzushiji"}:
        return _numbered(KUZUSHIJI)
    return _by_digest(files)


def _numbered(names: Sequence[str]) -> dict[str, str]:
    return {str(number): name for number, name in enumerate(names)}


def _by_digest(files: Sequence[DataFile]) -> dict[str, str]:
    for file in files[:50]:
        if not file.name.lower().endswith("labels-idx1-ubyte.gz"):
            continue
        with named_errors(file.name), file.open() as content:
            raw = content.read(_MAX_LABELS_FILE)
        # The authors publish MD5: it identifies a file here, and protects nothing.
        if names := _DIGESTS.get(hashlib.md5(raw, usedforsecurity=False).hexdigest()):
            return _numbered(names)
    return {}
