"""The page on channels: costs of plans, results of a study, channels switched off."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.thresholds import MARGIN
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.jobs import kinds
from mnistviz.inspection.jobs.job import Job
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import StudySpec
from mnistviz.studies.study_directory import Study, TrialResult
from tests.helpers.pages import button_labels, open_page, press, text_of
from tests.helpers.tiny_run import MODEL

pytestmark = pytest.mark.pages

SWITCH_OFF = "Switch them off, one by one"

ACCURACIES = {
    (8, 16, 32): (0.9952, 0.9956, 0.9950, 0.9955),
    (10, 15, 20): (0.9951, 0.9957, 0.9949, 0.9954),
    (10, 15, 4): (0.9920, 0.9925, 0.9915, 0.9922),
}


def make_study(num_seeds: int = 4) -> Study:
    """A study whose finished trials are made up, a worse width of the sweep among them."""
    spec = StudySpec(
        name="mine",
        created=datetime.now(UTC),
        epochs=3,
        plans=((8, 16, 32), (10, 15, 20)),
        widths=(4, 20),
        seeds=(0, 1, 2, 3),
    )
    study = study_directory.create_or_extend(spec)
    versions = {"tensorflow": "2", "keras": "3", "machine": "x"}
    for plan, accuracies in ACCURACIES.items():
        for seed, accuracy in enumerate(accuracies[:num_seeds]):
            result = TrialResult(plan, seed, "run", accuracy, 0.02, 0.99, 0.03, 60, 9, versions)
            study_directory.add_result(study, result)
    return study_directory.open_study(study.path)


def test_the_price_of_a_layer_is_computed_from_the_network() -> None:
    text = text_of(open_page("channels"))
    for inputs, outputs in ((16, 32), (15, 20)):
        # Kernels of 3 × 3 weights, and a bias for each output channel.
        parameters = inputs * outputs * 9 + outputs
        assert f"**{parameters:,}**" in text
        assert f"{2 * parameters:,}" in text


@pytest.mark.slow
def test_the_costs_of_a_typed_plan_add_up() -> None:
    app = open_page("channels")
    ledger = app.dataframe[0].value
    plans = ((8, 16, 32), (8, 16, 20), (5, 15, 20), (10, 15, 20))
    models = [ModelSpec(channels=plan) for plan in plans]
    assert dict(ledger.loc["all"]) == {model.plan: model.parameters for model in models}
    app.multiselect(key="channel_plans").set_value(["10/15/20", "4/8/16"]).run()
    ledger = app.dataframe[0].value
    assert ledger["4/8/16"].iloc[:-1].sum() == ledger.loc["all", "4/8/16"]
    assert ledger.loc["all", "4/8/16"] == ModelSpec(channels=(4, 8, 16)).parameters
    app.button_group(key="ledger_measure").set_value("multiply_accumulates").run()
    # By hand: 26 × 26 places, each with 3 × 3 × 1 weights for 10 channels.
    assert app.dataframe[0].value.loc["conv1", "10/15/20"] == 26 * 26 * 9 * 10


def test_a_typed_plan_that_is_invalid_is_an_error_and_left_out() -> None:
    app = open_page("channels")
    app.multiselect(key="channel_plans").set_value(["8/16", "10/15/20"]).run()
    assert app.error[0].value.startswith("channels: expected")
    assert list(app.dataframe[0].value.columns) == ["10/15/20"]


def test_a_study_is_shown_with_its_verdict() -> None:
    make_study()
    app = open_page("channels")
    text = text_of(app)
    assert not app.exception
    assert "8/16/32 against 10/15/20: they are **equivalent**" in text
    assert "What do 12 more channels in the widest layers buy for **4,050 more parameters**" in text
    assert "With 8/16/32 the network reaches 99.53" in text
    assert "**buy nothing beyond the margin of 0.10 points**" in text
    assert "**Third layer (conv3 and conv6): 20 are enough, 4 is too few.**" in text
    assert "Compared with 20 channels, 4 loses 0.3" in text
    assert "Not varied in this study: the first and the second layer" in text
    assert (
        "beside 20 channels: 4 do **worse**. This is from 4 shared seeds, Holm over 1 pair." in text
    )
    assert "python -m mnistviz study --plan 8,16,32 --plan 10,15,20 --widths 4,20" in (
        app.code[0].value
    )


def test_the_verdict_has_a_sentence_for_each_layer_first() -> None:
    app = open_page("channels")
    lines = app.markdown[1].value.splitlines()
    assert [line.partition(" (")[0].partition(" costs")[0] for line in lines] == [
        "1. **First layer",
        "2. **Second layer",
        "3. **Third layer",
        "4. **8/16/32",
    ]


def test_an_unfinished_study_can_be_continued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study = make_study(num_seeds=1)
    started: list[Path] = []
    monkeypatch.setattr(runner, "start", started.append)
    app = open_page("channels")
    text = text_of(app)
    assert "8/16/32 against 10/15/20: there are **too few seeds** for a verdict." in text
    assert "with the same seeds (0, 1, 2, 3)" in text
    press(app, "Go on")
    assert started == [study.path]


def test_a_running_study_can_be_stopped() -> None:
    study = make_study(num_seeds=1)
    with FileLock(study.path / "study.lock"):
        trial = study.missing[0]
        run = registry.create_run(
            *("study", study.spec.model_of(trial), study.spec.train_of(trial)),
            study.spec.run_name(trial),
        )
        half = run.spec.train.num_steps // 2
        status = {"state": "running", "step": half, "total": 2 * half, "error": "", "heartbeat": ""}
        storage.write_json(run.path / "status.json", status)
        with FileLock(run.path / "worker.lock"):
            app = open_page("channels")
        assert f"{trial.title}: running, 50%" in text_of(app)
        press(app, "Stop after this step")
    assert (study.path / "stop").exists()


@pytest.mark.slow
def test_a_study_is_started_with_the_values_of_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Path] = []
    monkeypatch.setattr(runner, "start", started.append)
    app = open_page("channels")
    app.text_input(key="study_name").set_value("wide")
    app.number_input(key="study_num_seeds").set_value(2)
    app.multiselect(key="study_plans").set_value(["8/16/32"])
    app.text_input(key="study_other_plans").set_value("4/4/4, 5/5/5")
    app.text_input(key="study_conv1_widths").set_value("2, 7")
    app.text_input(key="study_widths").set_value("4, 8").run()
    press(app, "Train the study")
    (path,) = started
    spec = study_directory.open_study(path).spec
    assert (spec.name, spec.recipe, spec.epochs) == ("wide", "study", 5)
    assert (spec.conv1_widths, spec.conv2_widths) == ((2, 7), ())
    assert (spec.plans, spec.widths, spec.seeds) == (
        ((8, 16, 32), (4, 4, 4), (5, 5, 5)),
        (4, 8),
        (0, 1),
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("study_widths", "4,x", "widths: expected"),
        ("study_conv2_widths", "99", "conv2_widths: expected"),
        ("study_name", "../out", "name: expected"),
        ("study_other_plans", "4/x", "channels: expected"),
        ("study_epochs_study", 500, "epochs: expected"),
        ("study_num_seeds", 0, "seeds: expected"),
    ],
)
def test_an_invalid_form_starts_nothing(
    key: str, value: str | int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "start", lambda path: pytest.fail("started"))
    app = open_page("channels")
    typed = app.text_input if isinstance(value, str) else app.number_input
    typed(key=key).set_value(value)
    press(app, "Train the study")
    assert app.error[0].value.startswith(message)


@pytest.mark.slow
def test_the_coverage_of_the_chosen_run_is_beside_the_study(tiny_run: Run) -> None:
    app = open_page("channels", tiny_run)
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    rows = [label for spec in specs for trace in spec["data"] for label in trace.get("y") or ()]
    assert f"{MODEL.channels[2]} ({tiny_run.name})" in rows


@pytest.mark.slow
def test_switched_off_channels_are_computed_when_asked_for_and_stored(tiny_run: Run) -> None:
    def open_zero() -> AppTest:
        app = open_page("channels", tiny_run)
        app.button_group(key="ablation_layer").set_value("conv7")
        return app.button_group(key="ablation_replacement").set_value("zero").run()

    app = open_zero()
    press(app, SWITCH_OFF)
    cache = channel_results.ablation_cache("conv7", "zero", channel_results.SUBSET_SIZE)
    ablation = cache.read(latest_snapshot(tiny_run))
    assert ablation is not None
    needed = f"**{ablation.needed(MARGIN)} of 10 channels** of conv7"
    assert needed in text_of(app)
    again = open_zero()
    assert needed in text_of(again)
    assert SWITCH_OFF not in button_labels(again)


@pytest.mark.slow
def test_long_computations_start_in_processes_of_their_own(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        Job, "start", lambda job: started.append((job.snapshot, job.kind, *job.arguments))
    )
    app = open_page("channels", tiny_run)
    app.button_group(key="ablation_layer").set_value("conv1").run()
    press(app, SWITCH_OFF)
    press(app, "On all 10,000 test images")
    press(app, "Train on after the cut")
    snapshot = latest_snapshot(tiny_run)
    assert started == [(snapshot, "ablation", "conv1", "mean"), (snapshot, "pruning", "conv1")]
    job = kinds.pruning(snapshot, "conv1")
    job.lock_file.parent.mkdir(parents=True, exist_ok=True)
    storage.write_json(job.progress_file, {"done": 0.5})
    with FileLock(job.lock_file):
        app.run()
        press(app, "Stop")
    assert not job.progress_file.exists()
