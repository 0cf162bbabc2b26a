"""The Microscope page: its layers and channels, and the trace of a score."""

import pytest

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.ui.microscope.layer_section import shown_layers
from tests.helpers.pages import open_page
from tests.helpers.tiny_run import MODEL

pytestmark = pytest.mark.pages


@pytest.mark.slow
@pytest.mark.parametrize("layer", shown_layers(MODEL))
def test_each_layer_is_shown(layer: str, tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run, layer=layer)
    assert not app.exception
    assert app.button_group(key="layer").value == layer


@pytest.mark.slow
def test_numbers_in_the_address_that_are_none_are_ignored(tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run, layer="conv1", channel="1e400", image="1e400")
    assert not app.exception
    assert app.number_input(key="channel").value == 0
    assert app.sidebar.number_input(key="image").value == 0


def test_the_first_sentence_says_what_a_convolution_is(tiny_run: Run) -> None:
    assert open_page("microscope", tiny_run).markdown[0].value.startswith("A **convolution** ")


def test_the_trace_of_the_answer_has_a_row_for_each_convolution(tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run)
    trace = next(one.value for one in app.dataframe if "output" in one.value)
    maps = stages(load(latest_snapshot(tiny_run)), to_input(load_mnist().x_test[0]))
    (answer,) = (one.values.argmax() for one in maps if one.stage == "softmax")
    assert trace["value"].tolist()[0] == f"conv8, channel {answer}"
    assert len(trace) == len(MODEL.convolutions)


@pytest.mark.slow
def test_a_channel_that_the_layer_lacks_becomes_the_first(tiny_run: Run) -> None:
    app = open_page("microscope", tiny_run, layer="conv8", channel="9")
    assert app.number_input(key="channel").value == 9
    app.button_group(key="layer").set_value("conv1").run()
    assert not app.exception
    assert app.number_input(key="channel").value == 0
