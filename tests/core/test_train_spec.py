"""The training: steps, learning rates, what is left of it."""

from typing import Literal

import pytest
from hypothesis import given

from mnistviz.core.errors import SpecError
from mnistviz.core.train_spec import TrainSpec
from tests.helpers.spec_strategies import trainings


@pytest.mark.parametrize(
    ("num_images", "batch_size", "steps"),
    [(60_000, 128, 469), (5_000, 32, 157), (100, 100, 1), (101, 100, 2), (200, 100, 2)],
)
def test_a_partial_batch_is_a_step_too(num_images: int, batch_size: int, steps: int) -> None:
    spec = TrainSpec(num_images=num_images, batch_size=batch_size, epochs=3)
    assert spec.steps_per_epoch == steps
    assert spec.num_steps == 3 * steps
    assert spec.epoch_at(2 * steps) == 2


def test_held_out_images_decide_what_a_run_is_validated_on() -> None:
    assert TrainSpec().validated_on == "test"
    assert TrainSpec(num_images=55_000, held_out=5_000).validated_on == "held_out"


@given(trainings())
def test_the_decaying_learning_rate_starts_as_set_and_never_grows(spec: TrainSpec) -> None:
    rates = [spec.learning_rate_at(epoch * spec.steps_per_epoch) for epoch in range(5)]
    assert rates[0] == pytest.approx(spec.learning_rate, abs=1e-10)
    assert rates == sorted(rates, reverse=True)


def test_one_cycle_goes_straight_up_and_straight_down() -> None:
    spec = TrainSpec(
        schedule="one-cycle",
        epochs=4,
        num_images=100,
        batch_size=50,
        learning_rate=0.08,
        warm_up=0.25,
    )
    # Eight steps: two to rise in, six to fall in.
    rates = [spec.learning_rate_at(step) for step in range(8)]
    up, down = [0.02, 0.06], [0.08 * (11 - 2 * step) / 12 for step in range(6)]
    assert rates == pytest.approx([*up, *down], abs=1e-9)
    only_down = spec.changed(warm_up=0.0)
    assert only_down.learning_rate_at(0) == pytest.approx(0.08 * 15 / 16)
    assert only_down.learning_rate_at(7) == pytest.approx(0.08 * 1 / 16)


@pytest.mark.parametrize("epoch", [0, 3, 4, 19])
@pytest.mark.parametrize("schedule", ["decay", "one-cycle"])
def test_what_is_left_after_an_epoch_goes_on_at_the_same_learning_rates(
    schedule: Literal["decay", "one-cycle"], epoch: int
) -> None:
    whole = TrainSpec(schedule=schedule, warm_up=0.1)
    rest = whole.after(epoch)
    assert rest.epochs == 20 - epoch
    start = epoch * whole.steps_per_epoch
    for step in range(0, rest.num_steps, 100):
        assert rest.learning_rate_at(step) == pytest.approx(
            whole.learning_rate_at(step + start), rel=1e-6, abs=2e-10
        )


def test_one_epoch_is_left_of_a_training_that_is_over() -> None:
    whole = TrainSpec()
    assert whole.after(20) == whole.after(19)
    assert whole.after(19).epochs == 1


def test_what_is_left_of_a_rising_cycle_rises_from_zero_to_the_same_height() -> None:
    rest = TrainSpec(schedule="one-cycle", warm_up=0.5).after(5)
    assert (rest.epochs, rest.learning_rate) == (15, 0.003)
    assert rest.warm_up == pytest.approx(1 / 3)


def test_an_epoch_has_the_tablet_and_pen_digits_too() -> None:
    spec = TrainSpec(num_images=1_000, tablet_digits=200, pen_digits=50, batch_size=100)
    assert (spec.num_trained, spec.steps_per_epoch) == (1_250, 13)


@pytest.mark.parametrize("changes", [{"num_images": 55_001}, {"pen_digits": 1}])
def test_soft_labels_are_refused_where_some_images_have_none(changes: dict[str, int]) -> None:
    spec = TrainSpec(num_images=55_000, tablet_digits=4_995, soft_labels=0.9)
    with pytest.raises(SpecError, match="soft_labels"):
        spec.changed(**changes)
