"""My digits, as a whole page: the first one, the gallery, labels, deleting, who reads them."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.core import storage
from mnistviz.core.run_spec import Parent
from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from mnistviz.digits.my_digits import Digit
from mnistviz.runs import fine_tune_set, registry, result_cache
from mnistviz.runs.snapshots import Snapshot, steps_of
from mnistviz.training import fine_tuning
from mnistviz.ui.shared import state
from tests.helpers.made_runs import give_weights
from tests.helpers.pages import open_page, press, text_of

pytestmark = [pytest.mark.pages, pytest.mark.slow]

IMAGES, LABELS = load_mnist().x_test, load_mnist().y_test


def keep(*numbers: int) -> list[Digit]:
    return [my_digits.save(IMAGES[number], int(LABELS[number])) for number in numbers]


def choose(app: AppTest, digit: Digit) -> None:
    """What a click on a picture leaves; the browser's test clicks."""
    app.session_state[state.CHOSEN_DIGIT] = digit.id
    app.run()


def messages(app: AppTest) -> list[str]:
    return [element.value for element in [*app.success, *app.error, *app.info, *app.warning]]


def test_without_a_digit_it_says_how_to_get_one() -> None:
    app = open_page("my_digits")
    assert not app.exception
    assert messages(app) == [
        "You have none yet. Write a digit on the **Draw** page; below the answer, say whether it "
        "was right or what it was. That one tap keeps it here."
    ]


def test_what_was_kept_as_no_digit_is_shown_and_can_be_deleted() -> None:
    my_digits.save(IMAGES[0], my_digits.NO_DIGIT)
    my_digits.save(np.full((28, 28), 255, np.uint8), my_digits.NO_DIGIT)
    app = open_page("my_digits")
    assert not app.exception
    assert "Kept as no digit: 2" in [box.label for box in app.expander]
    assert "1 of 2 are refused" in text_of(app)
    press(app, "Delete all")
    assert my_digits.non_digits() == []


@pytest.mark.slow
def test_a_digit_is_named_anew_deleted_and_brought_back() -> None:
    seven, _ = keep(0, 1)
    app = open_page("my_digits")
    assert not app.exception
    assert "**2** digits of your own, read by **best**" in text_of(app)
    choose(app, seven)
    app.button_group(key=f"my_digit_is_{seven.id}_7").set_value(1).run()
    assert messages(app) == ["It is a 1 now."]
    assert my_digits.find(seven.id).label == 1
    # Now it is one that the network reads wrong.
    assert "best reads **7** at" in text_of(app)
    toggle = app.toggle(key="my_digits_wrong")
    assert toggle.label == "Only those that best reads wrong: 1"
    press(app, "Delete")
    assert messages(app) == ["1 digit is deleted."]
    assert len(my_digits.list_digits()) == 1
    press(app, "Bring back")
    assert messages(app) == ["1 digit is back."]
    assert len(my_digits.list_digits()) == 2
    assert not app.exception


@pytest.mark.slow
def test_all_that_are_shown_can_be_deleted() -> None:
    keep(*range(12))
    app = open_page("my_digits")
    label = int(LABELS[0])
    app.button_group(key="my_digits_label").set_value(label).run()
    number = int((LABELS[:12] == label).sum())
    press(app, f"Delete these {number}")
    assert my_digits.class_counts(my_digits.list_digits())[label] == 0
    app.button_group(key="my_digits_label").set_value(label).run()
    assert "None of your digits is so. Choose others above." in messages(app)


@pytest.mark.slow
def test_a_digit_becomes_the_image_of_all_pages() -> None:
    (two,) = keep(1)
    app = open_page("my_digits")
    choose(app, two)
    press(app, "Use on all pages")
    app.switch_page("pages/feature_maps.py").run()
    assert not app.exception
    assert "in **your drawing**" in text_of(app)


def test_who_reads_them_is_told_with_its_interval() -> None:
    kept = keep(0, 1, 2)
    my_digits.relabel(kept[0].id, 1)
    app = open_page("my_digits")
    app.button_group(key="my_digits_view").set_value("scores").run()
    assert not app.exception
    assert app.metric[0].value == "66.7%"
    assert "anywhere from **20.8%** to **93.9%** (95% interval)" in text_of(app)
    table = app.dataframe[0].value
    assert table["kept"].tolist() == my_digits.class_counts(my_digits.list_digits()).tolist()
    assert table["read right"].sum() == 2
    # best has read them for the line above; the others wait to be asked.
    assert app.dataframe[1].value["run"].tolist() == ["best"]


def test_what_a_taught_copy_gained_and_cost_is_told() -> None:
    kept = keep(*range(8))
    found = my_digits.as_labelled_set(kept)
    best = registry.find_run("best")
    parts = fine_tune_set.split(found, 0)
    own = fine_tune_set.described(parts, found, 0.2, 0)
    train = fine_tuning.settings(best.spec.train)
    parent = Parent(run="best", step=steps_of(best)[-1])
    run = registry.create_run("best", best.spec.model, train, "taught", parent, own)
    fine_tune_set.write(run.path, parts)
    give_weights(run, 0, 300)
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 300, "total": 300})
    was, now = np.zeros(2, bool), np.array([True, False])
    rest = np.ones(6, bool)
    test = np.arange(10_000) > 49
    measured = {"test_before": test, "test_after": np.roll(test, 3)}
    measured |= {"held_before": was, "held_after": now}
    measured |= {"trained_before": rest, "trained_after": rest}
    result_cache.write_arrays(Snapshot(run, 300), "tuning", measured)

    app = open_page("my_digits")
    app.button_group(key="my_digits_view").set_value("teach").run()
    assert not app.exception
    assert [(one.label, one.value, one.delta) for one in app.metric] == [
        ("Held out, not trained on", "1 of 2", "+1 right"),
        ("Trained on: no test", "6 of 6", "as before"),
        ("Test set of MNIST", "9,950 of 10,000", "as before"),
    ]
    told = text_of(app)
    assert "of 2 digits held out, 0 were right before and 1 are now (1 newly right" in told
    assert "3 are newly wrong and 3 newly right: 99.50% before, 99.50% now." in told
    assert "Trained on 6 digits, 20% of 12,800 images a round, 330 steps." in told
