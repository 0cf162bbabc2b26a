"""Progress of a training, in numbers and words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow, MetricSplit
from mnistviz.runs.run_state import Status
from mnistviz.ui.shared.training.progress import ROWS_OF_SPEED, Progress, progress_of

# 100 steps an epoch, 3 epochs.
SPEC = TrainSpec(epochs=3, batch_size=50, num_images=5_000, held_out=5_000)


def row(step: int, seconds: float, split: MetricSplit = "batch", **values: Any) -> MetricRow:
    epoch = -(-step // SPEC.steps_per_epoch)
    known = {"loss": 0.5, "accuracy": 0.75, "learning_rate": 0.002, **values}
    return MetricRow(step=step, epoch=epoch, split=split, seconds=seconds, **known)


def progress(**values: Any) -> Progress:
    known: dict[str, Any] = {
        "epoch": 1,
        "of_run": 0.0,
        "of_epoch": 0.0,
        "images_per_second": None,
        "seconds_left": None,
        "learning_rate": 0.003,
        "accuracy": None,
    }
    return Progress(**{**known, **values})


@pytest.mark.parametrize("status", [None, Status("queued"), Status("starting", 0, 300)])
def test_before_the_first_row_speed_and_accuracy_are_none(status: Status | None) -> None:
    assert progress_of(SPEC, status, []) == progress()


def test_in_the_middle_of_an_epoch() -> None:
    rows = [row(120, 6.0), row(140, 8.0, accuracy=0.875, learning_rate=0.0015)]
    result = progress_of(SPEC, Status("running", 140, 300), rows)
    assert result == progress(
        epoch=2,
        of_run=140 / 300,
        of_epoch=0.4,
        # 20 steps of 50 images in 2 seconds; 160 steps to go.
        images_per_second=500.0,
        seconds_left=16.0,
        learning_rate=0.0015,
        # The mean of both rows.
        accuracy=0.8125,
    )


def test_a_sleep_of_the_computer_does_not_slow_the_speed_down() -> None:
    rows = [row(20 * n, 2.0 * n + (600 if n > 3 else 0)) for n in range(1, 6)]
    result = progress_of(SPEC, None, rows)
    assert (result.images_per_second, result.seconds_left) == (500.0, 20.0)
    assert result.without_speed().time_left_text == "–"


def test_a_training_of_slow_steps_has_a_speed() -> None:
    rows = [row(n, 60.0 * n) for n in range(1, 6)]
    assert progress_of(SPEC, None, rows).seconds_left == 295 * 60


@pytest.mark.parametrize(
    ("step", "epoch", "of_epoch"),
    [(1, 1, 0.01), (99, 1, 0.99), (100, 1, 1), (101, 2, 0.01), (200, 2, 1), (300, 3, 1)],
)
def test_the_end_of_an_epoch_is_not_yet_the_next(step: int, epoch: int, of_epoch: float) -> None:
    result = progress_of(SPEC, None, [row(step, 1.0)])
    assert (result.epoch, result.of_epoch) == (epoch, pytest.approx(of_epoch))
    assert result.of_run == pytest.approx(step / 300)


def test_after_the_last_step_nothing_is_left() -> None:
    rows = [row(280, 28.0), row(300, 30.0), row(300, 31.0, "validation", accuracy=0.5)]
    result = progress_of(SPEC, Status("finished", 300, 300), rows)
    assert (result.epoch, result.of_run, result.of_epoch) == (3, 1, 1)
    assert result.seconds_left == 0
    assert result.time_left_text == "0 s"


def test_one_row_gives_no_speed() -> None:
    result = progress_of(SPEC, None, [row(20, 2.0)])
    assert result.images_per_second is None
    assert result.seconds_left is None
    assert result.accuracy == 0.75


def test_rows_with_equal_times_give_no_speed() -> None:
    result = progress_of(SPEC, None, [row(20, 2.0), row(40, 2.0)])
    assert result.images_per_second is None


@pytest.mark.parametrize(("of_status", "of_rows"), [(150, 140), (140, 150)])
def test_the_later_of_status_and_rows_counts(of_status: int, of_rows: int) -> None:
    result = progress_of(SPEC, Status("running", of_status, 300), [row(of_rows, 1.0)])
    assert result.of_run == 0.5


def test_speed_is_that_of_the_last_rows() -> None:
    """A slow start says nothing about the time left."""
    slow = [row(step, 100.0 * step) for step in range(1, 6)]
    fast = [row(5 + number, 600 + 0.1 * number) for number in range(1, ROWS_OF_SPEED + 1)]
    result = progress_of(SPEC, None, slow + fast)
    assert result.images_per_second == pytest.approx(500)
    assert result.seconds_left == pytest.approx(0.1 * (300 - 5 - ROWS_OF_SPEED))


def test_accuracy_is_the_mean_of_the_last_rows() -> None:
    """One batch alone jumps by several points, and the first ones are long past."""
    early = [row(step, float(step), accuracy=0.0) for step in range(1, 6)]
    late = [
        row(5 + number, 5.0 + number, accuracy=0.25 if number % 2 else 0.75)
        for number in range(1, ROWS_OF_SPEED + 1)
    ]
    assert progress_of(SPEC, None, early + late).accuracy == pytest.approx(0.5)


def test_only_batches_measure_speed_accuracy_and_learning_rate() -> None:
    batches = [row(90, 9.0), row(100, 10.0)]
    others = [
        row(100, 20.0, split, accuracy=0.1, learning_rate=0.1) for split in ("train", "validation")
    ]
    assert progress_of(SPEC, None, batches + others) == progress_of(SPEC, None, batches)


def test_a_partial_batch_counts_with_its_own_size() -> None:
    """160 images in batches of 100 are two steps: 80 images a step on average."""
    spec = TrainSpec(batch_size=100, num_images=160)
    result = progress_of(spec, None, [row(2, 1.0), row(4, 2.0)])
    assert result.images_per_second == pytest.approx(160)


@given(st.integers(0, 300), st.integers(0, 300))
def test_progress_is_a_share_and_never_goes_back(one: int, other: int) -> None:
    early, late = (
        progress_of(SPEC, Status("running", step, 300), []) for step in sorted([one, other])
    )
    assert 0 <= early.of_run <= late.of_run <= 1
    assert 1 <= early.epoch <= late.epoch <= 3
    assert 0 <= early.of_epoch <= 1
    # Whole epochs and the part of this one are the same step again.
    assert (late.epoch - 1 + late.of_epoch) / 3 == pytest.approx(late.of_run)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.0, "0 s"),
        (0.4, "0 s"),
        (9.6, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (61.0, "1 min 01 s"),
        (754.0, "12 min 34 s"),
        (4_500.0, "75 min 00 s"),
    ],
)
def test_the_time_left_in_words(seconds: float | None, text: str) -> None:
    assert progress(seconds_left=seconds).time_left_text == text


@pytest.mark.parametrize(("speed", "text"), [(None, "–"), (0.0, "0"), (12_345.6, "12,346")])
def test_the_speed_in_words(speed: float | None, text: str) -> None:
    assert progress(images_per_second=speed).images_per_second_text == text


@pytest.mark.parametrize(("accuracy", "text"), [(None, "–"), (0.0, "0.0%"), (0.98765, "98.8%")])
def test_the_accuracy_in_words(accuracy: float | None, text: str) -> None:
    assert progress(accuracy=accuracy).accuracy_text == text


@pytest.mark.parametrize(("rate", "text"), [(0.003, "0.003"), (0.0022744503, "0.00227")])
def test_the_learning_rate_in_words(rate: float, text: str) -> None:
    assert progress(learning_rate=rate).learning_rate_text == text
