"""Lines of writing and signs."""

import numpy as np
import pytest

from mnistviz.digits.drawing.text_lines import arrange


def digit(x: float, y: float, height: float = 50) -> tuple[float, ...]:
    return x, y, x + 30, y + height


def test_two_lines_are_told_apart_and_far_digits_are_on_one_line() -> None:
    boxes = [digit(0, 0), digit(400, 5), digit(0, 80), digit(200, 90), digit(400, 75)]
    lines, roles = arrange(np.array(boxes, float))
    assert lines.tolist() == [0, 0, 1, 1, 1]
    assert set(roles) == {"digit"}


def test_a_rising_line_is_one_line() -> None:
    lines, _ = arrange(np.array([digit(45 * n, -14 * n) for n in range(8)], float))
    assert set(lines.tolist()) == {0}


@pytest.mark.parametrize(
    ("box", "role"),
    [
        ((40, 20, 62, 26), "minus"),
        ((44, 42, 50, 48), "point"),
        ((27, 42, 35, 50), "point"),  # partly below a curve
        ((44, 2, 50, 8), "left_out"),  # a speck at the top
        ((0, 200, 100, 204), "left_out"),  # a line far below
        ((2, 2, 30, 8), "digit"),  # the bar of a 5
    ],
)
def test_what_is_low_is_a_sign_or_part_of_a_digit_or_left_out(
    box: tuple[float, ...], role: str
) -> None:
    _, roles = arrange(np.array([digit(0, 0), box, digit(70, 0), digit(110, 0)], float))
    assert roles[1] == role


def test_the_bar_of_a_5_that_does_not_touch_it_is_part_of_a_digit() -> None:
    _, roles = arrange(np.array([digit(0, 0), (32, 4, 50, 12), digit(80, 0)], float))
    assert roles == ["digit", "digit", "digit"]
