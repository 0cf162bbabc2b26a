"""One-time codes that open a space on another device. The server forgets them when it ends."""

import hashlib
import secrets
import threading
import time

LIFE_SECONDS = 600

_codes: dict[str, tuple[str, float]] = {}
_lock = threading.Lock()


def make_code(token: str) -> str:
    """A code for the space of a token; it works once, for ten minutes. A later one replaces it."""
    code = secrets.token_urlsafe(16)
    with _lock:
        now = time.monotonic()
        kept = {
            digest: (other, end)
            for digest, (other, end) in _codes.items()
            if end > now and other != token
        }
        _codes.clear()
        _codes.update(kept)
        _codes[_digest(code)] = token, now + LIFE_SECONDS
    return code


def peek(code: str) -> str | None:
    """The token of a code that still works, or None. The code can still be used."""
    with _lock:
        token, end = _codes.get(_digest(code), ("", 0.0))
    return token if end > time.monotonic() else None


def token_of(code: str) -> str | None:
    """The token of a code, which works no more; None where it was used or is too old."""
    token = peek(code)
    with _lock:
        _codes.pop(_digest(code), None)
    return token


def _digest(code: str) -> str:
    # The time of a search among hashes says nothing about the codes.
    return hashlib.sha256(code.encode()).hexdigest()
