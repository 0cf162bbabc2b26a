"""`python -m mnistviz benchmark accuracy` over runs that are there already."""

import json
from dataclasses import asdict

import pytest

from mnistviz.cli.benchmark import parse_seeds, spread
from mnistviz.core import storage
from mnistviz.core.errors import SpecError
from mnistviz.core.recipes import find_recipe
from mnistviz.core.types.training import MetricRow, MetricSplit
from mnistviz.runs import registry
from tests.helpers.command_line import run, run_json


def finished_run(recipe: str, seed: int, accuracies: dict[MetricSplit, float]) -> None:
    """A run as a training leaves it, with its last rows alone."""
    found = find_recipe(recipe)
    train = found.train.changed(seed=seed)
    run = registry.create_run(recipe, found.model, train)
    rows = [
        MetricRow(train.num_steps, train.epochs, split, 0.05, accuracy, 0.001, 12.5)
        for split, accuracy in accuracies.items()
    ]
    run.metrics_file.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))
    status = {"state": "finished", "step": train.num_steps, "total": train.num_steps}
    storage.write_json(run.path / "status.json", {**status, "error": "", "heartbeat": ""})


def test_mean_and_spread_over_the_seeds() -> None:
    finished_run("plain", 3, {"validation": 0.98, "test": 0.99})
    finished_run("plain", 5, {"validation": 0.97, "test": 0.98})
    result = run_json("benchmark", "accuracy", "--recipe", "plain", "--seeds", "3,5")
    seeds = result.pop("seeds")
    assert result == {
        "recipe": "plain",
        "epochs": 20,
        "mean": pytest.approx(0.985),
        "deviation": pytest.approx(0.01 / 2**0.5),
        "lowest": 0.98,
        "highest": 0.99,
    }
    assert seeds[0] == {
        "seed": 3,
        "run": "plain-1",
        "val_accuracy": 0.98,
        "val_loss": 0.05,
        "test_accuracy": 0.99,
        "test_loss": 0.05,
        "seconds": 12.5,
    }
    last = run("benchmark", "accuracy", "--recipe", "plain", "--seeds", "3,5").splitlines()[-1]
    assert last == "plain: test accuracy 98.500% ± 0.707%, from 98.00% to 99.00%"


def test_where_the_test_set_validates_the_last_validation_counts() -> None:
    finished_run("reference", 7, {"validation": 0.99})
    result = run_json("benchmark", "accuracy", "--recipe", "reference", "--seeds", "7")
    assert (result["mean"], result["deviation"]) == (0.99, 0.0)


@pytest.mark.parametrize(
    ("text", "seeds"), [("0-4", [0, 1, 2, 3, 4]), ("1,5,9", [1, 5, 9]), ("2,6-7", [2, 6, 7])]
)
def test_seeds_are_read(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "x", "1,,2", "4-1"])
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_seeds(text)
    assert str(error.value) == (
        f"seeds: expected whole numbers, such as 0-4 or 1,5,9, got {text!r}"
    )


def test_a_lone_seed_has_no_spread() -> None:
    assert spread([0.5])["deviation"] == 0
