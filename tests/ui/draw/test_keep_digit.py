"""Below an answer: one tap keeps the drawing, another takes it back."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist

pytestmark = pytest.mark.pages


def script(digit: int | None) -> None:
    import numpy as np

    from mnistviz.digits.drawing.preprocessing import normalise
    from mnistviz.digits.drawing.strokes import Strokes
    from mnistviz.digits.mnist import load_mnist, to_input
    from mnistviz.runs import registry
    from mnistviz.runs.snapshots import Snapshot
    from mnistviz.ui.draw.keep_digit import keep_digit

    image = to_input(load_mnist().x_test[0])
    line = np.array([[1, 2], [3, 4]], np.float32)
    probabilities = np.array([0, 0.25, 0, 0.75, 0, 0, 0, 0, 0, 0], np.float32)
    run = registry.find_run("best")
    keep_digit(
        Snapshot(run, 3), normalise(image), Strokes(280, 280, 18, (line,)), probabilities, digit
    )


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(script, default_timeout=30, kwargs={"digit": 3}).run()


def test_right_keeps_the_drawing_with_all_that_belongs_to_it(app: AppTest) -> None:
    assert [button.label for button in app.button] == ["Right, it is a 3"]
    app.button[0].click().run()
    assert not app.exception
    (kept,) = my_digits.list_digits()
    (answer,) = kept.answers
    assert (kept.label, answer.run, answer.step, answer.digit) == (3, "best", 3, 3)
    assert kept.strokes is not None
    assert np.abs(kept.image - load_mnist().x_test[0].astype(float)).mean() < 8
    assert app.markdown[0].value == ":material/check: Kept in My digits as a **3**."


@pytest.mark.slow
def test_wrong_keeps_it_as_what_was_tapped_and_it_can_be_taken_back(app: AppTest) -> None:
    app.button_group[0].set_value(0).run()
    assert my_digits.list_digits()[0].label == 0
    app.button_group[0].set_value(7).run()
    (kept,) = my_digits.list_digits()
    assert (kept.label, len(kept.answers)) == (7, 1)
    next(button for button in app.button if button.label == "Take back").click().run()
    assert my_digits.list_digits() == []
    assert app.button[0].label == "Right, it is a 3"
    assert not app.exception


@pytest.mark.slow
def test_what_is_refused_is_kept_as_no_digit() -> None:
    app = AppTest.from_function(script, default_timeout=30, kwargs={"digit": None}).run()
    assert [button.label for button in app.button] == ["Right, it is no digit"]
    app.button[0].click().run()
    assert app.markdown[0].value == ":material/check: Kept in My digits as **no digit**."
    assert my_digits.list_digits() == []
    (kept,) = my_digits.non_digits()
    assert kept.strokes is not None
    app.button_group[0].set_value(4).run()
    assert not app.exception
    assert my_digits.non_digits() == []
    assert [digit.label for digit in my_digits.list_digits()] == [4]


def test_what_cannot_be_kept_is_told(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_digits, "MAX_DIGITS", 0)
    app.button[0].click().run()
    assert app.error[0].value.startswith("My digits: expected at most 0 digits")
