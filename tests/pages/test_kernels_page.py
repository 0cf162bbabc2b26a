"""The Kernels page: which layer, which weights, which kernel."""

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.inspection.kernels.kernel_statistics import channel_statistics
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from tests.helpers.made_networks import random_weights
from tests.helpers.made_runs import SMALL
from tests.helpers.pages import open_page, text_of
from tests.helpers.tiny_run import MODEL

pytestmark = pytest.mark.pages


@pytest.mark.slow
@pytest.mark.parametrize("layer", [layer.name for layer in MODEL.convolutions])
def test_each_convolution_has_a_row_for_each_output_channel(layer: str, tiny_run: Run) -> None:
    app = open_page("kernels", tiny_run)
    app.button_group(key="kernels_layer").set_value(layer).run()
    assert not app.exception
    weights = snapshots.read(latest_snapshot(tiny_run))[layer]
    rows = channel_statistics(weights["kernel"], weights["bias"])
    table = next(one.value for one in app.dataframe if "near_zero" in one.value)
    assert table["norm"].tolist() == pytest.approx([row.norm for row in rows])


@pytest.mark.slow
def test_channels_can_be_ordered(tiny_run: Run) -> None:
    app = open_page("kernels", tiny_run)
    app.button_group(key="kernels_layer").set_value("conv3").run()
    for order in ("norm", "similarity"):
        app.button_group(key="kernels_order").set_value(order).run()
        assert not app.exception


@pytest.mark.slow
def test_the_chosen_kernel_moves_into_a_layer_with_fewer_channels(tiny_run: Run) -> None:
    app = open_page("kernels", tiny_run)
    app.button_group(key="kernels_layer").set_value("conv8").run()
    app.number_input(key="kernel_input").set_value(9).run()
    app.number_input(key="kernel_output").set_value(9).run()
    assert not app.exception
    app.button_group(key="kernels_layer").set_value("conv2").run()
    assert not app.exception
    chosen = [app.number_input(key=f"kernel_{end}").value for end in ("input", "output")]
    assert chosen == [channels - 1 for channels in MODEL.channels[:2]]


@pytest.mark.slow
def test_weights_are_shown_with_a_normalization_folded_in(tiny_run: Run) -> None:
    app = open_page("kernels", tiny_run)
    app.button_group(key="kernels_layer").set_value("conv5").run()
    stored = app.dataframe[0].value["norm"].tolist()
    picker = next(box for box in app.selectbox if box.label == "Weights")
    assert len(picker.options) == 3
    picker.set_value("incoming").run()
    assert not app.exception
    assert app.dataframe[0].value["norm"].tolist() != stored


@pytest.mark.slow
def test_a_network_of_another_shape_is_shown_whole() -> None:
    spec = ModelSpec(channels=(3, 32, 5), batch_norm=False, dropout=0.0)
    run = registry.create_run("plain", spec, SMALL, "odd")
    snapshots.write(Snapshot(run, 0), snapshots.in_order(random_weights(spec, 1)))
    app = open_page("kernels", run)
    app.button_group(key="kernels_layer").set_value("conv2").run()
    assert not app.exception
    assert f"All {3 * 32} kernels of 3×3" in text_of(app)
    app.switch_page("pages/feature_maps.py").run()
    app.button_group(key="maps_view").set_value("layers").run()
    assert not app.exception
    assert "conv2 · 32 channels of 24×24" in [heading.value for heading in app.subheader]
