"""The wording of each verdict."""

from typing import get_args

from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.network.rejection import Verdict


def test_every_verdict_has_texts() -> None:
    assert set(TEXTS) == set(get_args(Verdict))
    for verdict, texts in TEXTS.items():
        assert texts.detail
        assert texts.table == verdict.replace("_", " ")


def test_digit_and_probability_are_filled_in() -> None:
    texts = TEXTS["unsure"]
    assert texts.answer.format(digit=7) == "7?"
    assert texts.command_line.format(digit=7, probability="41.0%") == "unsure, 7? (41.0%)"


def test_only_doubtful_verdicts_mark_a_digit_of_a_number() -> None:
    for mark in ("badge", "command_line_suffix"):
        marked = {verdict for verdict, texts in TEXTS.items() if getattr(texts, mark)}
        assert marked == {"unsure", "not_a_digit"}
