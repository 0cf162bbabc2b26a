"""The Evaluate page: its numbers, and the images behind them."""

import pytest

from mnistviz.digits import my_digits
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import label_issues, robustness
from mnistviz.runs import registry, result_cache, snapshots
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.ui.evaluate import evaluated_set
from tests.helpers.pages import open_page, press, text_of

pytestmark = [pytest.mark.pages, pytest.mark.slow]


def test_the_numbers_of_the_bundled_network_and_its_mistakes() -> None:
    app = open_page("evaluate")
    assert not app.exception
    metrics = {metric.label: metric for metric in app.metric}
    assert metrics["Accuracy"].value == "99.51%"
    assert metrics["Accuracy"].delta == "95 %: 99.35% to 99.63%"
    assert metrics["Read wrong"].value == "49"
    # The most frequent mix-up is open: a first look needs no click.
    assert "images of a 4, read as 9" in text_of(app)
    app.button_group(key="evaluate_view").set_value("mistakes").run()
    assert "**49 mistakes**" in text_of(app)
    data = load_mnist()
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    found = evaluated_set.answers(Snapshot(best, step), evaluated_set.test_set())
    fours = int((data.y_test[~found.right] == 4).sum())
    app.button_group(key="evaluate_only").set_value(4).run()
    assert f"{fours} of {fours}, the surest first" in text_of(app)


def test_answers_are_read_once_and_kept_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    best = registry.find_run("best")
    step = snapshots.steps_of(best)[-1]
    evaluated_set._logits.clear()
    evaluated_set.answers(Snapshot(best, step), evaluated_set.test_set())
    name = f"logits-{evaluated_set.digest(evaluated_set.test_set())}"
    kept = result_cache.read_arrays(Snapshot(best, step), name)
    assert kept is not None
    assert kept["logits"].shape == (10_000, 10)
    evaluated_set._logits.clear()
    monkeypatch.setattr(
        evaluated_set.loaded_networks, "classifier", lambda *_: pytest.fail("read once more")
    )
    again = evaluated_set.answers(Snapshot(best, step), evaluated_set.test_set())
    assert int((~again.right).sum()) == 49


@pytest.mark.slow
def test_a_network_at_its_random_start_has_a_page_too() -> None:
    app = open_page("evaluate", registry.find_run("reference"))
    app.sidebar.select_slider(key="snapshot").set_value(0).run()
    assert not app.exception
    assert float(app.metric[0].value.rstrip("%")) < 40


def test_how_sure_it_is_before_and_after_calibration() -> None:
    app = open_page("evaluate")
    app.button_group(key="evaluate_view").set_value("trust").run()
    assert not app.exception
    metrics = {metric.label: float(metric.value.rstrip("%")) for metric in app.metric}
    assert metrics["Calibration error, calibrated"] < metrics["Calibration error, as it is"]
    # Its labels were smoothed, so it is never quite sure.
    assert 0.4 < metrics["Temperature"] < 0.8
    app.sidebar.selectbox(key="run").set_value("reference").run()
    assert "**reference** is **not calibrated**" in app.info[0].value
    assert "Calibration error, calibrated" not in [metric.label for metric in app.metric]


def test_two_runs_on_the_same_images() -> None:
    app = open_page("evaluate")
    app.button_group(key="evaluate_view").set_value("pair").run()
    app.selectbox(key="evaluate_other").set_value("reference").run()
    assert not app.exception
    counts = [int(metric.value.replace(",", "")) for metric in app.metric[4:8]]
    assert sum(counts) == 10_000
    _, only_best, only_reference, both_wrong = counts
    assert only_reference + both_wrong == 49
    assert f"best on {only_best}, reference on {only_reference}" in text_of(app)
    # The same run at the same snapshot has nothing to be compared with.
    app.selectbox(key="evaluate_other").set_value(registry.find_run("best").id).run()
    assert app.info[0].value.startswith("This is the same network.")


def test_the_dial_spoils_the_chosen_image_and_says_what_was_trained_on() -> None:
    app = open_page("evaluate")
    app.button_group(key="evaluate_view").set_value("robustness").run()
    assert not app.exception
    app.selectbox(key="evaluate_distortion").set_value("rotation").run()
    dial = app.slider(key="evaluate_dial_rotation")
    assert (dial.min, dial.max, dial.value) == (-90, 90, 0)
    dial.set_value(10.0).run()
    assert "Test image 0, a 7, at 10 degrees anticlockwise: still **7**" in text_of(app)
    assert "within what it was trained on" in text_of(app)
    app.slider(key="evaluate_dial_rotation").set_value(-90.0).run()
    assert "no longer 7 but" in text_of(app)
    assert "outside of what it was trained on" in text_of(app)


@pytest.mark.slow
def test_curves_are_measured_until_all_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness.subset, "__defaults__", (2,))
    app = open_page("evaluate")
    app.button_group(key="evaluate_view").set_value("robustness").run()
    press(app, "Measure 9 curves")
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table.columns) == ["best"]
    assert len(table) == 9
    assert "Measure" not in " ".join(button.label for button in app.button)
    # Another run laid over it has yet to be measured.
    app.multiselect(key="evaluate_robust_runs").set_value([registry.find_run("reference").id]).run()
    assert "Measure 9 curves" in [button.label for button in app.button]


def test_a_label_is_marked_and_left_out() -> None:
    app = open_page("evaluate")
    best = registry.find_run("best")
    found = evaluated_set.answers(latest_snapshot(best), evaluated_set.test_set())
    wrong = int((~found.right).argmax())
    app.sidebar.number_input(key="image").set_value(wrong).run()
    mark = next(group for group in app.button_group if "evaluate_doubt" in (group.key or ""))
    mark.set_value("wrong").run()
    assert not app.exception
    digest = evaluated_set.digest(evaluated_set.test_set())
    assert label_issues.read(digest) == {wrong: "wrong"}
    app.button_group(key="evaluate_view").set_value("doubts").run()
    table = app.dataframe[0].value
    assert table["images"].tolist() == [10_000, 9_999, 9_999]
    assert table["mistakes"].tolist() == [49, 48, 48]
    # What is marked is shown as marked, and can be taken back.
    mark = next(group for group in app.button_group if "evaluate_doubt" in (group.key or ""))
    assert mark.value == "wrong"
    mark.set_value("right").run()
    assert label_issues.read(digest) == {}


def test_another_set_than_the_test_images() -> None:
    data = load_mnist()
    own = LabelledSet("mine.npz", data.x_train[:30], data.y_train[:30], "30 images as they are.")
    app = open_page("evaluate")
    app.session_state[evaluated_set.UPLOADED] = (("id",), own)
    app.button_group(key="evaluate_source").set_value("own").run()
    assert not app.exception
    assert "on 30 images of mine.npz" in text_of(app)
    assert next(metric for metric in app.metric if metric.label == "Read wrong").delta == "of 30"
    app.button_group(key="evaluate_view").set_value("trust").run()
    assert not app.exception


def test_my_digits_are_a_set_once_there_are_some() -> None:
    app = open_page("evaluate")
    app.button_group(key="evaluate_source").set_value("digits").run()
    assert app.info[0].value == "You have kept no digits yet. Draw some, and say what they are."
    data = load_mnist()
    for number in range(3):
        my_digits.save(data.x_train[number], int(data.y_train[number]))
    app.run()
    assert not app.exception
    assert "on 3 images of My digits" in text_of(app)


def test_what_is_exported_is_offered_with_the_command_that_makes_it() -> None:
    app = open_page("evaluate")
    app.button_group(key="evaluate_view").set_value("export").run()
    assert not app.exception
    assert "python -m mnistviz evaluate best --robustness --out" in app.code[0].value
