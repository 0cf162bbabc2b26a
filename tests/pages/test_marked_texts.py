"""All texts of the pages are marked for translation."""

import ast
import json
import re
import subprocess
import sys
from functools import cache

import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES
from mnistviz.core.settings import settings
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry
from mnistviz.ui.shared.page_registry import PAGES
from tests.helpers.wrapped_texts import CLOSE, OPEN

PACKAGE = PROJECT / "mnistviz"
MARKED = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
# Icons, code, tags, and marks of Streamlit's Markdown.
NOTATION = re.compile(r"<[^>]*>|:material/\w+:|`[^`]*`|:[\w-]+\[|https?://\S+")
PUNCTUATION = " .,:;()[]*#\n"
GAP = "\0"
WORD = re.compile(r"[A-Za-z]{2}")
NAMES = re.compile(r"\d+: [A-Z]+\d*|(?:input|conv\d+|pool|softmax)[ ,·×\d]*|t-SNE")


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, without the punctuation at their ends."""
    return [one.strip(PUNCTUATION) for one in re.split(r"(?<=[.:])\s", text)]


@cache
def sentences_from_below() -> tuple[frozenset[str], list[tuple[re.Pattern[str], int]]]:
    """The sentences of the folders that are not translated, and names.

    Those with values are patterns, each with the number of its own characters.
    """
    plain = {setting.title for setting in settings(ModelSpec, TrainSpec)}
    plain |= {recipe.title for recipe in RECIPES.values()}
    plain |= {run.name for run in registry.list_runs()}
    formatted: list[tuple[re.Pattern[str], int]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).parts[0] in ("ui", "charts"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                plain.update(sentences_of(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [getattr(part, "value", None) for part in node.values]
                text = "".join(part if isinstance(part, str) else GAP for part in parts)
                for one in sentences_of(text):
                    pattern = re.escape(one).replace(re.escape(GAP), ".*?")
                    formatted.append((re.compile(pattern), len(one) - one.count(GAP)))
    return frozenset(plain), formatted


def is_from_below(sentence: str) -> bool:
    """Whether a sentence comes from a folder below the pages, or is a name."""
    plain, formatted = sentences_from_below()
    return (
        sentence in plain
        or NAMES.fullmatch(sentence) is not None
        # Most of it is the literal: else a pattern such as "… and …" fits all.
        or any(2 * own > len(sentence) and each.fullmatch(sentence) for each, own in formatted)
    )


def unmarked_parts(text: str) -> list[str]:
    """The sentences of a text of a page that are neither marked nor from below the pages."""
    while MARKED.search(text):
        text = MARKED.sub(GAP, text)
    parts = NOTATION.sub("", text).split(GAP)
    sentences = [one for part in parts for one in sentences_of(part.strip(PUNCTUATION))]
    return [one for one in sentences if WORD.search(one) and not is_from_below(one)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("⟦Draw⟧", []),
        ("**⟦⟦three⟧ images⟧**: 12", []),
        ("⟦Go to ⟦Draw⟧⟧ and there", ["and there"]),
        (":material/draw: A canvas", ["A canvas"]),
        ("conv1", []),
    ],
)
def test_what_is_not_marked_is_found(text: str, parts: list[str]) -> None:
    assert unmarked_parts(text) == parts


@pytest.mark.slow
@pytest.mark.pages
def test_all_texts_of_the_pages_are_marked() -> None:
    command = [sys.executable, "-m", "tests.helpers.wrapped_texts"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    texts = json.loads(done.stdout)
    assert set(texts) == {page.name for page in PAGES}
    unmarked = {
        name: sorted({part for text in of_page for part in unmarked_parts(text)})
        for name, of_page in texts.items()
    }
    assert {name: parts for name, parts in unmarked.items() if parts} == {}
