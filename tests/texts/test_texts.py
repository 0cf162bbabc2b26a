"""The catalogue is current, and a translation made from it is loaded."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from mnistviz.texts import DOMAIN, LOCALES, load_translation
from tools.make_catalogue import TARGET, catalogue

PLACEHOLDER = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}")


def messages(file: bytes) -> list[Message]:
    return [message for message in read_po(BytesIO(file)) if message.id]


def test_the_catalogue_has_the_texts_of_the_code() -> None:
    kept, found = (
        {str(one.id): sorted(path for path, _line in one.locations) for one in messages(file)}
        for file in (TARGET.read_bytes(), catalogue())
    )
    assert kept == found, "make texts writes it"


def test_placeholders_have_names_that_a_translator_can_move() -> None:
    for message in messages(TARGET.read_bytes()):
        for text in [message.id] if isinstance(message.id, str) else message.id:
            assert all(PLACEHOLDER.findall(text)), text


def test_a_compiled_translation_is_loaded(tmp_path: Path) -> None:
    catalog = read_po(BytesIO(TARGET.read_bytes()), locale="de")
    catalog["Start here"].string = "Hier anfangen"
    file = tmp_path / "de" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as stream:
        write_mo(stream, catalog)
    assert load_translation("de", tmp_path).gettext("Start here") == "Hier anfangen"


def test_without_a_language_the_texts_are_english() -> None:
    for language in (None, ""):
        assert load_translation(language).gettext("Start here") == "Start here"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match=r"MNISTVIZ_LANGUAGE.*'xx'"):
        load_translation("xx", LOCALES)
