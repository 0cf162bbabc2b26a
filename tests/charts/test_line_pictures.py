"""Pictures of lines: their ticks, and what is drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from mnistviz.charts.line_pictures import HEIGHT, WIDTH, Line, lines_png, log_ticks, ticks


def test_ticks_are_round_numbers_within_the_range() -> None:
    assert ticks(0, 1) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert ticks(0.981, 0.9961) == pytest.approx([0.985, 0.99, 0.995])
    assert ticks(1, 20) == [5, 10, 15, 20]
    assert ticks(3, 3) == [3]


def test_ticks_of_a_logarithmic_axis_are_ones_twos_and_fives() -> None:
    assert [round(10**tick, 6) for tick in log_ticks(-1.1, 0.4)] == [0.1, 0.2, 0.5, 1, 2]
    assert log_ticks(-5, 1) == [-5, -4, -3, -2, -1, 0, 1]


def test_a_falling_line_is_drawn_from_the_upper_left_to_the_lower_right() -> None:
    png = lines_png([Line("loss", "#ff0000", [1, 2, 3], [3.0, 2.0, 1.0])], "epoch", "loss")
    pixels = np.asarray(Image.open(io.BytesIO(png)))
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    red = (pixels[..., 0] > 200) & (pixels[..., 1] < 80)
    # Without the legend, which has the colour of the line.
    rows, columns = np.nonzero(red[40:])
    assert np.corrcoef(rows, columns)[0, 1] > 0.99


def test_values_that_are_not_finite_are_left_out() -> None:
    nan = lines_png([Line("a", "#ff0000", [1, 2], [float("nan"), 1.0])], "x", "y")
    assert nan == lines_png([Line("a", "#ff0000", [2], [1.0])], "x", "y")
    assert lines_png([Line("a", "#ff0000", [1], [0.0])], "x", "y", log=True) == lines_png(
        [Line("a", "#ff0000", [], [])], "x", "y", log=True
    )
