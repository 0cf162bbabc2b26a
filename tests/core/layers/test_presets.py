"""The networks to start from."""

import pytest

from mnistviz.core.layers.notation import canonical
from mnistviz.core.layers.presets import PRESETS, Preset
from mnistviz.core.model_spec import ModelSpec


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_written_as_networks_are(preset: Preset) -> None:
    assert canonical(preset.text) == preset.text


def test_presets_have_the_parameters_that_they_are_known_for() -> None:
    counts = {preset.name: ModelSpec(network=preset.text).parameters for preset in PRESETS}
    assert counts["published"] == 14_000
    assert counts["plain 11k"] == 11_022
    assert counts["8/16/32"] == 18_050
    assert counts["LeNet-5"] == 61_706
    assert counts["global average"] < 8_000
    assert counts["softmax regression"] == 7_850


@pytest.mark.parametrize("dropout", [0.0, 0.1, 1 / 3, 1e-5])
@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_channel_plan_is_the_network_of_its_text(batch_norm: bool, dropout: float) -> None:
    plan = ModelSpec(channels=(3, 4, 5), batch_norm=batch_norm, dropout=dropout)
    assert ModelSpec(network=plan.text).layers == plan.layers
    rates = {layer.rate for layer in plan.layers if layer.type == "Dropout"}
    assert rates == ({dropout} if dropout else set())
