"""The names of visitors: friendly ones that are made, and those that they choose themselves."""

import hashlib
import re
from collections.abc import Collection

from mnistviz.core.errors import ClassError
from mnistviz.core.inputs import names

MAX_LENGTH = 30
# Others see these names: what Markdown, HTML or links are made of is left out.
_ALLOWED = re.compile(r"[^\W_](?:[^\W_]|[ '’-])*")

_COLOUR_WORDS = (
    "amber blue bright brown coral crimson cyan golden green grey indigo ivory jade lilac lime "
    "mint olive orange pearl pink plum purple red rose ruby scarlet silver teal turquoise violet "
    "white yellow"
)
_ANIMAL_WORDS = (
    "badger bat bear beaver bee bison camel cat cheetah crab crane deer dolphin dragonfly duck "
    "eagle elephant falcon ferret finch fox frog gecko giraffe goat goose hare hawk hedgehog "
    "heron hippo horse ibex jay kangaroo koala lark lemur lion lizard llama lynx magpie marten "
    "mole moose mouse newt otter owl panda parrot penguin pony puffin rabbit raven robin seal "
    "sparrow squirrel swan tiger turtle whale wolf"
)
_COLOURS, _ANIMALS = _COLOUR_WORDS.split(), _ANIMAL_WORDS.split()


def friendly_name(token: str, taken: Collection[str]) -> str:
    """A name such as "blue otter" that nobody has; the same one for a token, while it is free."""
    used = {_folded(name) for name in taken}
    start = int.from_bytes(hashlib.sha256(token.encode()).digest()[:8])
    total = len(_COLOURS) * len(_ANIMALS)
    for number in range(total):
        colour, animal = divmod((start + number) % total, len(_ANIMALS))
        name = f"{_COLOURS[colour]} {_ANIMALS[animal]}"
        if name not in used:
            return name
    raise ClassError("name: expected one that is free, got none; reset the room")


def checked_name(name: str, taken: Collection[str]) -> str:
    """The name as it is stored. Raises `ClassError` where it is invalid or another has it."""
    name = " ".join(names.tidied(name).split())
    if len(name) > MAX_LENGTH or not _ALLOWED.fullmatch(name):
        raise ClassError(
            f"name: expected up to {MAX_LENGTH} letters, digits, spaces and hyphens, starting with "
            f"a letter or digit, got {name[: MAX_LENGTH + 10]!r}; choose another name"
        )
    if _folded(name) in {_folded(other) for other in (*taken, "teacher")}:
        raise ClassError(f"name: {name!r} is taken in this class; choose another name")
    return name


def _folded(name: str) -> str:
    return name.casefold()
