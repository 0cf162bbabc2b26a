"""The picture of the whole network: every channel of every layer in true size."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from mnistviz.charts.colour_scales import coloured
from mnistviz.charts.inspection.whole_network import SCORE_SIZE, whole_network_figure
from mnistviz.core.types.charts import Scope
from mnistviz.core.types.inspection import LayerOutput


def network_of(channels: int, seed: int = 0) -> list[LayerOutput]:
    generator = np.random.default_rng(seed)

    def maps(size: int, count: int) -> np.ndarray:
        return generator.normal(size=(size, size, count)).astype(np.float32)

    return [
        LayerOutput("input", "input", np.abs(maps(28, 1))),
        LayerOutput("conv1", "relu", np.abs(maps(26, channels))),
        LayerOutput("pool", "pool", maps(11, channels)),
        LayerOutput("conv7", "relu", np.abs(maps(7, 10))),
        LayerOutput("conv8", "convolution", maps(1, 10)),
        LayerOutput("softmax", "softmax", generator.random(10).astype(np.float32)),
    ]


def canvas_of(figure: go.Figure) -> np.ndarray:
    _, _, data = figure.data[0].source.partition(",")
    return np.array(Image.open(io.BytesIO(base64.b64decode(data))))


def tile_at(figure: go.Figure, number: int, size: int) -> np.ndarray:
    points = figure.data[1]
    left, top = (round(float(axis[number]) - (size - 1) / 2) for axis in (points.x, points.y))
    return canvas_of(figure)[top : top + size, left : left + size]


@pytest.mark.parametrize("width", [240, 350, 800])
@pytest.mark.parametrize("channels", [1, 5, 8, 20, 32])
def test_every_channel_is_shown_and_none_overlap(channels: int, width: int) -> None:
    stages = network_of(channels)
    figure = whole_network_figure(stages, "tile", width)
    expected = [
        (stage.layer, channel) for stage in stages for channel in range(stage.values.shape[-1])
    ]
    assert [tuple(key) for key in figure.data[1].customdata] == expected
    covered = np.zeros(canvas_of(figure).shape[:2], int)
    sizes = {"input": 28, "conv1": 26, "pool": 11, "conv7": 7}
    for number, (layer, channel) in enumerate(expected):
        size = sizes.get(layer, SCORE_SIZE)
        x, y = (float(axis[number]) for axis in (figure.data[1].x, figure.data[1].y))
        left, top = round(x - (size - 1) / 2), round(y - (size - 1) / 2)
        covered[top : top + size, left : left + size] += 1
        values = next(stage for stage in stages if stage.layer == layer).values
        if size != SCORE_SIZE or layer == "conv7":
            tile = values[:, :, channel]
            colours = coloured(tile / np.abs(tile).max(), signed=bool((values < 0).any()))
            np.testing.assert_array_equal(tile_at(figure, number, size), colours)
    assert covered.max() == 1
    # Only pixels of tiles are not transparent.
    np.testing.assert_array_equal(canvas_of(figure)[..., 3] > 0, covered > 0)


@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_scope_sets_the_value_of_full_colour(scope: Scope) -> None:
    stages = network_of(3)
    figure = whole_network_figure(stages, scope)
    tile = stages[1].values[:, :, 2]
    largest = {
        "tile": tile.max(),
        "layer": stages[1].values.max(),
        "all": max(np.abs(stage.values).max() for stage in stages),
    }
    expected = coloured(tile / largest[scope], signed=False)
    np.testing.assert_array_equal(tile_at(figure, 3, 26), expected)


def test_positive_difference_is_on_the_signed_scale() -> None:
    stages = [LayerOutput("conv1", "relu", np.full((4, 4, 1), 2, np.float32))]
    plain, difference = (
        tile_at(whole_network_figure(stages, "tile", difference=signed), 0, 4)
        for signed in (False, True)
    )
    assert plain[0, 0].tolist() == [255, 255, 255, 255]
    assert difference[0, 0].tolist() == [0xB9, 0x3A, 0x0A, 255]


def test_titles_have_size_and_number_of_maps() -> None:
    titles = [
        label.text for label in whole_network_figure(network_of(5), "layer").layout.annotations
    ]
    assert titles == [
        "<b>input</b> · 28×28",
        "<b>conv1</b> · 5 of 26×26",
        "<b>max-pool</b> · 5 of 11×11",
        "<b>conv7</b> · 10 of 7×7",
        "<b>conv8, the scores</b> · 10 numbers, enlarged",
        "<b>softmax</b> · 10 numbers, enlarged",
    ]


def test_chosen_map_has_a_frame_and_hover_text_has_the_range() -> None:
    stages = network_of(5)
    figure = whole_network_figure(stages, "layer", chosen=("pool", 3))
    (frame,) = figure.layout.shapes
    number = [tuple(key) for key in figure.data[1].customdata].index(("pool", 3))
    assert (frame.x0 + frame.x1) / 2 == figure.data[1].x[number]
    assert frame.y1 - frame.y0 == 11
    values = stages[2].values[:, :, 3]
    assert figure.data[1].text[number] == (
        f"<b>pool, channel 3</b><br>{values.min():+.3f} to {values.max():+.3f}, "
        f"mean {values.mean():+.3f}<br>{np.mean(values > 0):.0%} of its values are above 0"
    )


@pytest.mark.parametrize("value", [0.0, np.nan])
@pytest.mark.parametrize("scope", ["tile", "layer", "all"])
def test_flat_and_missing_values_are_drawn(value: float, scope: Scope) -> None:
    stages = [
        LayerOutput("conv1", "relu", np.full((5, 5, 8), value, np.float32)),
        LayerOutput("softmax", "softmax", np.full(10, value, np.float32)),
    ]
    figure = whole_network_figure(stages, scope)
    assert len(figure.data[1].x) == 18
    assert tile_at(figure, 0, 5)[..., 3].all() == (value == 0)
