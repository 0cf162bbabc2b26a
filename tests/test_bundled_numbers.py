"""The numbers that pages and the README give of bundled runs and studies, against the records.

The expected values are read from the files that trainings and measurements wrote.
"""

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnistviz.core.assets import ASSETS, PROJECT
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES
from mnistviz.core.statistics import accuracy_interval
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.studies import generalization_gap
from tests.helpers.made_runs import BUNDLED
from tests.helpers.pages import metrics_of, open_page, text_of

README = " ".join((PROJECT / "README.md").read_text(encoding="utf-8").split())
STUDY = ASSETS / "studies" / "channels"


def json_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def last_row(run: str, split: str) -> dict[str, Any]:
    """The last row of a split in the log of a bundled run."""
    rows = json_lines(ASSETS / "runs" / run / "metrics.jsonl")
    return [row for row in rows if row.get("split") == split][-1]


def benchmark(name: str) -> Any:
    return json.loads((ASSETS / "benchmarks" / f"{name}.json").read_text(encoding="utf-8"))


def published_accuracies() -> list[float]:
    with (ASSETS / "reference_log.csv").open(encoding="utf-8") as file:
        return [float(row["val_accuracy"]) for row in csv.DictReader(file)]


BEST = last_row("best", "test")["accuracy"]
BEST_MISTAKES = round(NUM_TEST_IMAGES * (1 - BEST))
# The reference is validated on the test set.
REFERENCE = last_row("reference", "validation")["accuracy"]


# ---------------------------------------------------------------- records against each other


def test_best_is_one_of_the_seeds_of_its_benchmark() -> None:
    own = registry.find_run("best").spec.train.seed
    (seed,) = (row for row in benchmark("accuracy-best")["seeds"] if row["seed"] == own)
    assert seed["val_accuracy"] == last_row("best", "validation")["accuracy"]
    assert seed["test_accuracy"] == last_row("best", "test")["accuracy"]


def test_the_detector_of_non_digits_was_measured_with_best() -> None:
    rates = benchmark("refusal")
    assert rates["run"] == registry.DEFAULT_RUN
    assert rates["test_right_and_accepted"] <= BEST


# ---------------------------------------------------------------- README


def test_readme_gives_the_accuracies_of_the_runs() -> None:
    accuracies = [published_accuracies()[-1], REFERENCE, BEST]
    shown = [f"{100 * accuracy:.2f}" for accuracy in accuracies]
    assert re.findall(r"\| (\d+\.\d+) % \|", README) == shown


def test_readme_gives_the_generalization_gaps_of_the_runs() -> None:
    (gap_set,) = generalization_gap.sets_of(registry.list_runs())
    gaps = {}
    for name, run in gap_set.runs.items():
        last = epochs_of(metrics_log.read(run), run.spec.train.steps_per_epoch)[-1]
        assert last.gap is not None
        gaps[name.removeprefix("gap-")] = f"{100 * last.gap:.2f}"
    assert (
        f"Without either it is {gaps['neither']} points, with dropout {gaps['dropout']}, with "
        f"batch normalization {gaps['batch-norm']}, and with both {gaps['both']}."
    ) in README


def test_readme_gives_the_parameters_of_the_networks() -> None:
    model = ModelSpec()
    trained = model.parameters - model.non_trainable
    assert f"{model.parameters:,} parameters, {trained:,} of them trained" in README
    assert f"{RECIPES['plain'].model.parameters:,} parameters" in README


# ---------------------------------------------------------------- pages


@pytest.mark.pages
def test_overview_has_the_accuracy_of_reference() -> None:
    metrics = metrics_of(open_page())
    assert metrics["Test accuracy after 20 epochs"] == f"{REFERENCE:.2%}"


@pytest.mark.pages
def test_train_compares_reference_with_the_published_log() -> None:
    app = open_page("train", registry.find_run("reference"))
    app.button_group(key="train_more").set_value("Table").run()
    table = app.dataframe[0].value
    published = published_accuracies()
    assert table["val_accuracy published"].tolist() == published
    assert table["val_accuracy here"].iloc[-1] == REFERENCE
    difference = table["val_accuracy difference"].iloc[-1]
    assert difference == pytest.approx(REFERENCE - published[-1])


@pytest.mark.pages
def test_film_has_all_snapshots_of_best_and_its_last_accuracy() -> None:
    app = open_page("film")
    files = list((ASSETS / "runs" / "best" / "snapshots").glob("*.npz"))
    assert f"Snapshot {len(files)} of {len(files)}" in text_of(app)
    assert metrics_of(app)["Right"] == f"{last_row('best', 'validation')['accuracy']:.2%}"


@pytest.mark.slow
@pytest.mark.pages
def test_evaluate_has_the_accuracy_and_mistakes_of_best() -> None:
    app = open_page("evaluate")
    metrics = {metric.label: metric for metric in app.metric}
    assert metrics["Accuracy"].value == f"{BEST:.2%}"
    low, high = accuracy_interval(NUM_TEST_IMAGES - BEST_MISTAKES, NUM_TEST_IMAGES)
    assert metrics["Accuracy"].delta == f"likely range: {low:.2%} to {high:.2%}"
    assert metrics["Read wrong"].value == str(BEST_MISTAKES)
    assert float(metrics["Loss"].value) == pytest.approx(last_row("best", "test")["loss"], abs=1e-4)


@pytest.mark.pages
def test_two_bundled_runs_have_the_mistakes_of_their_logs() -> None:
    app = open_page("evaluate")
    app.button_group(key="evaluate_view").set_value("pair").run()
    app.selectbox(key="evaluate_other").set_value("reference").run()
    counts = [int(metric.value.replace(",", "")) for metric in app.metric[4:8]]
    _, only_best, only_reference, both_wrong = counts
    assert only_reference + both_wrong == BEST_MISTAKES
    assert only_best + both_wrong == round(NUM_TEST_IMAGES * (1 - REFERENCE))


@pytest.mark.slow
@pytest.mark.pages
def test_the_map_of_digits_has_the_mistakes_of_best() -> None:
    app = open_page("embedding")
    app.button_group(key="map_colouring").set_value("error").run()
    assert f"**{BEST_MISTAKES} images read wrong**" in text_of(app)


@pytest.mark.pages
def test_channels_has_the_stored_evidence_of_best() -> None:
    text = text_of(open_page("channels"))
    step = latest_snapshot(registry.find_run("best")).step
    (file,) = (ASSETS / "kept" / "best").glob(f"ablation-conv3-mean-10000-step-{step:07}-*.npz")
    with np.load(file) as stored:
        least_first, intact = stored["least_first"], stored["least_first"][0]
    needed = needed_channels(least_first, intact - 0.001)
    assert f"**{needed} of 20 channels** of conv3 are enough to stay" in text


def needed_channels(least_first: np.ndarray, accuracy: float) -> int:
    """The channels left when switching off one more, least important first, costs too much."""
    return len(least_first) - int(np.nonzero(least_first < accuracy)[0].min())


@pytest.mark.pages
def test_channels_has_the_coverage_of_the_bundled_study() -> None:
    rows = [row for row in json_lines(STUDY / "coverage.jsonl") if row["plan"] == [10, 15, 20]]
    layers = [layer for row in rows for layer in row["layers"] if layer["layer"] == "conv3"]
    covered = np.mean([np.array(layer["holders"][:8]) > 0 for layer in layers], axis=0).sum()
    text = text_of(open_page("channels"))
    assert f"- 20 channels: **{covered:.1f} of 8** gradient directions" in text


@pytest.mark.pages
def test_channels_has_the_mean_accuracies_of_the_bundled_study() -> None:
    trials = json_lines(STUDY / "trials.jsonl")
    text = text_of(open_page("channels"))
    for plan in ([8, 16, 32], [10, 15, 20]):
        accuracies = [trial["test_accuracy"] for trial in trials if trial["plan"] == plan]
        assert f"{np.mean(accuracies):.3%}" in text


@pytest.mark.pages
def test_runs_lists_the_bundled_runs_with_their_accuracies() -> None:
    table = open_page("runs").dataframe[0].value.set_index("name")
    assert list(table.index) == [f"{name} (bundled)" for name in BUNDLED]
    for name in BUNDLED:
        validation = last_row(name, "validation")["accuracy"]
        assert table.loc[f"{name} (bundled)", "validation"] == pytest.approx(100 * validation)
