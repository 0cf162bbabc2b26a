"""Effects of channels, and probabilities before and after."""

import numpy as np
import pytest

from mnistviz.charts.inspection.channel_effects import (
    channel_effects_figure,
    probability_change_figure,
)
from mnistviz.core.types.inspection import ChannelEffect


@pytest.mark.parametrize("channels", [1, 5, 8, 20, 32])
def test_every_channel_has_a_square_with_a_click_point(channels: int) -> None:
    effects = [ChannelEffect("conv1", i, i - 2.5) for i in range(channels)]
    effects += [ChannelEffect("conv4", i, 0.5) for i in range(10)]
    squares, points, crosses = channel_effects_figure(effects).data
    assert squares.z.shape == (2, max(channels, 10))
    assert np.isfinite(squares.z).sum() == channels + 10
    assert squares.zmax == -squares.zmin == max(2.5, channels - 3.5)
    assert [tuple(datum) for datum in points.customdata] == [
        (effect.layer, effect.channel) for effect in effects
    ]
    assert points.text[0] == "-2.5000"
    assert len(crosses.x) == 0


def test_rows_are_in_the_order_of_the_network() -> None:
    effects = [ChannelEffect("conv7", 0, 3), ChannelEffect("conv2", 0, 1)]
    figure = channel_effects_figure(effects, [("conv7", 0)])
    assert list(figure.data[0].y) == ["conv2", "conv7"]
    assert (figure.data[2].x, figure.data[2].y) == ((0,), ("conv7",))


def test_channels_without_effect_are_neutral() -> None:
    squares = channel_effects_figure([ChannelEffect("conv1", 0, 0.0)]).data[0]
    assert (squares.zmin, squares.zmax) == (-1, 1)


def test_bars_before_and_after() -> None:
    before, after = np.eye(10, dtype=np.float32)[[0, 9]]
    bars = probability_change_figure(before, after).data
    assert [bar.name for bar in bars] == ["all channels", "some switched off"]
    np.testing.assert_array_equal(bars[0].y, before)
    np.testing.assert_array_equal(bars[1].y, after)
