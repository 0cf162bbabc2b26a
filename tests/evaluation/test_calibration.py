"""Temperatures, and how far confidence is from the share that is right."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import log_softmax
from scipy.special import softmax as scipy_softmax

from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.evaluation import calibration
from mnistviz.evaluation.calibration import (
    Calibration,
    calibration_error,
    calibration_of,
    fit,
    held_out,
)
from mnistviz.runs import registry, result_cache, snapshots
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.made_runs import make_run

TEN_THOUSAND = TrainSpec(num_images=1_000, batch_size=100, held_out=10_000, epochs=2)


def drawn_labels(logits: np.ndarray, seed: int = 0) -> np.ndarray:
    """Labels as likely as the logits say."""
    odds = scipy_softmax(logits, axis=1).cumsum(axis=1)
    chance = np.random.default_rng(seed).random((len(logits), 1))
    return (chance > odds).sum(axis=1).clip(0, 9).astype(np.uint8)


@pytest.mark.parametrize("too_sure", [0.4, 1.0, 3.0])
def test_the_fitted_temperature_is_the_factor_of_the_logits(too_sure: float) -> None:
    honest = np.random.default_rng(1).normal(0, 2.5, (20_000, 10)).astype(np.float32)
    labels = drawn_labels(honest)
    found = fit(honest * np.float32(too_sure), labels)
    assert found.temperature == pytest.approx(too_sure, rel=0.03)
    assert found.images == 20_000
    rows = np.arange(len(labels))
    for loss, logits in [
        (found.loss_before, honest * too_sure),
        (found.loss_after, honest * too_sure / found.temperature),
    ]:
        assert loss == pytest.approx(-log_softmax(logits, axis=1)[rows, labels].mean(), rel=1e-5)
    assert found.loss_after <= found.loss_before
    assert found.error_after < 0.012
    assert found.error_before > 0.1 or too_sure == 1


def test_the_calibration_error_is_the_mean_difference_over_answers() -> None:
    # Three answers of confidence 0.9, one right; one of 0.5, right.
    probabilities = np.full((4, 10), 0.1 / 9, np.float32)
    probabilities[:3, 0] = 0.9
    probabilities[3] = 0.5 / 9
    probabilities[3, 5] = 0.5
    labels = np.array([0, 1, 2, 5], np.uint8)
    assert calibration_error(probabilities, labels) == pytest.approx((3 * 0.9 - 1 + 0.5) / 4)
    certain = np.eye(10, dtype=np.float32)
    assert calibration_error(certain, np.arange(10, dtype=np.uint8)) == 0


def test_calibration_lowers_probabilities_and_keeps_their_order() -> None:
    logits = np.array([[4, 2, 0, 0, 0, 0, 0, 0, 0, 1]], np.float32)
    found = Calibration(2.0, 1, 0, 0, 0, 0).probabilities(logits)
    np.testing.assert_allclose(found, scipy_softmax(logits / 2, axis=1), rtol=1e-5)
    assert found.dtype == np.float32


def test_a_run_without_held_out_images_has_no_calibration() -> None:
    reference = registry.find_run("reference")
    assert held_out(reference) == 0
    assert calibration_of(Snapshot(reference, 1)) is None


def test_a_fork_holds_out_the_images_that_its_parents_held_out(home: Path) -> None:
    best = registry.find_run("best")
    assert held_out(best) == 5_000
    assert held_out(make_run("alone", train=TEN_THOUSAND)) == 10_000
    for parent, number in [("best", 5_000), ("reference", 0), ("gone", 0)]:
        fork = make_run(f"of-{parent}", train=TEN_THOUSAND, parent=Parent(run=parent, step=0))
        assert held_out(fork) == number


@pytest.mark.slow
def test_a_calibration_is_fitted_once_and_cached(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = registry.find_run("best")
    step = snapshots.steps_of(run)[-1]
    found = calibration_of(Snapshot(run, step))
    assert found is not None
    # Trained with soft labels: it is almost as sure as it is right.
    assert 0.8 < found.temperature < 1.5
    assert found.loss_after < found.loss_before
    assert found.error_after < found.error_before
    monkeypatch.setattr(calibration, "fit", lambda *_: pytest.fail("fitted again"))
    assert calibration_of(Snapshot(run, step)) == found
    result_cache.write_arrays(
        Snapshot(run, step), calibration.CACHE.name, {"of another": np.array(1)}
    )
    with pytest.raises(pytest.fail.Exception):
        calibration_of(Snapshot(run, step))
