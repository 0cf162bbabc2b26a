"""The Runs page: the table, what is chosen in it, and what can be done to runs."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import find_recipe
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.exports import formats
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies import challenge, generalization_gap
from mnistviz.studies.challenge import Goal
from mnistviz.training import launcher
from tests.helpers.made_runs import BUNDLED, EIGHT, SPEC, TEN, give_weights, make_run
from tests.helpers.pages import open_page, press, text_of
from tests.helpers.run_zips import packed

pytestmark = pytest.mark.pages

ALWAYS = [f"{name} (bundled)" for name in BUNDLED]


def open_runs(chosen: Sequence[Run] = ()) -> AppTest:
    app = open_page("overview")
    app.session_state["chosen_runs"] = [run.id for run in chosen]
    app.switch_page("pages/runs.py").run()
    assert not app.exception
    return app


def names_in(app: AppTest, table: int = 0) -> list[str]:
    return list(app.dataframe[table].value["name"])


# ---------------------------------------------------------------- the table


def test_the_table_has_all_runs_with_settings_and_results() -> None:
    parent = make_run("mine", 0.9)
    metadata.annotate(make_run("fork", 0.8, parent=Parent(run=parent.id, step=10)), "my note")
    make_run("orphan", parent=Parent(run="gone", step=1_000))
    table = open_runs().dataframe[0].value.set_index("name")
    assert list(table.index) == [*ALWAYS, "orphan", "fork", "mine"]
    mine = table.loc["mine"]
    assert mine["validation"] == pytest.approx(90)
    assert mine["test"] == pytest.approx(89)
    assert mine["measured on"] == "held-out images"
    assert (mine["state"], mine["recipe"], mine["channels"]) == ("finished", "plain", "10/15/20")
    assert (mine["parameters"], mine["seed"], mine["epochs"], mine["of"]) == (14_000, 0, 2, 2)
    assert mine["seconds"] == 62
    assert table.loc["reference (bundled)", "measured on"] == "the test set"
    assert table.loc["fork", "begins from"] == "mine:1"
    assert table.loc["fork", "note"] == "my note"
    assert table.loc["orphan", "begins from"] == "gone, step 1,000 (not here)"


@pytest.mark.slow
def test_search_and_filters_narrow_the_table_and_keep_what_is_chosen() -> None:
    ten = metadata.annotate(make_run("ten"), "good with sevens")
    make_run("eight", model=EIGHT)
    app = open_runs([ten])
    app.text_input(key="runs_search").set_value("SEVENS 10/15").run()
    assert names_in(app) == ["ten"]
    assert f"1 of {len(ALWAYS) + 2} runs pass the filters." in text_of(app)
    app.text_input(key="runs_search").set_value("").run()
    app.multiselect(key="runs_channels").set_value(["8/16/32"]).run()
    assert names_in(app) == ["eight"]
    # Another row is shown, but what was chosen stays chosen.
    assert "**ten**" in text_of(app)
    app.multiselect(key="runs_channels").set_value([]).run()
    app.multiselect(key="runs_recipe").set_value(["reference"]).run()
    assert names_in(app) == ["reference (bundled)"]
    app.multiselect(key="runs_state").set_value(["finished"]).run()
    assert names_in(app) == ["reference (bundled)"]


@pytest.mark.slow
def test_a_filter_whose_last_run_is_deleted_is_ignored() -> None:
    eight = make_run("eight", model=EIGHT)
    app = open_runs()
    app.multiselect(key="runs_channels").set_value(["8/16/32"]).run()
    metadata.delete(eight)
    app.run()
    assert not app.exception
    assert names_in(app) == ALWAYS


@pytest.mark.slow
def test_without_own_runs_the_page_has_a_hint() -> None:
    app = open_runs()
    assert len(app.info) == 1
    make_run("mine")
    app.run()
    assert not app.info


def test_a_damaged_run_is_shown_as_damaged() -> None:
    run = make_run("broken")
    (run.path / "spec.json").write_text("{")
    app = open_runs()
    assert "Damaged: 1" in [expander.label for expander in app.expander]
    table = app.dataframe[1].value
    assert table["name"][0] == "broken"
    assert table["folder"][0] == str(run.path)


# ---------------------------------------------------------------- actions


@pytest.mark.slow
def test_a_run_is_opened_for_all_pages() -> None:
    run = make_run("mine")
    app = press(open_runs([run]), "Open")
    assert len(app.success) == 1
    assert app.sidebar.selectbox(key="run").value == run.id


@pytest.mark.slow
def test_a_run_is_renamed_and_annotated() -> None:
    run = make_run("before")
    app = open_runs([run])
    app.text_input(key=f"runs_name_{run.id}_before").set_value("after")
    press(app, "Keep")
    assert "after" in app.success[0].value
    assert names_in(app) == [*ALWAYS, "after"]
    app.text_area(key=f"runs_note_{run.id}_").set_value("my note")
    next(button for button in app.button if button.form_id.startswith("form_runs_note")).click()
    app.run()
    assert len(app.success) == 1
    assert registry.find_run("after").note == "my note"


@pytest.mark.slow
def test_a_name_that_is_taken_is_an_error() -> None:
    run = make_run("mine")
    app = open_runs([run])
    app.text_input(key=f"runs_name_{run.id}_mine").set_value("reference")
    press(app, "Keep")
    assert app.error[0].value.startswith("name: 'reference' is taken")
    assert registry.find_run("mine").id == run.id


@pytest.mark.slow
def test_deleted_runs_are_restored_with_one_click() -> None:
    first, second = make_run("first"), make_run("second")
    app = open_runs([first, second])
    app.sidebar.selectbox(key="run").set_value(first.id).run()
    press(app, "Delete")
    assert app.success[0].value == "Deleted second, first."
    assert names_in(app) == ALWAYS
    # The page-wide run is gone: all pages show the default again.
    assert app.sidebar.selectbox(key="run").value == "best"
    assert not app.sidebar.warning
    press(app, "Bring back")
    assert app.success[0].value == "second, first came back."
    assert names_in(app) == [*ALWAYS, "second", "first"]
    assert "Bring back" not in [button.label for button in app.button]


@pytest.mark.slow
def test_deleted_runs_can_be_restored_later_and_bundled_ones_not_deleted() -> None:
    run = make_run("mine")
    metadata.delete(run)
    make_run("mine")
    app = open_runs()
    assert "Deleted: 1" in [expander.label for expander in app.expander]
    press(app, "Restore all")
    assert app.success[0].value == (
        "mine-2 came back. mine is mine-2 now, for another run has that name."
    )
    app = open_runs([registry.find_run("reference")])
    assert next(button for button in app.button if button.label == "Delete").disabled


@pytest.mark.slow
def test_a_zip_is_imported_and_chosen() -> None:
    source = packed(registry.find_run("reference"), step=9380, steps=(0, 9380))
    app = open_runs()
    app.file_uploader[0].upload("reference.zip", source.getvalue(), "application/zip").run()
    assert not app.exception
    assert app.success[0].value == "Imported as reference-2, for reference is here already."
    assert "**reference-2**" in text_of(app)
    app.file_uploader[0].upload("bad.zip", b"no zip", "application/zip").run()
    assert app.error[0].value.startswith("import: expected")


def test_an_export_is_made_after_the_click(monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run("mine")
    give_weights(run, 0, 10)
    monkeypatch.setattr(
        "mnistviz.runs.archive.pack.export", lambda *_, **__: pytest.fail("nobody has clicked")
    )
    monkeypatch.setattr(formats, "packed", lambda *_: pytest.fail("nobody has clicked"))
    app = open_runs([run])
    assert app.selectbox(key=f"export_step_{run.id}").value == 10
    labels = [button.label for button in app.get("download_button")]
    assert labels == ["Make and download the zip", *(each.title for each in formats.FORMATS)]


@pytest.mark.slow
def test_a_damaged_snapshot_is_an_error_before_the_export() -> None:
    run = make_run("mine")
    give_weights(run, 0, 10)
    snapshots.file_of(Snapshot(run, 0)).write_bytes(b"PK")
    app = open_runs([run])
    assert "step-0000000.npz" in app.error[0].value
    app.toggle(key="export_all").set_value(False).run()
    assert not app.error


# ---------------------------------------------------------------- side by side


def test_two_runs_are_compared_by_settings_and_results() -> None:
    first, second = make_run("ten", 0.9), make_run("eight", 0.95, EIGHT)
    app = open_runs([first, second])
    settings, results = (table.value for table in app.dataframe[1:3])
    assert settings.values.tolist() == [["channels", "8/16/32", "10/15/20"]]
    assert list(settings.columns) == ["setting", "eight", "ten"]
    assert results.values.tolist() == [
        ["validation accuracy", "95.00%", "90.00%", "−5.00 points"],
        ["test accuracy", "94.00%", "89.00%", "−5.00 points"],
        ["parameters", "18,050", "14,000", "-4,050"],
        ["epochs done", "2", "2", "+0"],
        ["seconds", "62", "62", "+0"],
    ]
    assert "Paired by seed" not in [heading.value for heading in app.subheader]


def test_a_learning_rate_set_by_hand_is_named() -> None:
    run = make_run("mine")
    with run.metrics_file.open("a") as log:
        log.write('{"event": "learning_rate", "step": 3, "learning_rate": 0.1}\n')
    assert "The learning rate of mine was set by hand while it trained" in text_of(open_runs([run]))


@pytest.mark.slow
def test_curves_are_drawn_for_each_run_or_for_each_group() -> None:
    chosen = [make_run(f"ten-{seed}", 0.9, TEN, SPEC.changed(seed=seed)) for seed in (0, 1)]
    chosen.append(make_run("eight", 0.95, EIGHT))
    app = open_runs(chosen)
    assert names_drawn(app) == ["eight", "ten-1", "ten-0"]
    app.toggle(key="compare_grouped").set_value(True).run()
    assert names_drawn(app) == ["channels 8/16/32 (n = 1)", "channels 10/15/20 (n = 2)"]
    app.button_group(key="compare_splits").set_value(["validation", "batch"]).run()
    assert names_drawn(app).count("channels 10/15/20 (n = 2)") == 2
    app.button_group(key="compare_splits").set_value([]).run()
    assert len(app.info) == 1


def names_drawn(app: AppTest) -> list[str]:
    """The named curves of the first chart."""
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    return [trace["name"] for trace in figure["data"] if trace.get("name")]


@pytest.mark.slow
def test_pairs_by_seed_have_a_difference_and_a_verdict() -> None:
    chosen = []
    for seed in range(3):
        chosen.append(make_run(f"ten-{seed}", 0.9 + seed / 100, TEN, SPEC.changed(seed=seed)))
        accuracy = 0.901 + seed / 100 + seed / 10_000
        chosen.append(make_run(f"eight-{seed}", accuracy, EIGHT, SPEC.changed(seed=seed)))
    app = open_runs(chosen)
    assert (
        "**channels 10/15/20** minus **channels 8/16/32**: −0.110 points on average, 95 % interval "
        "−0.135 to −0.085, n = 3 pairs (seeds 0, 1, 2). The interval leaves out 0: channels "
        "10/15/20 is **lower**." in text_of(app)
    )
    app.selectbox(key="pairs_second").set_value("channels 8/16/32").run()
    assert "Choose two groups that differ." in [info.value for info in app.info]


def test_groups_without_a_shared_seed_have_a_hint() -> None:
    chosen = [make_run(f"ten-{seed}", 0.9, TEN, SPEC.changed(seed=seed)) for seed in (0, 1)]
    chosen.append(make_run("eight", 0.9, EIGHT, SPEC.changed(seed=5)))
    app = open_runs(chosen)
    assert len(app.info) == 1


def test_a_run_without_any_row_is_no_error() -> None:
    run = registry.create_run("reference", TEN, TrainSpec(), "new")
    app = open_runs([run])
    assert app.dataframe[0].value.set_index("name").loc["new", "state"] == "crashed"


# ---------------------------------------------------------------- the gap


@pytest.mark.slow
def test_five_trainings_are_started_by_one_click(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(
        launcher, "start", lambda *words: started.append((words[1], words[2], words[3]))
    )
    app = open_runs()
    app.button_group(key="runs_view").set_value("gap").run()
    app.number_input(key="gap_epochs").set_value(3)
    app.number_input(key="gap_seed").set_value(4).run()
    press(app, "Train the five")
    assert started == [
        (training.model, generalization_gap.training_of(3, 4), f"{training.name}-2")
        for training in generalization_gap.GAP_TRAININGS
    ]


@pytest.mark.slow
def test_the_gap_is_drawn_for_the_trainings_that_are_there() -> None:
    train = generalization_gap.training_of(epochs=2).changed(num_images=1_000)
    for training in generalization_gap.GAP_TRAININGS[:3]:
        make_run(f"my {training.name}", 0.9, training.model, train)
    app = open_runs()
    app.button_group(key="runs_view").set_value("gap").run()
    assert list(app.dataframe[0].value["run"]) == [
        one.name for one in generalization_gap.GAP_TRAININGS
    ]
    app.selectbox(key="gap_set").set_value(1).run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["run"]) == ["my gap-plain", "my gap-neither", "my gap-dropout"]
    assert list(table["gap, points"]) == pytest.approx([5, 5, 5])
    assert "Not trained yet: 10/15/20, batch normalization, 10/15/20, both." in text_of(app)
    assert generalization_gap.command_of(generalization_gap.GAP_TRAININGS[4]) in app.code[0].value


def test_recipe_of_the_gap_is_one_that_holds_out_images() -> None:
    assert find_recipe(generalization_gap.RECIPE).train.validated_on == "held_out"


def test_a_run_can_be_taken_elsewhere_in_every_format() -> None:
    app = open_runs([registry.find_run("best")])
    elsewhere = {key: each for each in app.get("download_button") if (key := key_of(each))}
    assert set(elsewhere) == {f"{each.name}{each.suffix}" for each in formats.FORMATS}
    for each in formats.FORMATS:
        assert elsewhere[f"{each.name}{each.suffix}"].label == each.title
        assert (formats.missing_package(each) or each.text) in text_of(app)


def key_of(button: Any) -> str:
    """The format of a download button: its name and suffix; empty for other buttons."""
    found = re.search(r"elsewhere_([a-z]+\.[a-z]+)_", str(button.proto.id))
    return found[1] if found else ""


# ---------------------------------------------------------------- the challenge


def open_challenge() -> AppTest:
    app = open_page("runs")
    app.button_group(key="runs_view").set_value("challenge").run()
    assert not app.exception
    return app


@pytest.mark.slow
def test_a_preset_fills_the_form_and_the_goal_is_what_the_form_holds() -> None:
    make_run("mine", 0.96, model=ModelSpec(network="4C3-MP2-8C3-GAP-10FC"))
    app = open_challenge()
    assert not app.dataframe
    app.selectbox(key="challenge_preset").set_value("Tiny: 1,000 parameters").run()
    assert app.number_input(key="challenge_accuracy").value == pytest.approx(97)
    # Typed and pressed at once.
    app.number_input(key="challenge_accuracy").set_value(95)
    app.button_group(key="challenge_images").set_value("validation")
    press(app, "Set this goal")
    assert challenge.goal() == Goal(parameters=1_000, epochs=20, accuracy=0.95, images="validation")
    outcomes = app.dataframe[0].value.set_index("run")["outcome"]
    assert outcomes["mine"].startswith("reached in epoch 1 with ")
    assert "parameters too many" in outcomes["best"]
    press(app, "Remove the goal")
    assert challenge.goal() is None


@pytest.mark.slow
def test_a_goal_beyond_its_limits_is_refused_and_the_form_stays() -> None:
    app = open_challenge()
    app.number_input(key="challenge_epochs").set_value(0)
    press(app, "Set this goal")
    assert app.error[0].value == "epochs: expected at least 1, got 0"
    assert app.number_input(key="challenge_epochs").value == 0
    assert challenge.goal() is None


def test_train_says_how_far_a_run_is_from_the_goal() -> None:
    challenge.set_goal(Goal())
    run = registry.find_run("reference")
    assert "points short, best in epoch 17." in text_of(open_page("train", run))
