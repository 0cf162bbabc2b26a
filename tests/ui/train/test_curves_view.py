"""The progress of a training: its table of epochs, the texts on hard trainings and large steps."""

import numpy as np
import pytest

from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import EpochRow, WatchedAnswers
from mnistviz.ui.train.curves_view import divergence_text, epoch_table, measured_text


def test_the_table_has_the_difference_to_the_published_epoch() -> None:
    here = [EpochRow(epoch, 0.003, 0.5, 0.8, 0.25, 0.9, seconds=4.0) for epoch in (1, 2)]
    published = [EpochRow(1, 0.003, 0.75, 0.75, 0.5, 0.875, seconds=10.0)]
    first, second = epoch_table(here, published).to_dict("records")
    assert (first["epoch"], first["seconds"]) == (1, 4.0)
    assert (first["loss published"], first["loss here"]) == (0.75, 0.5)
    assert first["loss difference"] == -0.25
    assert first["val_accuracy difference"] == pytest.approx(0.025)
    assert second["loss here"] == 0.5


def test_an_epoch_that_is_not_published_has_no_difference() -> None:
    (row,) = epoch_table([EpochRow(21, 0.003, 0.5, 0.8, 0.25, 0.9, 4.0)], []).to_dict("records")
    assert row["accuracy here"] == 0.8
    assert row["accuracy published"] is None
    assert row["accuracy difference"] is None


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "while a part of the network may be switched off."),
        ({"bend": 1.0}, "with changed images, which are harder."),
        ({"ink": 0.5}, "with changed images"),
        ({"label_smoothing": 0.1}, "**while it learns**: with the loss of softer labels."),
        ({"augmentation": 1.0, "soft_labels": 0.9, "num_images": 55_000}, "harder and with the"),
    ],
)
def test_the_text_says_what_makes_the_loss_of_the_training_another(
    settings: dict[str, float], expected: str
) -> None:
    text = measured_text(TrainSpec(**settings), alike=True, while_learning=True)
    assert expected in text
    assert "measured alike" in text


def test_without_the_images_while_it_learns_both_curves_compare() -> None:
    text = measured_text(TrainSpec(augmentation=1), alike=True, while_learning=False)
    assert "measured alike" in text
    assert "do not compare" not in text


def guesses(*answers: tuple[int, float]) -> list[WatchedAnswers]:
    """Answers that are right for so many of 20 digits, with a probability."""
    return [
        WatchedAnswers(step, tuple([1] * right + [2] * (20 - right)), (probability,) * 20)
        for step, (right, probability) in enumerate(answers)
    ]


@pytest.mark.parametrize(
    ("answers", "diverges"),
    [
        ([(18, 0.9), (9, 0.98)], True),
        ([(2, 0.2), (12, 0.7), (15, 0.9)], False),
        # It is as unsure as it is wrong.
        ([(18, 0.9), (9, 0.3)], False),
    ],
)
def test_certain_and_worse_answers_are_said_to_come_from_too_large_steps(
    answers: list[tuple[int, float]], diverges: bool
) -> None:
    text = divergence_text(guesses(*answers), np.ones(20, np.uint8))
    assert ("The steps are too large" in text) == diverges
