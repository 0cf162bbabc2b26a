"""Comparing runs: settings, groups, means, pairs. Oracles are SciPy's and written-out sums."""

import math
import statistics
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent, RunSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow
from mnistviz.studies.run_comparison import (
    Difference,
    differences,
    groups_of,
    mean_curve,
    paired_difference,
    points_of,
    settings_of,
)


def spec(recipe: str = "plain", parent: Parent | None = None, **changes: Any) -> RunSpec:
    model = {name: changes.pop(name) for name in ("channels", "dropout") if name in changes}
    return RunSpec(
        recipe=recipe,
        created=datetime(2026, 1, 1, tzinfo=UTC),
        model=ModelSpec(**model),
        train=TrainSpec(**changes),
        parent=parent,
    )


# ---------------------------------------------------------------- settings and groups


def test_settings_are_written_as_people_write_them() -> None:
    found = settings_of(spec(channels=(8, 16, 32), learning_rate=0.0005))
    assert found["channels"] == "8/16/32"
    assert found["batch norm"] == "yes"
    assert found["learning rate"] == "0.0005"
    assert found["num images"] == "60,000"
    assert "measure gap" not in found


def test_differences_name_only_what_differs() -> None:
    first, second = spec(), spec(channels=(8, 16, 32), seed=3, measure_gap=True)
    assert differences(first, second) == [
        Difference("channels", "10/15/20", "8/16/32"),
        Difference("seed", "0", "3"),
    ]
    assert differences(first, first) == []
    assert differences(first, spec(recipe="other")) == []


def test_a_fork_differs_by_the_run_it_began_from() -> None:
    fork = spec(parent=Parent(run="an-id", step=938))
    assert differences(spec(), fork, {"an-id": "mine"}) == [
        Difference("begins from", "random weights", "mine, step 938")
    ]
    assert settings_of(fork)["begins from"] == "an-id, step 938"


def test_groups_differ_in_anything_but_the_seed_and_are_named_by_it() -> None:
    specs = [
        spec(seed=1),
        spec(seed=1, channels=(8, 16, 32)),
        spec(seed=2, recipe="renamed"),
        spec(seed=2, channels=(8, 16, 32), dropout=0.0),
        spec(seed=2),
    ]
    assert groups_of(specs) == {
        "channels 10/15/20, dropout 0.1": [0, 2, 4],
        "channels 8/16/32, dropout 0.1": [1],
        "channels 8/16/32, dropout 0": [3],
    }
    assert groups_of(specs[:1]) == {"channels 10/15/20": [0]}
    assert groups_of([]) == {}


def test_a_fork_is_a_group_of_its_own() -> None:
    fork = spec(parent=Parent(run="an-id", step=5))
    assert groups_of([spec(), fork], {"an-id": "mine"}) == {
        "begins from random weights": [0],
        "begins from mine, step 5": [1],
    }


# ---------------------------------------------------------------- curves


def test_points_are_those_of_one_split_by_epochs() -> None:
    rows = [
        MetricRow(5, 1, "batch", 0.5, 0.25, 0.003, 1.0),
        MetricRow(10, 1, "validation", 0.75, 0.5, 0.003, 2.0),
        MetricRow(20, 2, "validation", 0.25, 0.875, 0.003, 3.0),
    ]
    assert points_of(rows, "validation", "loss", 10) == {1.0: 0.75, 2.0: 0.25}
    assert points_of(rows, "batch", "accuracy", 10) == {0.5: 0.25}


values = st.floats(0, 1, allow_nan=False)


@given(st.lists(st.dictionaries(st.integers(1, 5).map(float), values), min_size=1, max_size=6))
def test_a_mean_curve_is_the_mean_of_the_runs_that_came_so_far(
    runs: list[dict[float, float]],
) -> None:
    by_range = mean_curve("name", False, runs, "range")
    by_deviation = mean_curve("name", False, runs, "deviation")
    assert list(by_range.epochs) == sorted(set().union(*runs))
    for place, epoch in enumerate(by_range.epochs):
        there = [run[epoch] for run in runs if epoch in run]
        mean = math.fsum(there) / len(there)
        assert by_range.values[place] == by_deviation.values[place] == pytest.approx(mean)
        assert (by_range.low[place], by_range.high[place]) == (min(there), max(there))
        assert by_range.counts[place] == len(there)
        spread = statistics.stdev(there) if len(there) > 1 else 0
        assert by_deviation.low[place] == pytest.approx(mean - spread, abs=1e-9)
        assert by_deviation.high[place] == pytest.approx(mean + spread, abs=1e-9)


# ---------------------------------------------------------------- pairs


@given(
    st.dictionaries(st.integers(0, 9), values, max_size=8),
    st.dictionaries(st.integers(0, 9), values, max_size=8),
)
def test_pairs_are_scipys_paired_t_test_over_the_shared_seeds(
    first: dict[int, float], second: dict[int, float]
) -> None:
    found = paired_difference(first, second)
    seeds = sorted(set(first) & set(second))
    if not seeds:
        assert found is None
        return
    assert found is not None
    assert list(found.seeds) == seeds
    ours = np.array([second[seed] for seed in seeds])
    theirs = np.array([first[seed] for seed in seeds])
    assert found.mean == pytest.approx((ours - theirs).mean())
    if len(seeds) == 1:
        assert math.isnan(found.low)
        assert not found.significant
    elif (ours - theirs).std() > 1e-6:
        expected = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
        assert found.low == pytest.approx(expected.low)
        assert found.high == pytest.approx(expected.high)
        assert found.significant == (not expected.low <= 0 <= expected.high)


def test_pairs_tell_apart_what_separate_means_would_not() -> None:
    seeds = range(5)
    first = {seed: 0.95 + 0.01 * seed for seed in seeds}
    second = {seed: value + 0.001 + 0.0001 * (-1) ** seed for seed, value in first.items()}
    found = paired_difference(first, second)
    assert found is not None
    assert found.significant
    # The spread between the seeds is thirty times as large as the difference.
    both = stats.ttest_ind(list(second.values()), list(first.values()))
    assert both.pvalue > 0.5


def test_no_difference_at_all_can_not_be_told_apart() -> None:
    same = {1: 0.5, 2: 0.75}
    found = paired_difference(same, same)
    assert found is not None
    assert (found.low, found.mean, found.high) == (0, 0, 0)
    assert not found.significant
