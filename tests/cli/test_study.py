"""The command `study`: what it refuses, and what it prints of a study that is finished."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mnistviz.cli.study import as_value
from mnistviz.core.errors import MnistVizError
from mnistviz.studies import study_directory
from mnistviz.studies.plans import StudySpec
from mnistviz.studies.study_directory import TrialResult
from mnistviz.training import launcher
from tests.helpers.command_line import error_of, invoke, run_json

PLANS = ((8, 16, 32), (10, 15, 20))
WORDS = ["study", "--plan", "8,16,32", "--plan", "10/15/20", "--seeds", "0-2", "--name", "mine"]


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*_: Any) -> None:
        raise MnistVizError("started")

    monkeypatch.setattr(launcher, "start", start)


def finish_all() -> None:
    spec = StudySpec(name="mine", created=datetime.now(UTC), epochs=5, plans=PLANS, seeds=(0, 1, 2))
    study = study_directory.create_or_extend(spec)
    versions = {"tensorflow": "2", "keras": "3", "machine": "x"}
    for trial in study.missing:
        accuracy = 0.99 + trial.seed / 10_000
        result = TrialResult(
            *(trial.plan, trial.seed, "r", accuracy, 0.1, 0.9, 0.1, 60, 9, versions)
        )
        study_directory.add_result(study, result)


def test_a_finished_study_is_read_and_not_trained_again() -> None:
    finish_all()
    value = run_json(*WORDS)
    assert (value["study"], value["recipe"], value["epochs"]) == ("mine", "study", 5)
    assert (value["trials"], value["finished"]) == (6, 6)
    wide, ours = value["plans"]
    assert (wide["plan"], wide["parameters"]) == ("8/16/32", 18_050)
    assert ours["multiply_accumulates"] < wide["multiply_accumulates"]
    assert ours["accuracies"] == [0.99, 0.9901, 0.9902]
    (pair,) = value["pairs"]
    assert (pair["first"], pair["second"], pair["verdict"]) == (
        "8/16/32",
        "10/15/20",
        "equivalent",
    )


def test_the_table_for_people_has_plans_costs_and_verdicts() -> None:
    finish_all()
    done = invoke(*WORDS)
    assert "0 of 6 trials to train" in done.stderr
    assert "10/15/20         14,000" in done.stdout
    assert "99.010% ± 0.010% (3 seeds)" in done.stdout
    assert "8/16/32 against 10/15/20: equivalent; +0.000 points [+0.000, +0.000]" in done.stdout


def test_a_study_without_a_pair_has_no_number_that_json_cannot_hold() -> None:
    spec = StudySpec(name="mine", created=datetime.now(UTC), epochs=5, plans=PLANS, seeds=(0,))
    study = study_directory.create_or_extend(spec)
    value = as_value(study)
    assert json.loads(json.dumps(value, allow_nan=False))["pairs"] == []


def test_widths_of_each_layer_are_added_to_a_study() -> None:
    finish_all()
    widths = ["--layer", "conv1", "--widths", "2,5", "--layer", "conv2", "--widths", "30"]
    error_of(*WORDS, *widths)
    spec = study_directory.open_study(study_directory.studies_home() / "mine").spec
    assert (spec.conv1_widths, spec.conv2_widths, spec.widths) == ((2, 5), (30,), ())
    assert (2, 15, 20) in spec.all_plans


def test_trials_that_fail_are_told_and_the_study_says_so_at_its_end() -> None:
    error = error_of(*WORDS)
    assert "mine: 6 trials failed: 8/16/32, seed 0: started" in str(error)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--plan", "8,16"], "channels: expected three whole numbers"),
        (["--seeds", "a"], "seeds: expected whole numbers"),
        (["--widths", "4,x"], "widths: expected numbers such as 4,8,12,16, got '4,x'"),
        (["--widths", "0"], "widths: expected at least 1, got 0"),
        (["--layer", "conv1", "--widths", "99"], "conv1_widths: expected at most 64, got 99"),
        (["--layer", "conv4", "--widths", "4"], "layer: expected one of conv1, conv2, conv3"),
        (["--layer", "conv1"], "layer: expected one --layer for each --widths"),
        (["--widths", "4", "--widths", "5"], "layer: expected one --layer for each --widths"),
        (["--recipe", "nope"], "recipe: expected one of"),
        (["--epochs", "0"], "epochs: expected at least 1, got 0"),
        (["--name", "../out"], "name: expected up to 60"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    words: list[str], message: str, home: Path
) -> None:
    assert str(error_of("study", *words)).startswith(message)
    assert not home.exists()
