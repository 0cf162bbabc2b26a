"""The Feature maps page: every layer and channel, preferred inputs, the search over all images."""

import pytest

from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import result_cache
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.pages import button_labels, open_page, text_of
from tests.helpers.tiny_run import MODEL

pytestmark = pytest.mark.pages

STAGES = ["convolution", "relu", "normalization"]


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_every_layer_is_shown_at_each_stage(stage: str, tiny_run: Run) -> None:
    app = open_page("feature_maps", tiny_run)
    app.button_group(key="maps_view").set_value("layers").run()
    app.button_group(key="maps_stage").set_value(stage).run()
    assert not app.exception
    headings = [heading.value for heading in app.subheader]
    layers = [layer for layer in MODEL.layers if layer.type in ("Conv2D", "MaxPooling2D")]
    for layer, heading in zip(layers, headings, strict=False):
        height, width, channels = layer.output_shape
        assert heading.endswith(f" · {channels} channels of {height}×{width}")
    assert len(headings) > len(layers) == 9


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_any_channel_opens_at_each_stage(stage: str, tiny_run: Run) -> None:
    app = open_page("feature_maps", tiny_run)
    app.button_group(key="maps_stage").set_value(stage).run()
    for layer, channel in (("conv3", 1), ("conv8", 9), ("conv1", 0)):
        app.selectbox(key="maps_layer").set_value(layer).run()
        app.number_input(key="maps_channel").set_value(channel).run()
        assert not app.exception
        assert f"**{layer}, channel {channel}** is active" in text_of(app)


@pytest.mark.slow
def test_the_chosen_channel_moves_into_a_layer_with_fewer(tiny_run: Run) -> None:
    app = open_page("feature_maps", tiny_run)
    app.selectbox(key="maps_layer").set_value("conv8").run()
    app.number_input(key="maps_channel").set_value(9).run()
    app.selectbox(key="maps_layer").set_value("conv3").run()
    assert not app.exception
    assert app.number_input(key="maps_channel").value == MODEL.channels[2] - 1


@pytest.mark.slow
def test_a_preferred_input_is_computed_when_asked_for_and_stored(tiny_run: Run) -> None:
    app = open_page("feature_maps", tiny_run)
    app.selectbox(key="maps_layer").set_value("conv8").run()
    app.number_input(key="maps_channel").set_value(0).run()
    app.button(key="preferred_start").click().run()
    assert not app.exception
    assert stored_channels(tiny_run) == [0]
    # The choice holds for other channels, and a switch computes the rest of the layer.
    app.number_input(key="maps_channel").set_value(9).run()
    assert stored_channels(tiny_run) == [0, 9]
    app.toggle(key="preferred_whole_layer").set_value(True).run()
    assert not app.exception
    assert sorted(stored_channels(tiny_run)) == [*range(10)]


def stored_channels(run: Run) -> list[int]:
    stored = result_cache.read_arrays(latest_snapshot(run), "preferred-conv8")
    assert stored is not None
    channels: list[int] = stored["channels"].tolist()
    return channels


@pytest.mark.slow
def test_two_images_are_shown_with_their_difference(tiny_run: Run) -> None:
    labels = load_mnist().y_test
    app = open_page("feature_maps", tiny_run)
    app.toggle(key="maps_two").set_value(True).run()
    app.number_input(key="maps_other").set_value(4).run()
    assert not app.exception
    text = text_of(app)
    for number in (0, 4):
        assert f"**Test image {number}, a {labels[number]}**" in text


@pytest.mark.slow
def test_the_search_over_the_test_images_is_stored(tiny_run: Run) -> None:
    app = open_page("feature_maps", tiny_run)
    assert any("Search" in label for label in button_labels(app))
    # A click inside a fragment is tested in the browser.
    app.session_state["survey_asked"] = True
    app.run()
    assert not app.exception
    assert result_cache.read_arrays(latest_snapshot(tiny_run), "survey")
    again = open_page("feature_maps", tiny_run)
    assert not any("Search" in label for label in button_labels(again))
