"""Many tiles in one picture: places, labels, hover texts, size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.charts.colour_scales import SIGNED, UNSIGNED, ColourScale
from mnistviz.charts.montage import (
    LABEL_PIXELS,
    MAX_HEIGHT,
    join_tiles,
    set_image_axes,
    tile_centres,
    tile_figure,
    to_grid,
)
from mnistviz.charts.theme import MARGINS

sizes = st.integers(1, 6)


def distinct(*shape: int) -> np.ndarray:
    """Return different values, so that each can be identified in a picture."""
    return np.arange(1, np.prod(shape) + 1, dtype=np.float32).reshape(shape)


@given(st.integers(1, 40), st.integers(1, 12), sizes, sizes)
def test_grid_has_every_tile_once_in_order(
    count: int, columns: int, height: int, width: int
) -> None:
    tiles = distinct(count, height, width)
    grid = to_grid(tiles, columns)
    assert grid.shape[1] == min(columns, count)
    assert grid.shape[2:] == (height, width)
    # No row is empty.
    assert (grid.shape[0] - 1) * grid.shape[1] < count <= grid.shape[0] * grid.shape[1]
    flat = grid.reshape(-1, height, width)
    np.testing.assert_array_equal(flat[:count], tiles)
    assert np.isnan(flat[count:]).all()


@given(sizes, sizes, sizes, sizes, st.integers(1, 4))
def test_joined_tiles_have_gaps_between_them(
    rows: int, columns: int, height: int, width: int, gap: int
) -> None:
    tiles = distinct(rows, columns, height, width)
    picture = join_tiles(tiles, gap)
    assert picture.shape == (rows * (height + gap) - gap, columns * (width + 1) - 1)
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + gap), column * (width + 1)
            part = picture[top : top + height, left : left + width]
            np.testing.assert_array_equal(part, tiles[row, column])
    assert np.isfinite(picture).sum() == tiles.size


@given(sizes, sizes)
def test_tile_centres_are_the_means_of_the_positions_of_a_tile(count: int, size: int) -> None:
    tiles = np.broadcast_to(
        distinct(count)[np.newaxis, :, np.newaxis, np.newaxis], (1, count, 1, size)
    )
    line = join_tiles(tiles)[0]
    places = [np.flatnonzero(line == number).mean() for number in range(1, count + 1)]
    assert tile_centres(count, size).tolist() == places


@pytest.mark.parametrize("count", [1, 5, 8, 20, 32])
@pytest.mark.parametrize("num_labels", [0, None])
def test_hover_text_has_tile_place_and_exact_value(count: int, num_labels: int | None) -> None:
    values = np.random.default_rng(count).normal(size=(count, 4, 3)).astype(np.float32)
    tiles = to_grid(values, 6)
    figure = tile_figure(
        tiles,
        np.full(tiles.shape[:2], 8, np.float32),
        signed=True,
        numbers=np.arange(tiles.shape[0] * tiles.shape[1]).reshape(*tiles.shape[:2], 1),
        naming="tile %{customdata[0]}",
        value_format=".2f",
        max_pixels=10,
        num_labels=count if num_labels is None else num_labels,
    )
    (heatmap,) = figure.data
    assert heatmap.hovertemplate == (
        "tile %{customdata[0]}<br>row %{customdata[1]}, column %{customdata[2]}: "
        "<b>%{customdata[3]:.2f}</b><extra></extra>"
    )
    shown = np.isfinite(heatmap.z)
    facts = heatmap.customdata[shown]
    tile, row, column = facts[:, :3].astype(int).T
    assert len(np.unique(facts[:, :3], axis=0)) == len(facts) == values.size
    np.testing.assert_array_equal(facts[:, 3], values[tile, row, column])
    np.testing.assert_allclose(heatmap.z[shown], facts[:, 3] / 8, rtol=1e-6)
    # The values of a tile are in their places, row 0 on top, column 0 on the left.
    y, x = np.nonzero(shown)
    top, left = y - row, x - column
    for number in range(count):
        assert len(set(zip(top[tile == number], left[tile == number], strict=True))) == 1
    labels = figure.layout.annotations
    assert [label.text for label in labels] == [
        str(number) for number in range(count if num_labels is None else 0)
    ]
    for number, label in enumerate(labels):
        # Above the tile's first row, in its middle.
        assert label.y == top[tile == number][0] - 0.5
        assert label.x == left[tile == number][0] + 1


def test_rows_of_tiles_have_space_for_labels() -> None:
    tiles = to_grid(distinct(4, 5, 5), 2)
    heights = [
        tile_figure(
            tiles,
            np.ones((2, 2), np.float32),
            signed=False,
            numbers=np.zeros((2, 2, 1), int),
            naming="",
            value_format="",
            max_pixels=5,
            num_labels=num_labels,
        )
        .data[0]
        .z.shape[0]
        for num_labels in (0, 4)
    ]
    # A label of 16 pixels has the height of three values of 5 pixels each.
    assert heights == [11, 13]


@pytest.mark.parametrize(("signed", "scale", "ends"), [(True, SIGNED, -1), (False, UNSIGNED, 0)])
def test_signed_values_have_zero_in_the_middle(signed: bool, scale: ColourScale, ends: int) -> None:
    figure = tile_figure(
        np.zeros((1, 1, 2, 2), np.float32),
        np.ones((1, 1), np.float32),
        signed=signed,
        numbers=np.zeros((1, 1, 1), int),
        naming="",
        value_format="",
        max_pixels=10,
    )
    heatmap = figure.data[0]
    assert (heatmap.zmin, heatmap.zmax) == (ends, 1)
    assert heatmap.zmid is None
    assert heatmap.colorscale == scale


def test_figure_of_a_large_layer_has_the_maximum_height() -> None:
    figure = tile_figure(
        np.zeros((64, 64, 3, 3), np.float32),
        np.ones((64, 64), np.float32),
        signed=True,
        numbers=np.zeros((64, 64, 2), int),
        naming="",
        value_format="",
        max_pixels=40,
    )
    assert figure.data[0].z.shape == (255, 255)
    assert figure.layout.height <= MAX_HEIGHT


def test_picture_has_square_pixels_and_its_first_row_on_top() -> None:
    figure = tile_figure(
        np.zeros((1, 1, 2, 2), np.float32),
        np.ones((1, 1), np.float32),
        signed=True,
        numbers=np.zeros((1, 1, 1), int),
        naming="",
        value_format="",
        max_pixels=10,
    )
    set_image_axes(figure)
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.scaleanchor == "x"
    assert not figure.layout.xaxis.visible


@pytest.mark.parametrize("width", [300, 350, 480, 640, 800])
def test_picture_is_as_high_as_its_tiles_on_a_page_of_any_width(width: int) -> None:
    """Otherwise a phone shows empty space below, and numbers touch the tiles above them."""
    tiles = to_grid(distinct(20, 26, 26), 5)
    figure = tile_figure(
        tiles,
        np.ones(tiles.shape[:2], np.float32),
        signed=True,
        numbers=np.zeros((*tiles.shape[:2], 1), int),
        naming="",
        value_format="",
        max_pixels=6,
        num_labels=20,
        width=width,
    )
    height, breadth = figure.data[0].z.shape
    pixels = min(6, (width - 2 * MARGINS["l"]) / breadth)
    assert figure.layout.height == pytest.approx(height * pixels + 2 * LABEL_PIXELS, abs=6)
    row_gap = (height - 4 * 26) / 3
    assert row_gap * pixels == pytest.approx(LABEL_PIXELS, abs=pixels / 2 + 0.2)
