"""The Evaluate page: its numbers, and the images behind them."""

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.statistics import accuracy_interval
from mnistviz.digits import my_digits
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation import calibration, label_issues, mcnemar, robustness
from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.evaluation.predictions import (
    Answers,
    errors_of,
    in_cell,
    known_logits,
)
from mnistviz.evaluation.predictions import (
    answers_of as answers_of_logits,
)
from mnistviz.evaluation.scoring import score
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.ui.evaluate import evaluated_set
from tests.helpers.pages import button_labels, metrics_of, open_page, press, text_of

pytestmark = pytest.mark.pages


def answers_of(run: Run) -> Answers:
    """The answers of a run's last snapshot to the test images."""
    return evaluated_set.answers(latest_snapshot(run), evaluated_set.test_set(None))


def open_view(view: str, run: Run) -> AppTest:
    app = open_page("evaluate", run)
    app.button_group(key="evaluate_view").set_value(view).run()
    assert not app.exception
    return app


def test_the_headline_has_the_numbers_of_the_answers(tiny_run: Run) -> None:
    app = open_page("evaluate", tiny_run)
    assert not app.exception
    answers = answers_of(tiny_run)
    right = int(answers.right.sum())
    metrics = {metric.label: metric for metric in app.metric}
    low, high = accuracy_interval(right, NUM_TEST_IMAGES)
    assert metrics["Accuracy"].value == f"{right / NUM_TEST_IMAGES:.2%}"
    assert metrics["Accuracy"].delta == f"likely range: {low:.2%} to {high:.2%}"
    assert metrics["Read wrong"].value == f"{NUM_TEST_IMAGES - right:,}"


def test_the_most_frequent_mix_up_is_open_at_first(tiny_run: Run) -> None:
    answers = answers_of(tiny_run)
    confusion = score(answers.logits, answers.data.labels).confusion.copy()
    np.fill_diagonal(confusion, 0)
    label, answer = np.unravel_index(confusion.argmax(), confusion.shape)
    number = len(in_cell(answers, int(label), int(answer)))
    assert f"{number:,} images of a {label}, read as {answer}" in text_of(
        open_page("evaluate", tiny_run)
    )


@pytest.mark.slow
def test_mistakes_are_shown_for_one_digit(tiny_run: Run) -> None:
    app = open_view("mistakes", tiny_run)
    answers = answers_of(tiny_run)
    assert f"**{np.sum(~answers.right):,} mistakes**" in text_of(app)
    app.button_group(key="evaluate_only").set_value(4).run()
    fours = int((answers.data.labels[~answers.right] == 4).sum())
    assert f" of {fours:,}, highest probability first" in text_of(app)


def test_answers_are_stored_on_disk(tiny_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    first = answers_of(tiny_run)
    st.cache_resource.clear()
    monkeypatch.setattr(
        evaluated_set.loaded_networks, "network", lambda *_: pytest.fail("computed again")
    )
    np.testing.assert_array_equal(answers_of(tiny_run).logits, first.logits)


@pytest.mark.slow
def test_a_network_at_its_random_start_has_a_page(tiny_run: Run) -> None:
    app = open_page("evaluate", tiny_run)
    app.sidebar.select_slider(key="snapshot").set_value(0).run()
    assert not app.exception
    answers = evaluated_set.answers(Snapshot(tiny_run, 0), evaluated_set.test_set(None))
    assert metrics_of(app)["Accuracy"] == f"{answers.right.mean():.2%}"


def test_calibration_is_shown_before_and_after(tiny_run: Run) -> None:
    metrics = metrics_of(open_view("trust", tiny_run))
    fitted = calibration.calibration_of(latest_snapshot(tiny_run))
    assert fitted is not None
    assert metrics["Temperature"] == f"{fitted.temperature:.3f}"
    assert metrics["Calibration error, calibrated"] != metrics["Calibration error, as it is"]


@pytest.mark.slow
def test_a_run_without_held_out_images_is_not_calibrated() -> None:
    reference = registry.find_run("reference")
    assert calibration.held_out(reference) == 0
    app = open_view("trust", reference)
    assert len(app.info) == 1
    assert "Calibration error, calibrated" not in metrics_of(app)


@pytest.mark.slow
def test_a_second_look_is_computed_on_demand_and_stored(tiny_run: Run) -> None:
    snapshot = latest_snapshot(tiny_run)
    app = open_page("evaluate", tiny_run)
    app.button_group(key="evaluate_view").set_value("second").run()
    press(app, "Look seven times")
    data = evaluated_set.test_set(None)
    logits = known_logits(snapshot, data, evaluated_set.digest(data), "second")
    assert logits is not None
    single, second = answers_of(tiny_run), answers_of_logits(data, logits)
    metrics = metrics_of(app)
    assert metrics["Accuracy"] == f"{single.right.mean():.2%}"
    assert metrics["Accuracy, second look"] == f"{second.right.mean():.2%}"
    corrected = int((second.right & ~single.right).sum())
    assert f"corrects **{corrected:,} answer" in text_of(app)
    app.button_group(key="evaluate_second_shown").set_value("worse").run()
    assert not app.exception
    spoilt = int((single.right & ~second.right).sum())
    assert f" of {spoilt:,}, highest probability first" in text_of(app)


@pytest.mark.slow
def test_two_runs_are_compared_on_the_same_images(tiny_run: Run) -> None:
    app = open_view("pair", tiny_run)
    app.selectbox(key="evaluate_other").set_value("reference").run()
    assert not app.exception
    first, second = answers_of(tiny_run), answers_of(registry.find_run("reference"))
    result = mcnemar.compare(first.right, second.right)
    counts = [int(metric.value.replace(",", "")) for metric in app.metric[4:8]]
    assert counts == [result.both, result.only_first, result.only_second, result.neither]
    # The same run at the same snapshot can't be compared.
    app.selectbox(key="evaluate_other").set_value(tiny_run.id).run()
    assert len(app.info) == 1
    assert len(app.metric) == 4


@pytest.mark.slow
def test_a_corruption_is_applied_to_the_chosen_image(tiny_run: Run) -> None:
    app = open_view("robustness", tiny_run)
    rotation = CORRUPTIONS["rotation"]
    app.selectbox(key="evaluate_distortion").set_value(rotation.name).run()
    slider = app.slider(key="evaluate_dial_rotation")
    assert (slider.min, slider.max) == (min(rotation.levels), max(rotation.levels))
    assert slider.value == rotation.neutral
    slider.set_value(10.0).run()
    label = load_mnist().y_test[0]
    assert f"Test image 0, a {label}, at 10 {rotation.unit}: " in text_of(app)
    # The run was trained without augmentation.
    assert robustness.trained_on(rotation, tiny_run.spec.train) is None
    assert "outside of what it was trained on" in text_of(app)


@pytest.mark.slow
def test_missing_robustness_curves_are_measured(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    subset = robustness.subset
    monkeypatch.setattr(robustness, "subset", lambda data: subset(data, 2))
    app = open_view("robustness", tiny_run)
    offer = f"Measure {len(CORRUPTIONS)} curves"
    press(app, offer)
    table = app.dataframe[0].value
    assert list(table.columns) == [tiny_run.name]
    assert len(table) == len(CORRUPTIONS)
    assert "Measure" not in " ".join(button_labels(app))
    # The curves of another run are missing.
    app.multiselect(key="evaluate_robust_runs").set_value([registry.find_run("reference").id]).run()
    assert offer in button_labels(app)


@pytest.mark.slow
def test_the_first_image_of_a_cell_is_shown_until_one_is_chosen(tiny_run: Run) -> None:
    app = open_view("mistakes", tiny_run)
    answers = answers_of(tiny_run)
    first = int(errors_of(answers)[0])
    assert f"Test image {first}" in text_of(app)
    press(app, "Show it on all pages")
    assert app.sidebar.number_input(key="image").value == first
    right = int(answers.right.argmax())
    app.sidebar.number_input(key="image").set_value(right).run()
    assert f"Test image {right}" in text_of(app)
    app.button_group(key="evaluate_only").set_value(4).run()
    assert f"Test image {right}\n" not in text_of(app) + "\n"


@pytest.mark.slow
def test_a_label_is_marked_and_left_out(tiny_run: Run) -> None:
    answers = answers_of(tiny_run)
    number, mistakes = int((~answers.right).argmax()), int((~answers.right).sum())
    app = open_page("evaluate", tiny_run)
    app.sidebar.number_input(key="image").set_value(number).run()
    mark_of(app).set_value("wrong").run()
    assert not app.exception
    digest = evaluated_set.digest(evaluated_set.test_set(None))
    assert label_issues.read(digest) == {number: "wrong"}
    app.button_group(key="evaluate_view").set_value("doubts").run()
    table = app.dataframe[0].value
    assert table["images"].tolist() == [NUM_TEST_IMAGES, NUM_TEST_IMAGES - 1, NUM_TEST_IMAGES - 1]
    assert table["mistakes"].tolist() == [mistakes, mistakes - 1, mistakes - 1]
    # The mark is shown and can be removed.
    assert mark_of(app).value == "wrong"
    mark_of(app).set_value("right").run()
    assert label_issues.read(digest) == {}


def mark_of(app: AppTest) -> st.testing.v1.element_tree.ButtonGroup[str]:
    """The widget that marks the label of the chosen image."""
    return next(group for group in app.button_group if "evaluate_doubt" in (group.key or ""))


@pytest.mark.slow
def test_an_uploaded_set_is_evaluated(tiny_run: Run) -> None:
    data = load_mnist()
    own = LabelledSet("mine.npz", data.x_train[:30], data.y_train[:30], "30 images as they are.")
    app = open_page("evaluate", tiny_run)
    app.session_state[evaluated_set.UPLOADED] = (("id",), own)
    app.button_group(key="evaluate_source").set_value("own").run()
    assert not app.exception
    assert next(metric for metric in app.metric if metric.label == "Read wrong").delta == "of 30"
    app.button_group(key="evaluate_view").set_value("trust").run()
    assert not app.exception


@pytest.mark.slow
def test_my_digits_are_a_set(tiny_run: Run) -> None:
    app = open_page("evaluate", tiny_run)
    app.button_group(key="evaluate_source").set_value("digits").run()
    assert len(app.info) == 1
    assert not app.metric
    data = load_mnist()
    for number in range(3):
        my_digits.save(data.x_train[number], int(data.y_train[number]))
    app.run()
    assert not app.exception
    assert next(metric for metric in app.metric if metric.label == "Read wrong").delta == "of 3"


def test_the_export_names_the_command_that_makes_it(tiny_run: Run) -> None:
    app = open_view("export", tiny_run)
    command = f"python -m mnistviz evaluate {tiny_run.name} --robustness --out"
    assert command in app.code[0].value
