"""The panel of a training: the texts on its settings and its interruptions."""

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.runs import registry
from mnistviz.ui.train.training_panel import resume_text, settings_text
from tests.helpers.made_runs import SMALL, make_run, small_run


def test_the_settings_name_the_run_that_a_fork_began_from() -> None:
    parent = small_run("parent")
    fork = make_run("fork", parent=Parent(run=parent.id, step=1_000))
    orphan = make_run("orphan", parent=Parent(run="gone", step=10))
    assert "begun from" not in settings_text(parent)
    assert settings_text(fork).endswith("seed 0, begun from parent, step 1,000")
    assert settings_text(orphan).endswith("seed 0, begun from gone (gone), step 10")


@pytest.mark.parametrize(
    ("digits", "text"),
    [("pen_digits", "2,000 pen digits"), ("tablet_digits", "2,000 tablet digits")],
)
def test_the_settings_name_pen_and_tablet_digits_where_there_are_any(
    digits: str, text: str
) -> None:
    train = SMALL.changed(**{digits: 2_000})
    run = registry.create_run("best", ModelSpec(), train, "pen")
    assert f"100 images and {text}, seed 0" in settings_text(run)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"event": "start", "step": 0}], ""),
        ([{"event": "resume", "step": 1_000}], "killed once before; it went on from step 1,000,"),
        (
            [{"event": "resume", "step": 10}, {"event": "resume", "step": 20}],
            "killed 2 times before; it went on from step 20,",
        ),
        (
            [{"event": "resume", "step": 10, "damaged_checkpoints": ["a.npz", "b.npz"]}],
            "Damaged and passed over: a.npz, b.npz.",
        ),
    ],
)
def test_an_interrupted_run_names_the_step_it_went_on_from(
    events: list[dict[str, object]], expected: str
) -> None:
    text = resume_text(events)
    assert expected in text
    assert bool(text) == bool(expected)
