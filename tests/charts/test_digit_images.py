"""Images of digits, galleries, and probabilities."""

import numpy as np
import pytest

from mnistviz.charts.digit_images import (
    FADED,
    bar_settings,
    class_count_figure,
    gallery_figure,
    image_figure,
    probability_figure,
)
from mnistviz.charts.theme import TRAINING


def random_images(count: int) -> np.ndarray:
    return np.random.default_rng(count).random((count, 28, 28), np.float32)


def test_image_has_the_ink_of_every_pixel() -> None:
    image = random_images(1)[0]
    figure = image_figure(image, height=123)
    (heatmap,) = figure.data
    np.testing.assert_array_equal(heatmap.z, image)
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)
    assert "row %{y}, column %{x}" in heatmap.hovertemplate
    assert figure.layout.height == 123
    assert figure.layout.yaxis.autorange == "reversed"


def test_blank_image_is_black() -> None:
    (heatmap,) = image_figure(np.zeros((28, 28), np.float32)).data
    assert not heatmap.z.any()
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)


@pytest.mark.parametrize("answer", range(10))
def test_only_the_largest_probability_has_a_colour(answer: int) -> None:
    probabilities = np.full(10, 0.05, np.float32)
    probabilities[answer] = 0.55
    (bars,) = probability_figure(probabilities).data
    np.testing.assert_array_equal(bars.x, probabilities)
    assert list(bars.y) == list(range(10))
    assert [colour == TRAINING for colour in bars.marker.color] == [
        digit == answer for digit in range(10)
    ]
    assert set(bars.marker.color) == {TRAINING, FADED}
    assert [text for text in bars.text if text == "55.0%"] == [bars.text[answer]]


def test_only_one_of_equal_probabilities_has_a_colour() -> None:
    (bars,) = probability_figure(np.full(10, 0.1, np.float32)).data
    assert list(bars.marker.color) == [TRAINING, *[FADED] * 9]


def test_no_bar_of_a_refused_picture_has_a_colour() -> None:
    settings = bar_settings(np.eye(10, dtype=np.float32)[4], answered=False)
    assert settings["marker"]["color"] == [FADED] * 10


def test_class_counts_are_two_rows_of_bars() -> None:
    counts = np.arange(20).reshape(2, 10)
    figure = class_count_figure(counts)
    assert [bars.name for bars in figure.data] == ["training", "test"]
    for bars, row in zip(figure.data, counts, strict=True):
        assert list(bars.x) == list(range(10))
        np.testing.assert_array_equal(bars.y, row)
        assert bars.hovertemplate == (
            f"digit %{{x}}: <b>%{{y:,}}</b> {bars.name} images<extra></extra>"
        )
    assert figure.layout.showlegend
    assert len({bars.marker.color for bars in figure.data}) == 2


@pytest.mark.parametrize("count", [1, 5, 8, 20, 32, 40])
def test_gallery_has_a_click_point_in_the_middle_of_each_image(count: int) -> None:
    images = random_images(count)
    keys = [int(key) for key in np.random.default_rng(1).permutation(10_000)[:count]]
    labels = [f"image {key}" for key in keys]
    heatmap, points = gallery_figure(images, labels, keys).data
    assert list(points.customdata) == keys
    assert list(points.text) == labels
    assert len(points.x) == len(points.y) == count
    assert np.isfinite(heatmap.z).sum() == images.size
    for image, x, y in zip(images, points.x, points.y, strict=True):
        # The middle of 28 pixels is between two of them.
        top, left = int(y - 13.5), int(x - 13.5)
        np.testing.assert_array_equal(heatmap.z[top : top + 28, left : left + 28], image)


def test_click_points_of_a_gallery_are_invisible() -> None:
    figure = gallery_figure(random_images(3), ["a", "b", "c"], [0, 1, 2])
    points = figure.data[1]
    assert figure.layout.clickmode == "event+select"
    for look in (points.marker, points.selected.marker, points.unselected.marker):
        assert look.opacity == 0
    assert figure.data[0].hoverinfo == "skip"


def test_click_points_do_not_shift_a_gallery() -> None:
    figure = gallery_figure(random_images(3), ["a", "b", "c"], [0, 1, 2])
    left, right = figure.layout.xaxis.range
    breadth = len(figure.data[0].z[0])
    # At most a hundredth; Plotly would add a twentieth.
    assert -0.5 - breadth / 100 < left < -0.5 < breadth - 0.5 < right < breadth * 1.01


def test_gallery_has_the_given_number_of_columns() -> None:
    points = gallery_figure(random_images(7), [""] * 7, range(7), columns=3).data[1]
    assert len(set(points.x)) == 3
    assert [sum(y == row for y in points.y) for row in sorted(set(points.y))] == [3, 3, 1]


def test_frames_are_around_their_digits() -> None:
    figure = gallery_figure(
        random_images(7), list("abcdefg"), list("abcdefg"), 3, frames={4: "red"}
    )
    (frame,) = figure.layout.shapes
    # The second of the second row, a pixel between two digits.
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (28.5, 56.5, 28.5, 56.5)
    assert frame.line.color == "red"
    assert figure.data[1].customdata[4] == "e"
