"""Names that a person gives to runs and studies: any text that can be shown."""

import re
import unicodedata

MAX_NAME_LENGTH = 60
# Markdown, charts and shells give these a meaning, and RUN[:EPOCH] has the colon.
RESERVED = frozenset(":\\*[]<>{}$`|~")
# Letters and emoji are joined by these, which show nothing themselves.
_JOINERS = frozenset("\u200c\u200d")
# Letters, digits and symbols such as emoji: other characters make lists or options at the start.
_STARTS = ("L", "N", "So")


def tidied(name: str) -> str:
    """Return a name with composed characters and plain spaces, without spaces around it.

    A Mac writes ë as two characters, and some keyboards write spaces of other widths.
    """
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in name)
    return unicodedata.normalize("NFC", spaced).strip()


def is_valid(name: str) -> bool:
    """Return whether a tidied name may be given."""
    return (
        0 < len(name) <= MAX_NAME_LENGTH
        and unicodedata.category(name[0]).startswith(_STARTS)
        and not RESERVED & set(name)
        and all(one.isprintable() or one in _JOINERS for one in name)
    )


def to_folder_name(name: str) -> str:
    """Return a name of ASCII letters, digits, dots, dashes and underscores for a folder.

    Accents are left out, and other characters become an underscore, as some file systems and zip
    programs know no others.
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    return re.sub("[^A-Za-z0-9._-]+", "_", plain).strip("._-") or "run"
