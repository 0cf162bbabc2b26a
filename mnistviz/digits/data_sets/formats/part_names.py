"""Which part and which role a name stands for: whole words of file, folder and array names."""

import re
from pathlib import PurePosixPath
from typing import Literal

from mnistviz.digits.data_sets.formats.raw import Part

Role = Literal["images", "labels", "names"]

_PART_WORDS: dict[str, Part] = {
    **dict.fromkeys(("test", "tests", "testing", "t10k", "eval"), "test"),
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
}
_ROLE_WORDS: dict[str, Role] = {
    **dict.fromkeys(
        ("x", "image", "images", "img", "imgs", "data", "pixels", "pixel", "features"), "images"
    ),
    **dict.fromkeys(
        ("y", "label", "labels", "target", "targets", "class", "answers", "labs"), "labels"
    ),
    **dict.fromkeys(("names", "mapping"), "names"),
}
# Of file names, these say neither a set nor a part nor a role.
_FILLERS = re.compile(r"idx\d?|ubyte|int|gz|npz|npy|set|file")


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: `testSet_2` has test, set and 2."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^a-z0-9]+", split.lower()) if word]


def part_in(name: str) -> Part | None:
    """The part that a name's words say, such as `x_test` or `t10k-images`; None for none.

    Whole words count: `latest` says nothing.
    """
    words = words_of(name)
    # `Xtest` and `ytrain` are written without a separator, too.
    words += [word[1:] for word in words if word[0] in "xy" and word[1:] in _PART_WORDS]
    return next((_PART_WORDS[word] for word in words if word in _PART_WORDS), None)


def part_of_path(path: str) -> Part | None:
    """The part that the nearest component of a path says, beginning with the file's name."""
    for component in reversed(PurePosixPath(path).parts):
        if found := part_in(component):
            return found
    return None


def role_in(name: str) -> Role | None:
    """Whether a name's words say images, labels or names of classes; None for none of them."""
    words = words_of(name)
    words += [word[0] for word in words if word[0] in "xy" and word[1:] in _PART_WORDS]
    roles = [_ROLE_WORDS[word] for word in words if word in _ROLE_WORDS]
    if "names" in roles:
        return "names"
    return roles[-1] if roles else None


def set_words(path: str) -> tuple[str, ...]:
    """The words of a file's name that say which set it is of, such as `emnist`, `letters`."""
    return tuple(
        word
        for word in words_of(PurePosixPath(path).name)
        if word not in _PART_WORDS and word not in _ROLE_WORDS and not _FILLERS.fullmatch(word)
    )
