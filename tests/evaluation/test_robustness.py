"""Robustness curves: measured, stored, and the range of tolerated levels."""

import numpy as np
import pytest

from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import robustness
from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.evaluation.robustness import (
    RobustnessCurve,
    measure,
    subset,
    tolerated_range,
    trained_on,
)
from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot

ROTATION = CORRUPTIONS["rotation"]


def small_set() -> LabelledSet:
    data = load_mnist()
    return subset(LabelledSet("test images", data.x_test, data.y_test), 10)


def test_the_subset_has_the_same_number_of_each_digit() -> None:
    found = small_set()
    assert np.bincount(found.labels).tolist() == [10] * 10


def test_the_curve_is_the_accuracy_at_each_level_and_is_cached() -> None:
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    network, data = load(Snapshot(best, step)), small_set()
    told: list[float] = []
    assert robustness.cached(Snapshot(best, step), data, ROTATION) is None
    found = robustness.measure_and_cache(network, Snapshot(best, step), data, ROTATION, told.append)
    assert told == [number / 13 for number in range(13)]
    assert found.accuracy[ROTATION.levels.index(0)] > 0.97
    assert found.accuracy[0] < 0.5
    assert found.accuracy[-1] < 0.5
    # One level by another way: NumPy turns by a right angle.
    turned = np.rot90(to_input(data.images), axes=(1, 2))
    right = network.logits(turned).argmax(axis=1) == data.labels
    assert found.accuracy[-1] == pytest.approx(right.mean(), abs=0.011)

    again = robustness.cached(Snapshot(best, step), data, ROTATION)
    assert again is not None
    np.testing.assert_array_equal(again.right, found.right)
    # Another set, another distortion: nothing is taken for what it is not.
    assert robustness.cached(Snapshot(best, step), subset(data, 5), ROTATION) is None
    assert robustness.cached(Snapshot(best, step), data, CORRUPTIONS["blur"]) is None
    robustness._cache(data, ROTATION).write(
        Snapshot(best, step), RobustnessCurve("rotation", (0.0, 1.0, 2.0), found.right[:3])
    )
    assert robustness.cached(Snapshot(best, step), data, ROTATION) is None


def curve_of(*accuracies: float) -> RobustnessCurve:
    levels = tuple(float(level) for level in range(-2, 3))
    right = np.array([[number < 100 * share for number in range(100)] for share in accuracies])
    return RobustnessCurve("shift-right", levels, right)


def test_the_tolerated_range_is_contiguous_around_the_neutral_level() -> None:
    assert tolerated_range(curve_of(0.99, 0.5, 0.99, 0.97, 0.2), 0.0) == (0, 1)
    assert tolerated_range(curve_of(0.96, 0.97, 0.99, 0.97, 0.95), 0.0) == (-2, 2)
    assert tolerated_range(curve_of(0.99, 0.99, 0.94, 0.99, 0.99), 0.0) is None


def test_the_levels_that_augmentation_covers() -> None:
    plain, half = TrainSpec(), TrainSpec(augmentation=0.5)
    assert trained_on(ROTATION, plain) is None
    assert trained_on(ROTATION, half) == (-7.5, 7.5)
    assert trained_on(CORRUPTIONS["shift-down"], half) == (-1, 1)
    low, high = trained_on(CORRUPTIONS["scale"], half) or (0, 0)
    assert (low, high) == pytest.approx((np.exp(-0.075), np.exp(0.075)))
    assert trained_on(CORRUPTIONS["blur"], half) is None


def test_a_curve_has_one_row_for_each_level() -> None:
    best = registry.find_run("best")
    network = load(Snapshot(best, snapshots.steps_of(best)[0]))
    found = measure(network, subset(small_set(), 2), CORRUPTIONS["blur"])
    assert found.right.shape == (len(CORRUPTIONS["blur"].levels), 20)
