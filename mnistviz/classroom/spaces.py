"""The spaces of the visitors of a class: a home for each, found by a secret token.

The browser keeps the token in a cookie. The folder has the name of its hash, so that neither a
backup nor a list of folders opens a space. `visitor.json` has the visitor's name.
"""

import hashlib
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mnistviz.classroom import presence
from mnistviz.classroom.visitor_names import checked_name, friendly_name
from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.read_cache import read_once
from mnistviz.core.room.limits import MAX_VISITORS

TOKEN = re.compile(r"[0-9a-f]{32}")
ID = re.compile(r"[0-9a-f]{16}")
FILE = "visitor.json"
# So long an empty space without a window is kept where the room is full.
EMPTY_SECONDS = 600


@dataclass(frozen=True)
class Space:
    """A visitor's space. `created` is in seconds since 1970.

    `shares_digits` is the consent of the visitor to use the digits for the whole class.
    """

    id: str
    home: Path
    name: str
    created: float
    shares_digits: bool = False


def new_token() -> str:
    """A random token of 128 bits, in 32 hexadecimal digits."""
    return secrets.token_hex(16)


def is_token(text: str | None) -> bool:
    """Whether a text has the form of a token."""
    return bool(text and TOKEN.fullmatch(text))


def id_of(token: str) -> str:
    """The id of a token's space: the first 64 bits of the token's SHA-256, in hexadecimal."""
    return hashlib.sha256(f"mnistviz space {token}".encode()).hexdigest()[:16]


def home_of(token: str) -> Path:
    """The home of the space of a token, whether it exists or not."""
    return storage.room() / "spaces" / id_of(token)


_read_json = read_once(storage.read_json)


def _open(home: Path) -> Space | None:
    value = _read_json(home / FILE)
    name, created = value.get("name"), value.get("created")
    if not isinstance(name, str) or not isinstance(created, int | float):
        return None
    return Space(home.name, home, name, float(created), value.get("shares_digits") is True)


def list_spaces() -> list[Space]:
    """The spaces of all visitors, by name. The teacher's home, the room, is not among them."""
    found = [space for home in storage.spaces() if (space := _open(home)) is not None]
    return sorted(found, key=lambda space: space.name.casefold())


def find_space(space_id: str) -> Space:
    """The space with an id. Raises `ClassError` where there is none."""
    if ID.fullmatch(space_id):
        space = _open(storage.room() / "spaces" / space_id)
        if space is not None:
            return space
    raise ClassError("visitor: expected one of this class, got another; reload the page")


def space_of_home(home: Path) -> Space | None:
    """The space whose home a folder is, or None, as for the home of the teacher."""
    return _open(home) if home.parent == storage.room() / "spaces" else None


def enter(token: str) -> Space:
    """The space of a token, which is made at its first visit, with a friendly name.

    Raises `ClassError` where the class has as many visitors as it may.
    """
    home = home_of(token)
    if (space := _open(home)) is not None:
        return space
    with storage.acting_in(storage.room()), storage.home_lock():
        if (space := _open(home)) is not None:
            return space
        others = list_spaces()
        if len(others) >= MAX_VISITORS and not _forget_an_empty_one(others):
            raise ClassError(
                f"This class has {len(others)} visitors, and {MAX_VISITORS} is the most. Tell the "
                "teacher, who can reset the room."
            )
        name = friendly_name(token, [other.name for other in others])
        return _write(Space(home.name, home, name, time.time()))


def _forget_an_empty_one(spaces: list[Space]) -> bool:
    """Remove the oldest space in which nothing is and which nobody looks at, if there is one."""
    here = presence.present()
    for space in sorted(spaces, key=lambda one: one.created):
        files = {path.name for path in space.home.iterdir()} - {FILE, "home.lock"}
        if not files and space.id not in here and time.time() - space.created > EMPTY_SECONDS:
            shutil.rmtree(space.home)
            return True
    return False


def rename(space: Space, name: str) -> Space:
    """Give a visitor another name. Raises `ClassError` where it is invalid or taken."""
    with storage.acting_in(storage.room()), storage.home_lock():
        taken = [other.name for other in list_spaces() if other.id != space.id]
        return _write(replace(find_space(space.id), name=checked_name(name, taken)))


def change(space: Space, *, shares_digits: bool) -> Space:
    """Store whether a visitor's digits may be used for the whole class."""
    with storage.acting_in(storage.room()), storage.home_lock():
        return _write(replace(find_space(space.id), shares_digits=shares_digits))


def _write(space: Space) -> Space:
    space.home.mkdir(parents=True, exist_ok=True)
    value = asdict(space)
    del value["id"], value["home"]
    storage.write_json(space.home / FILE, value)
    return space
