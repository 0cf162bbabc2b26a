"""The rules of a class: what its teacher has switched off, and the message to all.

`class.json` in the room has it. Every action asks `need` where it begins, so that what is switched
off is not served to a page that was opened before, either. The teacher may do everything, and so
may a person alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.read_cache import read_once

Action = Literal["training", "studies", "import", "export"]
ACTIONS: tuple[Action, ...] = get_args(Action)

# What follows "The teacher has switched off".
_TEXTS: dict[Action, str] = {
    "training": "training",
    "studies": "studies",
    "import": "the import of files",
    "export": "the export of files",
}


@dataclass(frozen=True)
class Rules:
    """The actions and the pages that visitors may not use, and a message to all."""

    hidden_actions: frozenset[str] = frozenset()
    hidden_pages: frozenset[str] = frozenset()
    message: str = ""


_read = read_once(storage.read_json)


def rules() -> Rules:
    """The rules of the class; without any in a server that serves one person."""
    if not storage.is_class():
        return Rules()
    value = _read(storage.room() / "class.json")
    return Rules(
        _names(value.get("hidden_actions")),
        _names(value.get("hidden_pages")),
        str(value.get("message") or ""),
    )


def _names(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, list) else frozenset()


def write(
    *,
    hidden_actions: Collection[str] | None = None,
    hidden_pages: Collection[str] | None = None,
    message: str | None = None,
) -> Rules:
    """Change the rules of the class and return them; what is None stays. For the teacher only."""
    with storage.acting_in(storage.room()), storage.home_lock():
        now = rules()
        new = Rules(
            now.hidden_actions if hidden_actions is None else frozenset(hidden_actions),
            now.hidden_pages if hidden_pages is None else frozenset(hidden_pages),
            now.message if message is None else message.strip(),
        )
        value = {
            "hidden_actions": sorted(new.hidden_actions),
            "hidden_pages": sorted(new.hidden_pages),
            "message": new.message,
        }
        storage.write_json(storage.room() / "class.json", value)
    return new


def is_visitor() -> bool:
    """Whether the caller works for a visitor of a class, not for the teacher or a person alone."""
    return storage.is_class() and storage.home() != storage.room()


def is_allowed(action: Action) -> bool:
    """Whether the person may do this now."""
    return not is_visitor() or action not in rules().hidden_actions


def need(action: Action) -> None:
    """Raise `ClassError` where the teacher has switched this off for visitors."""
    if not is_allowed(action):
        raise ClassError(refusal(action))


def refusal(action: Action) -> str:
    """Return why an action is refused, in a sentence."""
    return f"The teacher has switched off {_TEXTS[action]} for this class; ask the teacher."


def is_page_shown(name: str) -> bool:
    """Whether the person may open the page with this name in its address."""
    return not is_visitor() or name not in rules().hidden_pages
