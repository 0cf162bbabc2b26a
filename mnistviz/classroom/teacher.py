"""The teacher's secret: who opens the link with it is the teacher of the room.

The room keeps it in a file that only its owner can read, so that the link is the same after a
restart. A browser keeps a proof of it in a cookie that is bound to the token of its space.
"""

import hmac
import os
import secrets
from pathlib import Path

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.read_cache import read_once

VARIABLE = "MNISTVIZ_TEACHER_SECRET"
MIN_LENGTH = 16
FILE = "teacher.secret"

# Tokens of browsers that have handed the role back: a window that was open before asks with its old
# cookie. A restart of the server closes those windows.
_left: set[str] = set()


def secret() -> str:
    """The secret of the room: the environment's, or that of the room's file, which is made.

    Raises `ClassError` for one in the environment that is too short.
    """
    if told := os.environ.get(VARIABLE, "").strip():
        if len(told) < MIN_LENGTH:
            raise ClassError(
                f"{VARIABLE}: expected at least {MIN_LENGTH} characters, got {len(told)}; choose a "
                "longer one"
            )
        return told
    try:
        return _read(storage.room() / FILE) or renew_secret()
    except (FileNotFoundError, NotADirectoryError):
        return renew_secret()


@read_once
def _read(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()


def renew_secret() -> str:
    """Make another secret for the room: links and teachers of before are none any more.

    Raises `ClassError` where the room can't be written to.
    """
    file, made = storage.room() / FILE, secrets.token_urlsafe(24)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = Path(f"{file}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as target:
            target.write(made)
        part.replace(file)
    except OSError as error:
        raise ClassError(
            f"{file.parent}: expected a folder for a class that can be written to, got: "
            f"{error.strerror or error}; set MNISTVIZ_HOME to another folder"
        ) from None
    return made


def is_secret(text: str) -> bool:
    """Whether a text is the secret, compared in constant time."""
    return hmac.compare_digest(text.encode(), secret().encode())


def proof_of(token: str) -> str:
    """The proof that the teacher's browser keeps: an HMAC of its token with the secret."""
    return hmac.new(secret().encode(), f"teacher {token}".encode(), "sha256").hexdigest()


def is_proof(text: str, token: str) -> bool:
    """Whether a text proves that the browser with this token opened the link of the teacher."""
    return hmac.compare_digest(text.encode(), proof_of(token).encode()) and token not in _left


def leave(token: str) -> None:
    """Take the role away from the browser with this token, until it opens the link again."""
    _left.add(token)


def come_back(token: str) -> None:
    """Give the role to a browser that has opened the link."""
    _left.discard(token)
