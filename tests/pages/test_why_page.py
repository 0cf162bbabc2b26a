"""The page on attributions: questions, blank maps, channels switched off."""

import numpy as np
import pytest

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.attribution import attribute, contrast
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.pages import metrics_of, open_page, press, text_of

pytestmark = pytest.mark.pages


@pytest.mark.slow
@pytest.mark.parametrize(("target", "against"), [(0, "next"), (8, 0), (0, "nothing")])
def test_any_digit_is_explained_against_any_other(
    target: int, against: str | int, tiny_run: Run
) -> None:
    app = open_page("why", tiny_run)
    app.button_group(key="why_target").set_value(target)
    app.button_group(key="why_against").set_value(against).run()
    assert not app.exception
    logits = logits_of(tiny_run, to_input(load_mnist().x_test[0]))
    logits[target] = -np.inf
    rival = {"next": f" and not {logits.argmax()}", "nothing": ""}.get(
        str(against), f" and not {against}"
    )
    assert f"which speak for {target}{rival}, and **blue**" in text_of(app)
    check = next(text.value for text in app.caption if "Check of integrated" in text.value)
    assert float(check.split("error **")[1].split("%")[0]) < 1


def logits_of(run: Run, image: FloatArray) -> FloatArray:
    logits: FloatArray = load(latest_snapshot(run)).logits(image[np.newaxis])[0]
    return logits


@pytest.mark.slow
def test_a_blank_grad_cam_is_explained(tiny_run: Run) -> None:
    app = open_page("why", tiny_run)
    network = load(latest_snapshot(tiny_run))
    image = to_input(load_mnist().x_test[0])
    for target, against in ((0, 6), (7, 1), (1, 7)):
        app.button_group(key="why_target").set_value(target)
        app.button_group(key="why_against").set_value(against)
        for layer in ("conv1", "conv6"):
            app.button_group(key="why_layer").set_value(layer).run()
            maps = attribute(network, image, contrast(target, against), "grad-cam", layer)
            blank = not maps.values.any()
            assert ("Grad-CAM is blank" in text_of(app)) is blank, (target, against, layer)


@pytest.mark.slow
def test_a_digit_against_itself_has_a_hint_instead_of_maps(tiny_run: Run) -> None:
    app = open_page("why", tiny_run)
    app.button_group(key="why_target").set_value(0)
    app.button_group(key="why_against").set_value(0).run()
    assert not app.exception
    assert len(app.info) == 1
    assert not app.get("plotly_chart")


@pytest.mark.slow
def test_the_strongest_channels_are_switched_off_and_on(tiny_run: Run) -> None:
    app = open_page("why", tiny_run)
    assert "It reads" not in metrics_of(app)
    app.button_group(key="why_replacement").set_value("zero").run()
    press(app, "Switch these 5 off")
    assert len(app.multiselect(key="why_off").value) == 5
    lead = next(metric for metric in app.metric if metric.label.startswith("Lead of"))
    assert float(lead.delta) < 0
    press(app, "All on again")
    assert app.multiselect(key="why_off").value == []
    assert "It reads" not in metrics_of(app)


@pytest.mark.slow
def test_channels_that_another_run_lacks_are_on_again(tiny_run: Run) -> None:
    app = open_page("why")
    app.multiselect(key="why_off").set_value(["conv1 · 1", "conv1 · 9"]).run()
    app.sidebar.selectbox(key="run").set_value(tiny_run.id).run()
    assert not app.exception
    assert app.multiselect(key="why_off").value == ["conv1 · 1"]
