"""Sentences on the results of a study."""

import math

import pytest

from mnistviz.core.run_spec import DataRef
from mnistviz.core.types.studies import MeanRedundancy, PairedComparison, Verdict
from mnistviz.ui.channels.study_texts import INTERVAL, MOST, margin_text, use_text, verdict_text


def comparison(verdict: Verdict, needed: int | None = None, low: float = 0.0) -> PairedComparison:
    interval = (low, 0.002)
    return PairedComparison(
        *("8/16/32", "10/15/20", (0, 1, 2), (0.0, 0.001, 0.002), 0.001, interval, interval),
        *(0.04, 0.08, verdict, needed),
    )


def test_confidence_and_share_are_those_of_the_thresholds() -> None:
    assert (INTERVAL, MOST) == ("95 %", "99 %")


def test_a_verdict_comes_with_its_numbers() -> None:
    assert verdict_text(comparison("better")) == (
        "8/16/32 against 10/15/20: 8/16/32 is **better**. +0.100 points "
        "(+0.000 to +0.200; p = 0.04, 0.08 after Holm)."
    )


@pytest.mark.parametrize(("needed", "end"), [(12, "About 12 seeds"), (None, "Not even a thousand")])
def test_an_open_verdict_says_how_many_seeds_would_do(needed: int | None, end: str) -> None:
    text = verdict_text(comparison("cannot be told apart", needed))
    assert "**no clear difference** with 3 seeds" in text
    assert end in text


def test_without_an_interval_there_are_no_numbers() -> None:
    text = verdict_text(comparison("too few seeds", low=math.nan))
    assert text.endswith("there are **too few seeds** for a verdict.")


def test_use_counts_the_widest_layers_and_all_dead_channels() -> None:
    layers = [
        MeanRedundancy("conv1", 10, 3, 5.0, 6.0, 8.0, 1.0, 0.5),
        MeanRedundancy("conv3", 20, 3, 9.0, 12.0, 15.5, 0.5, 1.0),
    ]
    assert use_text("10/15/20", layers) == (
        "10/15/20: **15.5 of 20** in conv3 carry 99 %. 1.5 unused channels and 1.5 pairs "
        "of duplicates in the whole network (means of 3 networks)."
    )


@pytest.mark.parametrize(("count", "part"), [(None, "ten of"), (3_000, "3 of"), (200, "less than")])
def test_the_margin_is_told_in_images_of_the_data_set(count: int | None, part: str) -> None:
    names = ("a", "b")
    data = count and DataRef(
        id="x", name="clothes", sha256="0" * 64, class_names=names, num_train=500,
        num_validation=50, num_test=count,
    )  # fmt: skip
    text = margin_text(data or None)
    assert text.startswith("±0.10 points")
    assert part in text
    assert ("clothes" in text) is bool(data)
