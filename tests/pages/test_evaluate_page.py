"""The Evaluate page: its numbers, and the images behind them."""

import pytest

from mnistviz import cache, runs, snapshots
from mnistviz.data import load_mnist
from mnistviz.evaluation import robustness
from mnistviz.ui import evaluate_data

from .driver import choose_run, open_page, press, text_of

pytestmark = pytest.mark.pages


def test_the_numbers_of_the_bundled_network_and_its_mistakes() -> None:
    app = open_page("evaluate")
    assert not app.exception
    metrics = {metric.label: metric for metric in app.metric}
    assert metrics["Accuracy"].value == "99.52%"
    assert metrics["Accuracy"].delta == "95 %: 99.36% to 99.64%"
    assert metrics["Read wrong"].value == "48"
    # The most frequent mix-up is open: a first look needs no click.
    assert "images of a 5, read as 3" in text_of(app)
    app.button_group(key="evaluate_view").set_value("mistakes").run()
    assert "**48 mistakes**" in text_of(app)
    data = load_mnist()
    best = runs.find_run("best")
    step = snapshots.steps_of(best)[-1]
    found = evaluate_data.answers(best, step, evaluate_data.test_set())
    fours = int((data.y_test[~found.right] == 4).sum())
    app.button_group(key="evaluate_only").set_value(4).run()
    assert f"{fours} of {fours}, the surest first" in text_of(app)


def test_answers_are_read_once_and_kept_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    best = runs.find_run("best")
    step = snapshots.steps_of(best)[-1]
    evaluate_data._logits.clear()
    evaluate_data.answers(best, step, evaluate_data.test_set())
    name = f"logits-{evaluate_data.digest(evaluate_data.test_set())}"
    kept = cache.read(best, step, name)
    assert kept is not None
    assert kept["logits"].shape == (10_000, 10)
    evaluate_data._logits.clear()
    monkeypatch.setattr(
        evaluate_data.loaders, "classifier", lambda *_: pytest.fail("read once more")
    )
    again = evaluate_data.answers(best, step, evaluate_data.test_set())
    assert int((~again.right).sum()) == 48


def test_a_network_at_its_random_start_has_a_page_too() -> None:
    app = choose_run("evaluate", runs.find_run("reference"))
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
    assert not app.exception
    counts = [int(metric.value.replace(",", "")) for metric in app.metric[4:8]]
    assert sum(counts) == 10_000
    _, only_best, only_reference, both_wrong = counts
    assert only_reference + both_wrong == 48
    assert f"best on {only_best}, reference on {only_reference}" in text_of(app)
    # The same run at the same snapshot has nothing to be compared with.
    app.selectbox(key="evaluate_other").set_value(runs.find_run("best").id).run()
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
    app.slider(key="evaluate_dial_rotation").set_value(90.0).run()
    assert "no longer 7 but" in text_of(app)
    assert "outside of what it was trained on" in text_of(app)


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
    app.multiselect(key="evaluate_robust_runs").set_value([runs.find_run("reference").id]).run()
    assert "Measure 9 curves" in [button.label for button in app.button]
