"""Whether a server serves one person or a class."""

import ipaddress
from collections.abc import Sequence
from typing import Literal

from mnistviz.core.errors import ClassError

Mode = Literal["alone", "class"]

VARIABLE = "MNISTVIZ_MODE"
ALONE_OPTION = "--alone"


def mode_of(told: str, address: str | None, arguments: Sequence[str] = ()) -> Mode:
    """The mode of a server.

    `told` is the value of `MNISTVIZ_MODE`, `address` the one that the server listens on (None:
    all), `arguments` are those of the script. Without being told, a server that only this
    computer can reach serves one person, and any other a class. Raises `ClassError` for an unknown
    mode.
    """
    if ALONE_OPTION in arguments:
        return "alone"
    match told.strip().lower():
        case "alone":
            return "alone"
        case "class":
            return "class"
        case "":
            return "alone" if is_local(address) else "class"
    raise ClassError(f"{VARIABLE}: expected alone or class, got {told!r}; set one of them")


def is_local(address: str | None) -> bool:
    """Whether only this computer reaches a server that listens on an address; None means all."""
    if address is None:
        return False
    if address.lower() == "localhost" or address.startswith("unix://"):
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
