"""The goal of a challenge, and what runs reached of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from mnistviz.core import storage
from mnistviz.core.errors import ClassError, SpecError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.training import MetricRow, MetricSplit
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.studies import challenge
from mnistviz.studies.challenge import Goal, front, outcome_of
from mnistviz.ui.shared.training import run_logs
from tests.helpers.classes import class_mode, visitor

GOAL = Goal(parameters=15_000, epochs=3, accuracy=0.9, images="validation")


def made_run(held_out: int = 1_000, **changes: Any) -> Run:
    """A run of ten steps an epoch."""
    spec = TrainSpec(num_images=1_000, batch_size=100, held_out=held_out, epochs=5)
    return registry.create_run("plain", changes.pop("model", ModelSpec()), spec, **changes)


def rows(split: MetricSplit, accuracies: Sequence[float], first_epoch: int = 1) -> list[MetricRow]:
    """A row at the end of each epoch."""
    return [
        MetricRow(10 * epoch, epoch, split, 0.1, accuracy, 0.003, float(epoch))
        for epoch, accuracy in enumerate(accuracies, first_epoch)
    ]


def test_the_first_epoch_that_reaches_the_goal_is_named() -> None:
    outcome = outcome_of(GOAL, made_run(), rows("validation", [0.8, 0.91, 0.95]))
    assert (outcome.reached, outcome.epoch, outcome.accuracy) == (True, 2, 0.91)
    assert outcome.text == "reached in epoch 2 with 14,000 parameters"


def test_epochs_past_the_limit_do_not_count() -> None:
    outcome = outcome_of(GOAL, made_run(), rows("validation", [0.8, 0.85, 0.84, 0.95]))
    assert (outcome.reached, outcome.epoch, outcome.accuracy) == (False, 2, 0.85)
    assert outcome.text == "5.00 points short, best in epoch 2"


def test_all_that_is_missing_is_said() -> None:
    run = made_run(model=ModelSpec(channels=(20, 20, 20)))
    outcome = outcome_of(GOAL, run, rows("validation", [0.5]))
    assert outcome.missing[0] == f"{run.spec.model.parameters - 15_000:,} parameters too many"
    assert outcome.missing[1].startswith("40.00 points short")


def test_a_test_accuracy_is_that_of_the_last_epoch() -> None:
    goal = GOAL.changed(images="test")
    log = [*rows("validation", [0.95] * 3), *rows("test", [0.94], first_epoch=3)]
    assert outcome_of(goal, made_run(), log).epoch == 3
    late = outcome_of(goal, made_run(), rows("test", [0.99], first_epoch=5))
    assert late.text == "measured after epoch 5, past the limit"
    assert outcome_of(goal, made_run(), log[:3]).text == "no accuracy on test images yet"


def test_a_run_that_validates_on_test_images_has_test_images_alone() -> None:
    run = made_run(held_out=0)
    log = rows("validation", [0.8, 0.95])
    assert outcome_of(GOAL.changed(images="test"), run, log).epoch == 2
    assert not outcome_of(GOAL, run, log).reached


def test_a_run_begun_from_another_has_trained_longer_than_its_log_says() -> None:
    first = made_run(name="first")
    run = made_run(parent=Parent(run=first.id, step=10))
    outcome = outcome_of(GOAL, run, rows("validation", [0.95]))
    assert not outcome.reached
    assert outcome.epoch == 1


def test_the_published_goal_is_measured_on_each_epoch_of_the_published_recipe() -> None:
    run = registry.find_run("reference")
    log = run_logs.metrics(run)
    outcome = outcome_of(Goal(), run, log)
    assert outcome.parameters == 14_000
    assert outcome.accuracy == max(row.accuracy for row in log if row.split == "validation")
    assert outcome_of(Goal(accuracy=outcome.accuracy), run, log).reached


def test_the_front_has_what_no_other_point_beats() -> None:
    points = [(10, 0.9), (20, 0.8), (10, 0.85), (30, 0.95), (30, 0.95), (40, 0.95)]
    assert front(points) == [(10, 0.9), (30, 0.95)]
    assert front([]) == []


def test_a_goal_is_kept_and_removed() -> None:
    assert challenge.goal() is None
    challenge.set_goal(GOAL)
    assert challenge.goal() == GOAL
    challenge.set_goal(None)
    assert challenge.goal() is None
    storage.write_json(storage.home() / "challenge.json", {"parameters": -1})
    assert challenge.goal() is None


def test_a_goal_beyond_the_limits_is_refused() -> None:
    with pytest.raises(SpecError, match=r"^accuracy: expected at most 1\.0, got 1\.5$"):
        Goal(accuracy=1.5)
    with pytest.raises(SpecError, match=r"^epochs: expected at least 1, got 0$"):
        Goal(epochs=0)


def test_the_goal_of_the_teacher_holds_for_the_class() -> None:
    with class_mode():
        with storage.acting_in(visitor().home):
            challenge.set_goal(Goal(parameters=5_000))
            assert challenge.goal() == Goal(parameters=5_000)
        with storage.acting_in(visitor().home):
            assert challenge.goal() is None
            challenge.set_goal(Goal(epochs=3))
        # The teacher.
        challenge.set_goal(Goal(epochs=5))
        with storage.acting_in(visitor().home):
            assert challenge.goal() == Goal(epochs=5)
            with pytest.raises(ClassError, match="teacher"):
                challenge.set_goal(None)
        challenge.set_goal(None)
        assert challenge.goal() is None
