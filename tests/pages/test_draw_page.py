"""What the Draw page says of a drawing, which comes by its link."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.core.assets import PROJECT
from mnistviz.digits import my_digits
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.studies.published_results import pen_strokes
from mnistviz.ui.shared import state
from tests.helpers.pages import open_page, press, text_of

pytestmark = [pytest.mark.pages, pytest.mark.slow]

SEVEN = [(80, 70), (200, 70), (120, 230)]
TO_AND_FRO = [(60 + 160 * (turn % 2), 60 + 12 * turn) for turn in range(14)]


def opened(points: list[tuple[float, float]], run: str = "best") -> AppTest:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=120)
    text = url_codec.to_text(Strokes(280, 280, 18, (np.array(points, np.float32),)))
    assert text is not None
    app.run()
    app.query_params["drawing"] = text
    app.sidebar.selectbox(key="run").set_value(run)
    app.switch_page("pages/draw.py").run()
    assert not app.exception
    return app


def test_a_digit_is_read_with_calibrated_probabilities_and_its_x_ray() -> None:
    app = opened(SEVEN)
    (metric,) = app.metric
    assert (metric.label, metric.value) == ("It reads", "7")
    text = text_of(app)
    assert "Calibrated with temperature 0.54" in text
    assert "Next best: " in text
    app.button_group(key="more").set_value("Other networks").run()
    table = app.dataframe[0].value
    assert list(table["run"]) == ["best", "handwriting", "reference"]
    assert list(table["calibrated"]) == [True, True, False]
    assert set(table["reads"]) == {7}
    app.button_group(key="more").set_value("X-ray").run()
    assert not app.exception
    assert "With all stages the network reads **7**" in text_of(app)
    app.button_group(key="xray_3").set_value(["centre of mass"]).run()
    assert not app.exception
    assert "With its whole sheet" in text_of(app)


def test_the_answer_that_is_kept_is_the_one_that_is_shown() -> None:
    app = opened(SEVEN)
    press(app, "Right, it is a 7")
    (kept,) = my_digits.list_digits()
    assert app.metric[0].delta == f"probability {max(kept.answers[0].probabilities):.1%}"


def test_the_address_has_the_digit_that_is_drawn_not_the_one_before() -> None:
    app = opened(SEVEN)
    app.sidebar.toggle(key="drawn").set_value(True).run()
    before = app.query_params["picture"]
    app.session_state["drawn_image"] = np.zeros((28, 28), np.float32)
    app.run()
    assert app.query_params["picture"] == before


def test_a_scribble_is_refused_and_the_page_says_how_often_rightly() -> None:
    app = opened(TO_AND_FRO, "reference")
    (metric,) = app.metric
    assert (metric.label, metric.value) == ("It refuses", "not one digit")
    assert "Not calibrated: this run trained on every training image" in text_of(app)
    app.button_group(key="more").set_value("When it refuses").run()
    assert "scribble" in list(app.dataframe[0].value["drawn"])
    assert "Refused by mistake" in text_of(app)


def test_a_blank_canvas_has_no_answer_to_say_more_about() -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
    app.switch_page("pages/draw.py").run()
    # Of the blank, nothing is offered to keep.
    assert not [button.label for button in app.button if button.label.startswith("Right")]
    app.button_group(key="more").set_value("X-ray").run()
    assert "Draw a digit first." in [info.value for info in app.info]


def test_an_address_carries_the_drawn_digit_to_any_page() -> None:
    picture = np.zeros((28, 28), np.float32)
    picture[4:24, 13:16] = 1
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=120)
    app.query_params["drawn"] = "true"
    app.query_params["picture"] = url_codec.picture_to_text(picture)
    app.run()
    np.testing.assert_array_equal(app.session_state["drawn_image"], picture)
    app.switch_page("pages/feature_maps.py").run()
    assert "looking at **your drawing**" in text_of(app)
    assert app.query_params["picture"] == url_codec.picture_to_text(picture)
    app.sidebar.toggle(key="drawn").set_value(False).run()
    assert "picture" not in app.query_params


def test_a_cut_off_picture_in_the_address_is_named() -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=120)
    app.query_params["picture"] = "eNpj"
    app.run()
    assert "The picture in the address can't be shown: expected" in app.sidebar.warning[0].value
    assert not app.exception


@pytest.mark.parametrize(
    ("source", "several", "way"),
    [
        ("canvas", False, "Write one digit, 0 to 9"),
        ("canvas", True, "Write a number on the black field"),
        ("file", False, "Choose a picture of one digit"),
        ("camera", True, "Hold a number into the camera"),
    ],
)
def test_the_page_says_what_to_do(source: str, several: bool, way: str) -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
    app.switch_page("pages/draw.py").run()
    app.toggle(key=state.SEVERAL).set_value(several).run()
    app.button_group(key=state.SOURCE).set_value(source).run()
    assert not app.exception
    assert way in text_of(app)


def test_a_network_that_knows_pen_digits_is_offered_until_it_is_chosen() -> None:
    app = open_page("draw")
    rates = pen_strokes()["runs"]
    assert f"it reads {rates['handwriting']['right']:.1%} right, best" in text_of(app)
    press(app, "Use *handwriting*")
    assert app.sidebar.selectbox(key=state.RUN).value == "handwriting"
    assert "with a pen it reads" not in text_of(app)
