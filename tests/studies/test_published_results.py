"""The table of speed and accuracy against the stored measurements and the README."""

import json

from mnistviz.core.assets import PROJECT
from mnistviz.runs import metrics_log, registry
from mnistviz.studies.published_results import (
    BENCHMARKS,
    NO_RESULT,
    RECIPES,
    people_results,
    published_results,
)

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_every_row_is_in_the_readme() -> None:
    for row in published_results():
        line = f"| {row.measure} | {row.published} | {row.keras} | {row.ours} | `{row.command}` |"
        assert line in README


def test_the_accuracies_are_means_of_the_stored_seeds() -> None:
    for recipe in RECIPES:
        stored = json.loads((BENCHMARKS / f"accuracy-{recipe}.json").read_text())
        accuracies = [seed["test_accuracy"] for seed in stored["seeds"]]
        (row,) = (
            row
            for row in published_results()
            if f"recipe {recipe}," in row.measure and "Test" in row.measure
        )
        assert row.ours.startswith(f"{sum(accuracies) / len(accuracies):.2%} ± ")


def test_best_is_the_seed_with_the_lowest_validation_loss() -> None:
    stored = json.loads((BENCHMARKS / "accuracy-best.json").read_text())
    chosen = min(stored["seeds"], key=lambda seed: seed["val_loss"])
    run = registry.find_run("best")
    assert run.spec.train.seed == chosen["seed"]
    last = metrics_log.last_row(metrics_log.read(run), "test")
    assert last is not None
    assert last.accuracy == chosen["test_accuracy"]


def test_the_rates_of_strangers_digits_are_in_the_readme() -> None:
    for row in people_results():
        right, refused = (
            NO_RESULT if share is None else f"{share:.1%}" for share in (row.right, row.refused)
        )
        assert f"| {row.what} | {row.count:,} | {right} | {refused} |" in README
