"""The same picture has the same, calibrated probability on pages, in the CSV and in commands."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnistviz.core.types.arrays import ByteArray
from mnistviz.digits import my_digits
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.strokes import Strokes, redraw, render
from mnistviz.evaluation import calibration
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.evaluation.predictions import as_csv
from mnistviz.network.layers import softmax
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.ui.evaluate import evaluated_set
from tests.helpers.command_line import run_json
from tests.helpers.pages import open_page, text_of

pytestmark = pytest.mark.pages

SEVEN = np.array([(80, 70), (200, 70), (120, 230)], np.float32)
DRAWN = Strokes(280, 280, 18, (SEVEN,))


@pytest.fixture
def pixels() -> ByteArray:
    """The seven as it is kept in My digits `(28, 28)`."""
    return my_digits.to_pixels(normalise(render(redraw(DRAWN))).image)


@pytest.mark.slow
def test_pages_and_files_have_one_probability(
    tiny_run: Run, pixels: ByteArray, tmp_path: Path
) -> None:
    snapshot = latest_snapshot(tiny_run)
    reader = DigitReader.load(snapshot)
    reading = reader.read(pixels.astype(np.float32) / 255)
    figure = f"{reading.probability:.1%}"
    raw = f"{softmax(reading.logits).max():.1%}"
    # Without a visible effect of calibration the test could not fail.
    assert raw != figure

    text = url_codec.to_text(DRAWN)
    assert text is not None
    draw = open_page("draw", tiny_run, drawing=text)
    # The drawing itself is not rounded to 256 grey values.
    drawn = float(str(draw.metric[0].delta).split()[-1].rstrip("%"))
    assert drawn == pytest.approx(100 * reading.probability, abs=0.3)

    kept = my_digits.save(pixels, 7)
    picture = url_codec.picture_to_text(pixels.astype(np.float32) / 255)
    pages = {
        name: open_page(name, tiny_run, drawn="true", picture=picture)
        for name in ("feature_maps", "evaluate")
    }
    maps = pages["feature_maps"]
    maps.button_group(key="maps_view").set_value("layers").run()
    assert f"Its answer: **{reading.digit}** with {figure}" in text_of(maps)

    evaluate = pages["evaluate"]
    evaluate.button_group(key="evaluate_source").set_value("digits").run()
    evaluate.session_state["evaluate_image"] = 0
    evaluate.run()
    assert f"**{reading.digit}** at {figure}" in text_of(evaluate)
    evaluate.button_group(key="evaluate_view").set_value("robustness").run()
    assert f"still **{reading.digit}**, at {figure}" in text_of(evaluate)

    mine = open_page("my_digits", tiny_run)
    mine.session_state["chosen_digit"] = kept.id
    mine.run()
    assert f"reads **{reading.digit}** at {figure}" in text_of(mine)

    answers = evaluated_set.answers(snapshot, my_digits.as_labelled_set())
    (row,) = csv.DictReader(io.StringIO(as_csv(answers)))
    assert f"{float(row[f'probability_{reading.digit}']):.1%}" == figure

    file = tmp_path / "seven.png"
    Image.fromarray(pixels).save(file)
    maps_of_file = run_json("maps", tiny_run.name, "--file", file)
    (predicted,) = run_json("predict", file, "--run", tiny_run.name)
    assert max(maps_of_file["probabilities"]) == pytest.approx(
        max(predicted["probabilities"]), abs=1e-5
    )


@pytest.mark.slow
def test_why_compares_calibrated_probabilities(tiny_run: Run) -> None:
    app = open_page("why", tiny_run)
    app.multiselect(key="why_off").set_value(["conv1 · 0"]).run()
    assert not app.exception
    fitted = calibration.calibration_of(latest_snapshot(tiny_run))
    assert fitted is not None
    answers = evaluated_set.answers(latest_snapshot(tiny_run), evaluated_set.test_set(None))
    (bars,) = (
        json.loads(chart.proto.spec)
        for chart in app.get("plotly_chart")
        if "some switched off" in chart.proto.spec
    )
    expected = answers.probabilities(np.array([0]))[0]
    np.testing.assert_allclose(bars["data"][0]["y"], expected, atol=1e-3)
    assert not np.allclose(softmax(answers.logits[0]), expected, atol=1e-3)


@pytest.mark.slow
def test_a_run_that_is_not_calibrated_says_so(pixels: ByteArray) -> None:
    reference = registry.find_run("reference")
    note = "(not calibrated)"
    assert note in text_of(open_page("evaluate", reference))
    maps = open_page("feature_maps", reference)
    maps.button_group(key="maps_view").set_value("layers").run()
    assert note in text_of(maps)
    kept = my_digits.save(pixels, 7)
    mine = open_page("my_digits", reference)
    mine.session_state["chosen_digit"] = kept.id
    mine.run()
    assert note in text_of(mine)
