"""The Design page: layers, costs, budget, and the way to Train."""

import pytest
from streamlit.testing.v1 import AppTest

from mnistviz.core.layers.presets import PRESETS, Preset
from mnistviz.core.model_spec import ModelSpec
from mnistviz.ui.design import draft
from tests.helpers.pages import button_labels, open_page, press, text_of

pytestmark = pytest.mark.pages

TRAIN = "Train this network"


def network(app: AppTest) -> str:
    return app.text_input(key="design_typed").value


def test_it_begins_with_the_published_network() -> None:
    app = open_page("design")
    assert not app.exception
    assert network(app) == ModelSpec().text
    table = app.dataframe[0].value
    assert table["parameters"].sum() == 14_000
    assert table["multiply-adds"].sum() == ModelSpec().multiply_accumulates
    assert table["sees"].iloc[-1] == "28×28"
    assert TRAIN in button_labels(app)


@pytest.mark.slow
def test_layers_are_added_changed_moved_copied_and_removed_and_each_can_be_undone() -> None:
    app = open_page("design", network="8C3-MP2-F-10FC")
    texts = [network(app)]
    app.selectbox(key="design_layer").set_value(1).run()
    for act, expected in [
        (lambda: press(app, "Add after"), "8C3-MP2-10C3-F-10FC"),
        (
            lambda: app.number_input(key="design_channels").set_value(16).run(),
            "8C3-MP2-16C3-F-10FC",
        ),
        (lambda: app.number_input(key="design_stride").set_value(2).run(), "8C3-MP2-16C3S2-F-10FC"),
        (lambda: press(app, "Up"), "8C3-16C3S2-MP2-F-10FC"),
        (lambda: press(app, "Copy"), "8C3-16C3S2-16C3S2-MP2-F-10FC"),
        (
            lambda: app.selectbox(key="design_type").set_value("DepthwiseConv2D").run(),
            "8C3-16C3S2-DW3-MP2-F-10FC",
        ),
        (lambda: press(app, "Remove"), "8C3-16C3S2-MP2-F-10FC"),
    ]:
        act()
        assert not app.exception
        assert network(app) == expected
        texts.append(expected)
    for expected in reversed(texts[:-1]):
        press(app, "Undo")
        assert network(app) == expected


@pytest.mark.slow
def test_what_is_no_network_says_where_and_can_be_mended() -> None:
    app = open_page("design", network="8C3-MP2-F-10FC")
    app.text_input(key="design_typed").set_value("8C3-MP2-20C15-F-10FC").run()
    assert app.error[0].value.startswith("layer 3, 20C15: its window of 15×15 does not fit")
    assert app.dataframe[0].value["output"].tolist() == [
        "26×26×8",
        "13×13×8",
        "does not fit",
        "–",
        "–",
    ]
    assert TRAIN not in button_labels(app)
    app.text_input(key="design_typed").set_value("8C3-MP2-nonsense").run()
    assert "expected a layer such as 20C3" in app.error[0].value
    # What was there before stays.
    assert app.session_state[draft.TEXT] == "8C3-MP2-20C15-F-10FC"


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_preset_opens(preset: Preset) -> None:
    app = open_page("design")
    app.selectbox(key="design_preset").set_value(preset.name).run()
    assert not app.exception
    assert not app.error
    assert network(app) == preset.text
    assert preset.purpose in text_of(app)


def test_the_budget_says_what_is_left_or_too_many() -> None:
    app = open_page("design")
    app.number_input(key="design_budget").set_value(13_000).run()
    assert not app.exception
    assert "1,000 too many" in app.get("progress")[0].proto.text


@pytest.mark.slow
def test_the_network_is_filled_in_on_train() -> None:
    app = open_page("design", network="8C3-MP2-F-10FC")
    press(app, TRAIN)
    assert not app.exception
    assert app.text_input(key="reference_network").value == "8C3-MP2-F-10FC"
    parameters = ModelSpec(network="8C3-MP2-F-10FC").parameters
    assert f"**{parameters:,} parameters**" in text_of(app)
