"""The Microscope page: its steps add up, and the place moves with the layer."""

import numpy as np
import pytest

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.pages import open_page
from tests.helpers.tiny_run import MODEL

pytestmark = pytest.mark.pages


@pytest.mark.parametrize("layer", [layer.name for layer in MODEL.convolutions])
def test_the_steps_of_each_convolution_add_up(layer: str, tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run)
    app.button_group(key="micro_layer").set_value(layer).run()
    assert not app.exception
    table = next(one.value for one in app.table if "step" in one.value)
    # In Markdown a plus sign is the mark of a list: it is escaped as \+.
    steps = table["step"].str.removeprefix("\\")
    numbers = dict(zip(steps, map(float, table["number"]), strict=True))
    total = numbers["= after the convolution"]
    product_sum = next(number for step, number in numbers.items() if step.startswith("sum "))
    # The numbers on the page have five decimals each.
    assert product_sum + numbers["+ bias"] == pytest.approx(total, abs=2e-5)
    if layer != "conv8":
        relu = numbers["ReLU: negative becomes 0"]
        assert relu == max(total, 0)
        gain, shift = (numbers[f"{sign} of the normalization"] for sign in ("× gain", "+ shift"))
        # Half a last digit of each factor, times the other.
        off = 5e-6 * (abs(relu) + abs(gain) + 2)
        assert relu * gain + shift == pytest.approx(numbers["= handed on"], abs=off)


def test_the_trace_of_the_answer_has_a_row_for_each_convolution(tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run)
    trace = next(one.value for one in app.dataframe if "hands on" in one.value)
    maps = stages(load(latest_snapshot(tiny_run)), to_input(load_mnist().x_test[0]))
    (answer,) = (one.values.argmax() for one in maps if one.stage == "softmax")
    assert trace["value"].tolist()[0] == f"conv8, channel {answer}"
    assert len(trace) == len(MODEL.convolutions)


def test_another_layer_keeps_the_place_if_it_has_it(tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run)
    for key, value in (("row", 25), ("column", 3), ("channel", 1)):
        app.number_input(key=f"micro_{key}").set_value(value).run()
    app.button_group(key="micro_layer").set_value("conv5").run()
    assert not app.exception
    place = [app.number_input(key=f"micro_{key}").value for key in ("row", "column", "channel")]
    # There is no row 25: the place becomes the strongest one of the map.
    outputs = stages(load(latest_snapshot(tiny_run)), to_input(load_mnist().x_test[0]))
    sums = next(one.values for one in outputs if (one.layer, one.stage) == ("conv5", "convolution"))
    strongest = np.unravel_index(np.abs(sums[:, :, 1]).argmax(), sums.shape[:2])
    assert place == [*strongest, 1]
    # conv8 has a single place, which is not remembered.
    for layer in ("conv8", "conv5"):
        app.button_group(key="micro_layer").set_value(layer).run()
    assert not app.exception
    assert [app.number_input(key=f"micro_{key}").value for key in ("row", "column")] == [*strongest]
