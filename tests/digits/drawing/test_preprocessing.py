"""MNIST's normalisation and the stroke width."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import strokes
from mnistviz.digits.drawing.pictures import read_picture
from mnistviz.digits.drawing.preprocessing import (
    MNIST_STROKE_WIDTH,
    normalise,
    stroke_width,
)
from mnistviz.digits.drawing.strokes import Strokes, parse_strokes, render, strokes_to_json
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs.load import load
from mnistviz.runs.registry import find_run
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.drawings import centre_of_mass, encoded, ink_of, line


def digits(number: int = 30) -> FloatArray:
    return to_input(load_mnist().x_test[:number])


# ---------------------------------------------------------------- normalise


def test_a_digit_fills_20_pixels_around_its_centre_of_mass() -> None:
    stages = normalise(ink_of(line((30, 40), (60, 200)), line((30, 120), (90, 120))))
    assert not stages.blank
    assert stages.box == (21, 31, 99, 209)
    assert stages.scaled.shape == (20, 9)
    x, y = stages.offset
    np.testing.assert_array_equal(stages.image[y : y + 20, x : x + 9], stages.scaled)
    assert stages.image.sum() == pytest.approx(stages.scaled.sum())
    assert centre_of_mass(stages.image) == pytest.approx((14, 14), abs=0.5)
    assert stages.image.max() == 1


def test_mnist_images_are_nearly_unchanged() -> None:
    images = digits(300)
    changes = np.array([np.abs(normalise(image).image - image).mean() for image in images])
    assert np.median(changes) < 1e-4
    assert changes.mean() < 0.001
    assert np.mean(changes > 0.01) < 0.01


def test_enlarged_mnist_images_are_nearly_restored() -> None:
    changes = []
    for image, pixels in zip(digits(), load_mnist().x_test[:30], strict=True):
        large = Image.fromarray(pixels).resize((280, 280), Image.Resampling.BICUBIC)
        changes.append(np.abs(normalise(read_picture(encoded(large))).image - image).mean())
    # Enlarging blurs the edge, which widens the box; a centre of mass between two pixels may
    # fall to the other one. Two different digits are 0.15 apart.
    assert np.median(changes) < 0.04
    assert max(changes) < 0.1


@pytest.mark.slow
def test_enlarged_mnist_images_are_classified_as_well_as_the_originals() -> None:
    images, labels = digits(2_000), load_mnist().y_test[:2_000]
    network = load(latest_snapshot(find_run("best")))
    blown_up = [
        normalise(np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC)))
        for image in images
    ]
    read = network.classify(np.stack([stages.image for stages in blown_up])).argmax(axis=1)
    originals = network.classify(images).argmax(axis=1)
    assert np.mean(read == labels) >= np.mean(originals == labels) - 0.003


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (5, 400)])
@pytest.mark.parametrize("level", [0, 0.1, np.nan, -3])
def test_no_ink_is_blank(shape: tuple[int, int], level: float) -> None:
    stages = normalise(np.full(shape, level, np.float32))
    assert stages.blank
    assert stages.box is None
    assert stages.scaled.shape == (0, 0)
    assert stages.image.shape == (28, 28)
    assert stages.image.dtype == np.float32
    assert not stages.image.any()


def test_a_dot_becomes_a_disc_in_the_middle() -> None:
    image = normalise(ink_of(line((250, 20)))).image
    assert image.sum() == pytest.approx(np.pi * 100, rel=0.05)
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=0.6)


def test_one_pixel_becomes_a_square() -> None:
    stages = normalise(np.ones((1, 1), np.float32))
    assert stages.box == (0, 0, 1, 1)
    assert stages.image.sum() == 400


@pytest.mark.parametrize(
    ("shape", "scaled"), [((1, 5_000), (1, 20)), ((5_000, 1), (20, 1)), ((3, 200), (1, 20))]
)
def test_a_thin_line_keeps_a_pixel(shape: tuple[int, int], scaled: tuple[int, int]) -> None:
    stages = normalise(np.ones(shape, np.float32))
    assert stages.scaled.shape == scaled
    assert stages.image.sum() == 20


def test_a_hairline_is_as_black_as_any_ink() -> None:
    assert normalise(ink_of(line((40, 40), (240, 240)), brush=1)).image.max() == 1


def test_ink_stays_inside_when_its_weight_lies_at_one_end() -> None:
    ink = np.zeros((200, 200), np.float32)
    ink[:10, :10] = 1
    ink[199, 199] = 1
    stages = normalise(ink)
    assert stages.scaled.shape == (20, 20)
    assert stages.offset == (8, 8)
    assert stages.image.sum() == pytest.approx(stages.scaled.sum())


@pytest.mark.parametrize("shape", [(0, 3), (28,), (2, 28, 28)])
def test_an_array_without_rows_and_columns_raises_an_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(DrawingError) as caught:
        normalise(np.zeros(shape, np.float32))
    assert str(caught.value) == (
        f"expected ink as rows and columns, at least one each, got shape {shape}; "
        "render a drawing or read a picture first"
    )


coordinates = st.floats(-strokes.MAX_COORDINATE, strokes.MAX_COORDINATE, width=32)
hand_drawn = st.floats(0, 280, width=32)


def any_lines(values: st.SearchStrategy[float]) -> st.SearchStrategy[list[FloatArray]]:
    shapes = st.tuples(st.integers(1, 8), st.just(2))
    return st.lists(arrays.arrays(np.float32, shapes, elements=values), max_size=4)


@given(any_lines(coordinates | hand_drawn), st.integers(1, 300), st.floats(0.01, 1_000))
@settings(max_examples=60, deadline=None)
def test_any_strokes_give_an_image(lines: list[FloatArray], side: int, brush: float) -> None:
    drawn = parse_strokes(strokes_to_json(Strokes(side, 280, brush, tuple(lines))))
    image = normalise(render(drawn)).image
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert 0 <= image.min() <= image.max() <= 1


@given(arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2, max_side=60)))
@settings(max_examples=100, deadline=None)
def test_any_ink_gives_an_image(ink: FloatArray) -> None:
    stages = normalise(ink)
    assert stages.image.shape == (28, 28)
    assert stages.image.dtype == np.float32
    assert 0 <= stages.image.min() <= stages.image.max() <= 1
    assert stages.blank == (not stages.image.any())
    assert stages.image.sum() == pytest.approx(stages.scaled.sum(), rel=1e-4)


@given(st.integers(0, 29), st.integers(0, 100), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_the_result_does_not_depend_on_the_position(index: int, x: int, y: int) -> None:
    image = digits()[index]
    field = np.zeros((128, 128), np.float32)
    field[y : y + 28, x : x + 28] = image
    np.testing.assert_array_equal(normalise(field).image, normalise(image).image)


@given(st.integers(2, 6), st.integers(0, 29))
@settings(max_examples=30, deadline=None)
def test_the_result_does_not_depend_on_the_size(times: int, index: int) -> None:
    image = digits()[index]
    large = normalise(np.kron(image, np.ones((times, times), np.float32))).image
    assert np.abs(large - normalise(image).image).mean() < 0.001


def test_a_drawing_at_half_the_size_is_nearly_the_same() -> None:
    hook = line((60, 60), (120, 50), (150, 80), (100, 240))
    half = line((30, 30), (60, 25), (75, 40), (50, 120))
    difference = np.subtract(normalise(ink_of(hook)).image, normalise(ink_of(half, brush=9)).image)
    assert np.abs(difference).mean() < 0.01


# ---------------------------------------------------------------- the steps, one by one


def test_without_to_box_the_whole_sheet_is_scaled() -> None:
    ink = np.zeros((280, 280), np.float32)
    ink[100:120, 50:60] = 1
    stages = normalise(ink, to_box=False)
    assert stages.box == (0, 0, 280, 280)
    expected = np.zeros((28, 28))
    expected[10:12, 5] = 1
    np.testing.assert_allclose(stages.image, expected, atol=1e-6)


def test_without_to_centre_the_box_is_in_the_middle() -> None:
    ink = np.zeros((280, 280), np.float32)
    ink[20:220, 30:50] = 1
    ink[180:220, 30:230] = 1
    assert normalise(ink, to_centre=False).offset == (4, 4)
    assert normalise(ink).offset != (4, 4)


@pytest.mark.parametrize("width", [2, 3, 5])
def test_the_stroke_width_is_the_width_of_a_bar(width: int) -> None:
    image = np.zeros((200, 200), np.float32)
    image[20:180, 50 : 50 + width] = 1
    assert stroke_width(image) == pytest.approx(width, rel=0.05)
    assert stroke_width(image / 2) == pytest.approx(width, rel=0.05)


def test_the_stroke_width_of_a_blank_image_is_0() -> None:
    assert stroke_width(np.zeros((28, 28), np.float32)) == 0


def test_the_mean_stroke_width_of_mnist_is_the_constant() -> None:
    images = to_input(load_mnist().x_train[:3000])
    found = np.mean([stroke_width(image) for image in images])
    assert found == pytest.approx(MNIST_STROKE_WIDTH, abs=0.04)
