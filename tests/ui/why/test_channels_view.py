"""The channels that are switched off on the Why page."""

from mnistviz.core.types.inspection import ChannelEffect
from mnistviz.ui.why.channels_view import by_layer, strongest_text, toggled


def test_toggled_adds_a_name_or_takes_it_out() -> None:
    assert toggled(["a", "b"], "c") == ["a", "b", "c"]
    assert toggled(["a", "b"], "a") == ["b"]


def test_channels_are_grouped_by_layer() -> None:
    channels = [("conv2", 1), ("conv1", 4), ("conv2", 0)]
    assert by_layer(channels) == {"conv1": {4}, "conv2": {0, 1}}
    assert by_layer([]) == {}


def test_the_strongest_channels_are_the_first_five() -> None:
    effects = [ChannelEffect("conv1", number, 6.0 - number) for number in range(7)]
    text = strongest_text(effects)
    assert text.startswith(
        "The answer depends most on **conv1 · 0** (+6.00), **conv1 · 1** (+5.00)"
    )
    assert text.endswith("**conv1 · 4** (+2.00).")
