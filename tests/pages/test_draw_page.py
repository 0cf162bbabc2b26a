"""The Draw page: the answer to a drawing in the address, and hints."""

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from mnistviz.core.assets import PROJECT
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits import my_digits
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.evaluation import calibration, second_look
from mnistviz.evaluation.digit_reader import DigitReader, Reading
from mnistviz.evaluation.second_look import SecondLook
from mnistviz.network.layers import softmax
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.studies.published_results import people_results
from mnistviz.ui.draw.picture_input import MORE_INK
from mnistviz.ui.shared import loaded_networks, state
from tests.helpers.drawings import encoded
from tests.helpers.pages import button_labels, open_page, press, text_of

pytestmark = pytest.mark.pages

SEVEN = [(80, 70), (200, 70), (120, 230)]
TO_AND_FRO = [(60 + 160 * (turn % 2), 60 + 12 * turn) for turn in range(14)]


def strokes_of(points: list[tuple[float, float]]) -> Strokes:
    return Strokes(280, 280, 18, (np.array(points, np.float32),))


def open_drawing(points: list[tuple[float, float]], run: Run) -> AppTest:
    """The Draw page with one stroke, which comes with the address."""
    text = url_codec.to_text(strokes_of(points))
    assert text is not None
    app = open_page("draw", run, drawing=text)
    assert not app.exception
    return app


def image_of(points: list[tuple[float, float]]) -> FloatArray:
    return normalise(render(redraw(strokes_of(points)))).image


def reading_of(points: list[tuple[float, float]], run: Run) -> Reading:
    return DigitReader.load(latest_snapshot(run)).read(image_of(points))


def test_a_digit_is_read_with_calibrated_probabilities(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    reading = reading_of(SEVEN, tiny_run)
    assert reading.verdict == "digit"
    (metric,) = app.metric
    assert metric.value == str(reading.digit)
    assert metric.delta == f"probability {reading.probability:.1%}"
    fitted = calibration.calibration_of(latest_snapshot(tiny_run))
    assert fitted is not None
    (corrected,) = [each for each in app.caption if "corrected" in each.value]
    assert f"temperature {fitted.temperature:.2f}" in corrected.proto.help
    before = softmax(reading.logits)[reading.digit]
    assert f"(before: {before:.1%})" in corrected.value


def test_on_a_narrow_page_the_answer_is_above_the_canvas(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    app.session_state[state.PAGE_WIDTH] = 350
    app.run()
    assert not app.exception
    assert not app.metric
    reading = reading_of(SEVEN, tiny_run)
    shown = f"It reads {reading.digit} :small[:gray[probability {reading.probability:.1%}]]"
    assert shown in text_of(app)


def test_on_a_narrow_page_a_number_is_above_the_canvas(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    app.session_state[state.PAGE_WIDTH] = 350
    app.toggle(key=state.SEVERAL).set_value(True).run()
    assert not app.exception
    assert not app.metric
    reading = reading_of(SEVEN, tiny_run)
    assert f"#### It reads {reading.digit} :small" in text_of(app)


@pytest.mark.slow
def test_a_second_look_stands_beside_the_answer(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    before = app.metric[0]
    app.button_group(key="more").set_value("Second look").run()
    assert not app.exception
    network = load(latest_snapshot(tiny_run))
    fitted = second_look.calibration_of(latest_snapshot(tiny_run), network)
    look = second_look.read(network, fitted, image_of(SEVEN))
    assert f"Looked at seven ways: {look.votes_text}." in text_of(app)
    assert f"**{look.reading.digit} ({look.reading.probability:.1%})**" in text_of(app)
    assert look.reading.digit == reading_of(SEVEN, tiny_run).digit
    # It agrees: the probability of a single look stays.
    assert (app.metric[0].value, app.metric[0].delta) == (before.value, before.delta)


@pytest.mark.slow
def test_a_second_look_that_reads_another_digit_changes_the_answer(
    tiny_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reading_of(SEVEN, tiny_run)
    other = first.ranking[1]
    changed = Reading(first.logits, np.eye(10, dtype=np.float32)[other], "digit")
    look = SecondLook(changed, np.zeros((7, 28, 28), np.float32), (other,) * 6 + (first.digit,))
    monkeypatch.setattr(loaded_networks, "look_again", lambda *_: look)
    app = open_drawing(SEVEN, tiny_run)
    assert app.metric[0].value == str(first.digit)
    app.button_group(key="more").set_value("Second look").run()
    assert app.metric[0].label == "Second look: it reads"
    assert app.metric[0].value == str(other)
    assert app.metric[0].delta == f"single look: {first.digit} ({first.probability:.1%})"
    press(app, f"Right, it is {my_digits.label_name(other)}")
    (kept,) = my_digits.list_digits()
    # What is kept of the network's answer is that of a single look.
    assert (kept.label, kept.answers[0].digit) == (other, first.digit)


@pytest.mark.slow
def test_other_networks_read_the_same_digit(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    app.button_group(key="more").set_value("Other networks").run()
    table = app.dataframe[0].value.set_index("run")
    assert {"best", "reference"} < set(table.index)
    for name in ("best", tiny_run.name):
        run = registry.find_run(name)
        assert table.loc[name, "reads"] == reading_of(SEVEN, run).name
        assert table.loc[name, "calibrated"] == bool(calibration.held_out(run))


@pytest.mark.slow
def test_the_x_ray_leaves_out_stages_of_the_preprocessing(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    app.button_group(key="more").set_value("X-ray").run()
    assert not app.exception
    whole = reading_of(SEVEN, tiny_run).digit
    assert f"With all stages the network reads **{whole}**" in text_of(app)
    app.button_group(key="xray").set_value(["centre it"]).run()
    assert not app.exception
    assert "The ink, with the whole sheet" in text_of(app)


def test_the_stored_answer_is_the_one_that_is_shown(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    digit = reading_of(SEVEN, tiny_run).digit
    press(app, next(label for label in button_labels(app) if label.startswith("Right, it is")))
    (kept,) = my_digits.list_digits()
    assert kept.label == digit
    assert app.metric[0].delta == f"probability {max(kept.answers[0].probabilities):.1%}"


@pytest.mark.slow
def test_the_address_has_the_digit_on_the_canvas(tiny_run: Run) -> None:
    app = open_drawing(SEVEN, tiny_run)
    app.sidebar.toggle(key="drawn").set_value(True).run()
    before = app.query_params["picture"]
    app.session_state["drawn_image"] = np.zeros((28, 28), np.float32)
    app.run()
    assert app.query_params["picture"] == before


def test_a_scribble_is_rejected(tiny_run: Run) -> None:
    assert reading_of(TO_AND_FRO, tiny_run).verdict == "not_a_digit"
    app = open_drawing(TO_AND_FRO, tiny_run)
    (metric,) = app.metric
    assert metric.value == "no digit"
    assert "Right, it is no digit" in button_labels(app)
    assert not [label for label in button_labels(app) if label.startswith("Why")]
    app.button_group(key="more").set_value("When it refuses").run()
    assert "scribble" in list(app.dataframe[0].value["drawn"])


def test_a_blank_canvas_has_no_answer(tiny_run: Run) -> None:
    app = open_page("draw", tiny_run)
    assert not app.metric
    assert not [label for label in button_labels(app) if label.startswith("Right")]
    app.button_group(key="more").set_value("X-ray").run()
    assert "Draw a digit first." in [info.value for info in app.info]


@pytest.mark.slow
def test_an_address_carries_the_drawn_digit_to_any_page() -> None:
    picture = np.zeros((28, 28), np.float32)
    picture[4:24, 13:16] = 1
    app = open_page(drawn="true", picture=url_codec.picture_to_text(picture))
    np.testing.assert_array_equal(app.session_state["drawn_image"], picture)
    app.switch_page("pages/feature_maps.py").run()
    assert "in **your drawing**" in text_of(app)
    assert app.query_params["picture"] == url_codec.picture_to_text(picture)
    app.sidebar.toggle(key="drawn").set_value(False).run()
    assert "picture" not in app.query_params


def test_a_cut_off_picture_in_the_address_is_named() -> None:
    app = open_page(picture="eNpj")
    assert "expected" in app.sidebar.warning[0].value
    assert not app.exception


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "several", "way"),
    [
        ("canvas", False, "Write one digit, 0 to 9"),
        ("canvas", True, "Write a number on the black field"),
        ("file", False, "Choose a picture of one digit"),
        ("camera", True, "Hold a number up to the camera"),
    ],
)
def test_the_page_says_what_to_do(source: str, several: bool, way: str) -> None:
    app = open_page("draw")
    app.toggle(key=state.SEVERAL).set_value(several).run()
    app.button_group(key=state.SOURCE).set_value(source).run()
    assert not app.exception
    assert way in text_of(app)


def test_a_link_to_a_network_that_is_no_longer_bundled_opens() -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60)
    app.query_params["run"] = "handwriting"
    app.switch_page("pages/draw.py").run()
    assert not app.exception
    assert app.sidebar.selectbox(key=state.RUN).value == registry.DEFAULT_RUN


def test_the_page_has_the_stored_rates_of_strangers_digits() -> None:
    app = open_page("draw")
    app.button_group(key="more").set_value("How well it reads").run()
    assert not app.exception
    table = app.dataframe[0].value
    assert table["read right"].tolist()[:2] == [row.right for row in people_results()[:2]]


@pytest.mark.slow
@pytest.mark.parametrize(("count", "said"), [(1, False), (2, True)])
def test_more_ink_on_a_photo_than_one_digit_is_said(count: int, said: bool) -> None:
    page = np.random.default_rng(0).normal(200, 3, (300, 400, 3))
    for left in (100, 250)[:count]:
        page[100:180, left : left + 6] = 60
    app = open_page("draw")
    app.button_group(key=state.SOURCE).set_value("file").run()
    picture = encoded(Image.fromarray(page.clip(0, 255).astype(np.uint8)))
    app.get("file_uploader")[0].upload("photo.png", picture, "image/png").run()
    assert not app.exception
    assert len(app.metric) == 1
    assert (MORE_INK in text_of(app)) == said
