"""Lines as wide as MNIST's."""

import numpy as np
import pytest

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.pen import PEN_WIDTHS, line_width, with_mnist_pen
from mnistviz.digits.drawing.preprocessing import normalise, stroke_width
from tests.helpers.drawings import ink_of, line


def ink_with(brush: float) -> FloatArray:
    return ink_of(line((60, 60), (220, 60), (100, 220)), brush=brush)


@pytest.mark.parametrize("brush", [3, 6, 12, 20, 30, 44])
def test_lines_of_any_width_are_drawn_as_wide_as_those_of_mnist(brush: float) -> None:
    image = normalise(ink_with(brush), to_pen=True).image
    assert 1.7 < stroke_width(image) < 3.2


def test_a_line_of_the_right_width_stays_as_it_is() -> None:
    ink = ink_with(20)
    np.testing.assert_array_equal(normalise(ink, to_pen=True).image, normalise(ink).image)


@pytest.mark.parametrize("width", [3, 8, 15])
def test_the_width_of_a_line_is_measured(width: int) -> None:
    mask = np.zeros((200, 60), bool)
    mask[10:190, 20 : 20 + width] = True
    assert line_width(mask) == pytest.approx(width, rel=0.15)


def test_ink_without_a_visible_pixel_stays_as_it_is() -> None:
    faint = np.full((30, 20), 0.05, np.float32)
    assert with_mnist_pen(faint) is faint
    assert PEN_WIDTHS[0] < PEN_WIDTHS[1]
