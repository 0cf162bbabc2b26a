"""Translates the texts of the pages with gettext, in one language for a server.

The texts in the code are English; they are the keys of the catalogue, `mnistviz.pot` beside this
file. `MNISTVIZ_LANGUAGE=de` loads `locale/de/LC_MESSAGES/mnistviz.mo`. CONTRIBUTING.md says how to
make it.
"""

import os
from gettext import NullTranslations, translation
from pathlib import Path

DOMAIN = "mnistviz"
LOCALES = Path(__file__).parent / "locale"
VARIABLE = "MNISTVIZ_LANGUAGE"


def load_translation(language: str | None, locales: Path = LOCALES) -> NullTranslations:
    """The translation into a language; without a language, one that leaves the texts as they are.

    Raises:
        FileNotFoundError: If `locales` has no compiled translation for the language.
    """
    if not language:
        return NullTranslations()
    try:
        return translation(DOMAIN, locales, [language])
    except FileNotFoundError:
        expected = locales / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
        message = (
            f"{VARIABLE}: expected a language with a translation, got {language!r}: there is no "
            f"{expected}. Make it (see CONTRIBUTING.md), or leave {VARIABLE} out for English."
        )
        raise FileNotFoundError(message) from None


_translation = load_translation(os.environ.get(VARIABLE))
_ = _translation.gettext
ngettext = _translation.ngettext
