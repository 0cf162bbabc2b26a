"""Drawings and scans on even paper."""

import numpy as np
import pytest

from mnistviz.digits.drawing.even_paper import ink_on_even_paper, is_drawn


def test_a_drawing_has_an_even_border_even_where_a_digit_touches_it() -> None:
    sheet = np.full((80, 60, 3), 0.9, np.float32)
    assert is_drawn(sheet)
    sheet[:5, 20:26] = 0
    assert is_drawn(sheet)
    assert not is_drawn(sheet * np.linspace(0.7, 1, 60, dtype=np.float32)[:, np.newaxis])


@pytest.mark.parametrize("colour", [(1, 0.2, 0.2), (0.9, 0.9, 0.2), (0.1, 0.1, 0.1)])
def test_ink_of_any_colour_is_found(colour: tuple[float, ...]) -> None:
    sheet = np.full((40, 40, 3), 0.9, np.float32)
    sheet[10:30, 18:22] = colour
    ink = ink_on_even_paper(sheet)
    assert ink[20, 20] == 1
    assert ink.sum() == 80


@pytest.mark.parametrize("edge", [0, 20])
def test_a_frame_around_a_digit_is_omitted(edge: int) -> None:
    """Of a form's field, or of the cell of a table that is cut along its lines."""
    page = np.full((120, 120, 3), 0.95, np.float32)
    page[edge : 120 - edge, edge : 120 - edge] = 0.1
    page[edge + 4 : 116 - edge, edge + 4 : 116 - edge] = 0.95
    page[40:80, 57:63] = 0.2
    ink = ink_on_even_paper(page)
    rows, columns = np.nonzero(ink > 0.1)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (40, 79, 57, 62)


def test_a_digit_that_fills_its_picture_is_no_frame() -> None:
    page = np.ones((60, 16, 3), np.float32)
    page[1:59, 2:14] = 0
    assert is_drawn(page)
    assert ink_on_even_paper(page)[30, 8] == 1
