"""The five trainings of the gap: what they share, and how the gap is measured."""

import shlex

import pytest
from typer.testing import CliRunner

from mnistviz.__main__ import app
from mnistviz.core.run_spec import Parent
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.studies import generalization_gap
from mnistviz.studies.generalization_gap import GAP_TRAININGS
from mnistviz.training import launcher


def test_the_five_trainings_differ_only_in_the_network() -> None:
    found = {
        one.name: (one.model.plan, one.model.batch_norm, one.model.dropout, one.model.parameters)
        for one in GAP_TRAININGS
    }
    assert found == {
        "gap-plain": ("10/12/16", False, 0.0, 11_022),
        "gap-neither": ("10/15/20", False, 0.0, 13_600),
        "gap-dropout": ("10/15/20", False, 0.1, 13_600),
        "gap-batch-norm": ("10/15/20", True, 0.0, 14_000),
        "gap-both": ("10/15/20", True, 0.1, 14_000),
    }
    train = generalization_gap.training_of()
    assert (train.measure_gap, train.epochs, train.seed, train.held_out) == (True, 20, 0, 5_000)
    assert generalization_gap.training_of(epochs=3, seed=7) == train.changed(epochs=3, seed=7)


@pytest.mark.parametrize("training", GAP_TRAININGS, ids=lambda training: training.name)
def test_the_command_has_the_settings_of_the_training(
    training: generalization_gap.GapTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def start(recipe: str, *settings: object) -> Run:
        asked.append(settings)
        raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "start", start)
    words = shlex.split(generalization_gap.command_of(training))
    assert words[:3] == ["python", "-m", "mnistviz"]
    CliRunner().invoke(app, words[3:])
    assert asked == [(training.model, generalization_gap.training_of(), training.name, None)]


# ---------------------------------------------------------------- sets


def make(index: int, name: str, epochs: int = 3, parent: Parent | None = None) -> Run:
    train = generalization_gap.training_of(epochs)
    return registry.create_run("plain", GAP_TRAININGS[index].model, train, name, parent)


def test_sets_group_runs_by_training_settings_not_by_name() -> None:
    part = [make(0, "a"), make(4, "b")]
    whole = [make(index, f"c{index}", epochs=5) for index in range(5)]
    again = make(4, "d", epochs=5)
    registry.create_run(
        "plain", GAP_TRAININGS[0].model, generalization_gap.training_of().changed(measure_gap=False)
    )
    make(1, "fork", parent=Parent(run="b", step=0))
    first, second = generalization_gap.sets_of(
        [run for run in registry.list_runs() if not run.bundled]
    )
    assert first.complete
    assert first.train.epochs == 5
    # Newest first: the one that was trained again counts.
    assert first.runs["gap-both"] == again
    assert [first.runs[one.name].name for one in GAP_TRAININGS[:4]] == ["c0", "c1", "c2", "c3"]
    assert not second.complete
    assert second.runs == {"gap-plain": part[0], "gap-both": part[1]}
    assert second.title == "3 epochs, seed 0 (yours)"
    assert whole[4] not in first.runs.values()
