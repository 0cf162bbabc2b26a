"""The figure of a network's layers."""

import pytest

from mnistviz.charts.inspection.network import network_figure
from mnistviz.core.model_spec import ModelSpec

PLANS = [(10, 15, 20), (8, 16, 32), (1, 1, 1), (64, 64, 64)]


@pytest.mark.parametrize("channels", PLANS)
@pytest.mark.parametrize("batch_norm", [True, False])
def test_every_convolution_and_the_pool_have_a_bar(
    channels: tuple[int, ...], batch_norm: bool
) -> None:
    model = ModelSpec(channels=channels, batch_norm=batch_norm)
    figure = network_figure(model)
    (bars,) = figure.data
    drawn = [layer for layer in model.layers if layer.type in ("Conv2D", "MaxPooling2D")]
    assert len(drawn) == 9
    # The image above them, the softmax below.
    assert list(bars.y) == list(range(11))
    assert list(bars.x) == [28, *[layer.output_shape[1] for layer in drawn], 1]
    assert list(bars.text) == [
        "28×28×1",
        *["×".join(str(length) for length in layer.output_shape) for layer in drawn],
        "10",
    ]
    # Beside the bars, as large as elsewhere.
    assert (bars.textposition, bars.constraintext) == ("outside", "none")
    titles = figure.layout.yaxis.ticktext
    assert (titles[0], titles[4], titles[10]) == ("image", "max-pool 2×2", "softmax")
    names = [title.split()[0] for title in titles if title.startswith("conv")]
    assert names == [f"conv{number}" for number in range(1, 9)]


def test_titles_of_the_reference_network() -> None:
    assert network_figure(ModelSpec()).layout.yaxis.ticktext == (
        "image",
        "conv1 3×3 → 10",
        "conv2 3×3 → 15",
        "conv3 3×3 → 20",
        "max-pool 2×2",
        "conv4 1×1 → 10",
        "conv5 3×3 → 15",
        "conv6 3×3 → 20",
        "conv7 1×1 → 10",
        "conv8 7×7 → 10",
        "softmax",
    )


def test_bars_are_centred_and_as_thick_as_they_have_channels() -> None:
    (bars,) = network_figure(ModelSpec()).data
    assert list(bars.base) == [-width / 2 for width in bars.x]
    channels = [1, 10, 15, 20, 20, 10, 15, 20, 10, 10, 10]
    thickness = dict(sorted(zip(channels, bars.width, strict=True)))
    for count, thick in zip(channels, bars.width, strict=True):
        assert thick == thickness[count]
    assert list(thickness.values()) == sorted(thickness.values())
    # Bars one below the other do not touch.
    assert 0 < min(bars.width) < max(bars.width) < 1


def test_hover_counts_the_parameters_of_each_layer() -> None:
    texts = network_figure(ModelSpec()).data[0].customdata
    assert texts[2] == (
        "<b>conv2</b>: 15 channels, each from 10 kernels of 3×3"
        "<br>3·3·10·15 weights + 15 biases = <b>1,365</b> parameters"
        "<br>batch normalization: 60 more"
    )
    assert texts[4] == "the largest of each 2×2 square; no parameters"
    assert texts[9] == (
        "<b>conv8</b>: 10 channels, each from 10 kernels of 7×7"
        "<br>7·7·10·10 weights + 10 biases = <b>4,910</b> parameters"
    )


def test_hover_of_a_plain_network_has_no_normalization() -> None:
    texts = network_figure(ModelSpec(batch_norm=False)).data[0].customdata
    assert len(texts) == 11
    assert not any("batch normalization" in text for text in texts)


def test_convolutions_pool_and_ends_have_three_colours() -> None:
    colours = network_figure(ModelSpec()).data[0].marker.color
    image, pool, softmax = colours[0], colours[4], colours[10]
    convolutions = {*colours[1:4], *colours[5:10]}
    assert image == softmax
    assert len({image, pool, *convolutions}) == 3
    assert len(convolutions) == 1
