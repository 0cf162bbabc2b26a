"""The texts of Start here: short sentences, and right answers that can be chosen."""

import ast
import re
from pathlib import Path

import pytest

from mnistviz.ui.start import texts

MOST_WORDS = 30


def all_texts() -> list[str]:
    """All texts in the module, but for docstrings."""
    tree = ast.parse(Path(texts.__file__).read_text(encoding="utf-8"))
    documents = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    }
    constants = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [text for text in constants if isinstance(text, str) and text not in documents]


def test_no_sentence_is_longer_than_thirty_words() -> None:
    sentences = [one for text in all_texts() for one in re.split(r"(?<=[.:?!])\s", text)]
    assert len(sentences) > 20
    assert [one for one in sentences if len(one.split()) > MOST_WORDS] == []


def test_a_station_has_one_sentence_and_one_question() -> None:
    assert len(texts.STATIONS) == 5
    for station in texts.STATIONS:
        assert len(re.findall(r"[.?!](?:\s|$)", station.sentence)) == 1, station.sentence
        assert station.question.count("?") == 1
        assert station.question.startswith("Guess first:")


@pytest.mark.parametrize("station", texts.STATIONS[:-1], ids=lambda station: station.name)
def test_the_right_answer_can_be_chosen(station: texts.StationTexts) -> None:
    assert 0 <= station.right < len(station.answers)


def test_no_other_module_of_the_page_has_a_text() -> None:
    folder = Path(texts.__file__).parent
    for path in [file for file in folder.glob("*.py") if file.name != "texts.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        documents = {
            ast.get_docstring(node, clean=False)
            for node in ast.walk(tree)
            if isinstance(node, documented)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value.split() if node.value not in documents else []
                assert len(words) <= 2, f"{path.name}: {node.value}"
