"""The table of speed and accuracy against the stored measurements and the README."""

import json

import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.runs import metrics_log, registry
from mnistviz.studies.published_results import BENCHMARKS, RECIPES, pen_strokes, published_results

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_every_line_stands_in_the_readme() -> None:
    for row in published_results():
        line = f"| {row.measure} | {row.published} | {row.keras} | {row.ours} | `{row.command}` |"
        assert line in README


def test_the_accuracies_are_means_of_the_seeds_that_are_stored() -> None:
    for recipe in RECIPES:
        stored = json.loads((BENCHMARKS / f"accuracy-{recipe}.json").read_text())
        accuracies = [seed["test_accuracy"] for seed in stored["seeds"]]
        (row,) = (
            row
            for row in published_results()
            if f"recipe {recipe}," in row.measure and "Test" in row.measure
        )
        assert row.ours.startswith(f"{sum(accuracies) / len(accuracies):.2%} ± ")


@pytest.mark.parametrize("name", ["best", "handwriting"])
def test_a_bundled_run_is_the_seed_with_the_lowest_validation_loss(name: str) -> None:
    stored = json.loads((BENCHMARKS / f"accuracy-{name}.json").read_text())
    chosen = min(stored["seeds"], key=lambda seed: seed["val_loss"])
    run = registry.find_run(name)
    assert run.spec.train.seed == chosen["seed"]
    last = metrics_log.last_row(metrics_log.read(run), "test")
    assert last is not None
    assert last.accuracy == chosen["test_accuracy"]


def test_who_draws_is_read_better_by_the_run_for_it() -> None:
    rates = {run: row["right"] for run, row in pen_strokes()["runs"].items()}
    assert list(rates) == ["reference", "best", "handwriting"]
    assert rates["handwriting"] > rates["best"]
    (row,) = (row for row in published_results() if "with a pen" in row.measure)
    assert row.ours.endswith(f"handwriting {rates['handwriting']:.1%}")
