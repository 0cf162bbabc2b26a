"""The page on channels: what plans cost, what a study says of them, how one is started."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.jobs import kinds
from mnistviz.inspection.jobs.job import Job
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import StudySpec
from mnistviz.studies.study_directory import Study, TrialResult
from tests.helpers.pages import open_page, press, text_of

pytestmark = [pytest.mark.pages, pytest.mark.slow]

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


def test_the_price_of_a_layer_is_reckoned_from_the_network() -> None:
    text = text_of(open_page("channels"))
    assert "a layer from 16 to 32 channels has **4,640** parameters, 9,280 in both blocks" in text
    assert "one from 15 to 20 has **2,720** and 5,440." in text


def test_any_plan_can_be_typed_and_its_ledger_adds_up() -> None:
    app = open_page("channels")
    ledger = app.dataframe[0].value
    assert dict(ledger.loc["all"]) == {
        "8/16/32": 18_050,
        "8/16/20": 14_234,
        "5/15/20": 13_255,
        "10/15/20": 14_000,
    }
    app.multiselect(key="channel_plans").set_value(["10/15/20", "4/8/16"]).run()
    ledger = app.dataframe[0].value
    assert ledger["4/8/16"].iloc[:-1].sum() == ledger.loc["all", "4/8/16"]
    assert ledger.loc["all", "4/8/16"] == ModelSpec(channels=(4, 8, 16)).parameters
    app.button_group(key="ledger_measure").set_value("multiply_accumulates").run()
    # By hand: 26 × 26 places, each with 3 × 3 × 1 weights for 10 channels.
    assert app.dataframe[0].value.loc["conv1", "10/15/20"] == 26 * 26 * 9 * 10


def test_what_is_typed_and_is_no_plan_is_named_and_the_rest_is_shown() -> None:
    app = open_page("channels")
    app.multiselect(key="channel_plans").set_value(["8/16", "10/15/20"]).run()
    assert app.error[0].value.startswith("channels: expected three whole numbers from 1 to 64")
    assert list(app.dataframe[0].value.columns) == ["10/15/20"]


def test_a_study_of_ones_own_is_shown_with_its_verdict() -> None:
    make_study()
    app = open_page("channels")
    text = text_of(app)
    assert not app.exception
    assert "8/16/32 against 10/15/20: they are **equivalent**" in text
    assert "What do 12 more channels in the widest layers buy for **4,050 more parameters**" in text
    assert "With 8/16/32 the network reaches 99.53" in text
    assert "**buy nothing beyond the margin of 0.10 points**" in text
    assert "beside 20 channels: 4 do **worse** (4 shared seeds, Holm over 1 pair)" in text
    assert "python -m mnistviz study --plan 8,16,32 --plan 10,15,20 --widths 4,20" in (
        app.code[0].value
    )


def test_a_study_that_is_not_over_says_how_far_it_is_and_goes_on_by_a_click(
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


def test_a_study_is_started_with_what_the_form_says(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Path] = []
    monkeypatch.setattr(runner, "start", started.append)
    app = open_page("channels")
    app.text_input(key="study_name").set_value("wide")
    app.number_input(key="study_num_seeds").set_value(2)
    app.multiselect(key="study_plans").set_value(["8/16/32", "4/4/4"])
    app.text_input(key="study_widths").set_value("4, 8").run()
    press(app, "Train the study")
    (path,) = started
    spec = study_directory.open_study(path).spec
    assert (spec.name, spec.recipe, spec.epochs) == ("wide", "study", 5)
    assert (spec.plans, spec.widths, spec.seeds) == (((8, 16, 32), (4, 4, 4)), (4, 8), (0, 1))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("study_widths", "4,x", "widths: expected numbers such as 4,8,12, got '4,x'"),
        ("study_name", "../out", "name: expected up to 60 letters"),
    ],
)
def test_a_form_with_a_mistake_starts_nothing(
    key: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "start", lambda path: pytest.fail("started"))
    app = open_page("channels")
    app.text_input(key=key).set_value(value).run()
    press(app, "Train the study")
    assert app.error[0].value.startswith(said)


def test_the_bundled_run_has_its_evidence_from_the_start() -> None:
    text = text_of(open_page("channels"))
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    ablation = channel_results.ablation_cache("conv3", "mean", 10_000).read(Snapshot(best, step))
    assert ablation is not None
    assert f"**{ablation.needed(0.001)} of 20 channels** of conv3 are enough to stay" in text
    assert "**conv3: " in text
    assert "- 20 channels: **8.0 of 8** gradient directions, " in text
    assert " of 20 channels carry 99 % of the variance" in text


def test_channels_of_the_chosen_run_are_switched_off_and_the_result_is_kept() -> None:
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    app = open_page("channels")
    app.button_group(key="ablation_layer").set_value("conv7")
    app.button_group(key="ablation_replacement").set_value("zero").run()
    press(app, "Switch them off, one by one")
    assert not app.exception
    assert "of 10 channels** of conv7 are enough to stay within 0.10 points of 99." in text_of(app)
    found = channel_results.ablation_cache("conv7", "zero", 2_000).read(Snapshot(best, step))
    assert found is not None
    by_mean = channel_results.ablation_cache("conv7", "mean", 2_000).read(Snapshot(best, step))
    assert by_mean is not None
    assert found.lost.tolist() != by_mean.lost.tolist()
    again = open_page("channels")
    again.button_group(key="ablation_layer").set_value("conv7")
    again.button_group(key="ablation_replacement").set_value("zero").run()
    assert "of 10 channels** of conv7" in text_of(again)
    assert "Switch them off, one by one" not in [button.label for button in again.button]


def test_what_takes_minutes_is_started_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        Job, "start", lambda job: started.append((job.snapshot, job.kind, *job.arguments))
    )
    app = open_page("channels")
    app.button_group(key="ablation_layer").set_value("conv1").run()
    press(app, "On all 10,000 test images")
    press(app, "Train on after the cut")
    snapshot = Snapshot(best, step)
    assert started == [
        (snapshot, "ablation", "conv1", "mean"),
        (snapshot, "pruning", "conv1"),
    ]
    job = kinds.pruning(snapshot, "conv1")
    job.lock_file.parent.mkdir(parents=True, exist_ok=True)
    storage.write_json(job.progress_file, {"done": 0.5})
    with FileLock(job.lock_file):
        app.run()
        press(app, "Stop")
    assert not job.progress_file.exists()
