"""Printed lines are removed, straight strokes stay."""

import numpy as np
import pytest
from scipy import ndimage

from mnistviz.digits.drawing.ruling import frames, without_lines

GRAIN = 0.004


@pytest.mark.parametrize("slope", [0, 0.05, -0.07])
@pytest.mark.parametrize("turned", [False, True])
def test_a_thin_line_from_edge_to_edge_is_removed(slope: float, turned: bool) -> None:
    y, x = np.mgrid[0:200, 0:300]
    ink = (0.2 * (np.abs(y - 100 - slope * (x - 150)) < 1)).astype(np.float32)
    ink = ink.T if turned else ink
    assert without_lines(ink, GRAIN).mean() < 0.1 * ink.mean()


@pytest.mark.parametrize(("width", "thick"), [(0.6, 2), (0.95, 14)])
def test_the_stroke_of_a_digit_stays(width: float, thick: int) -> None:
    ink = np.zeros((200, 300), np.float32)
    margin = int(300 * (1 - width) / 2)
    ink[100 : 100 + thick, margin : 300 - margin] = 0.6
    np.testing.assert_array_equal(without_lines(ink, GRAIN), ink)


def test_what_is_written_over_a_line_stays() -> None:
    ink = np.zeros((200, 300), np.float32)
    ink[100:102] = 0.2
    ink[50:150, 150:158] = 0.7
    rest = without_lines(ink, GRAIN)
    assert rest[101, 153] > 0.4
    assert not rest[100:102, :100].any()


def test_a_frame_is_a_rectangle_with_something_in_it() -> None:
    mask = np.zeros((100, 200), bool)
    mask[10:90, 10:80] = True
    mask[13:87, 13:77] = False  # a frame
    mask[30:70, 40:45] = True  # a digit in it
    mask[10:90, 120:190] = True
    mask[13:87, 123:187] = False  # an empty box, which may be a 0
    labels, number = ndimage.label(mask, np.ones((3, 3)))
    assert number == 3
    assert frames(labels, number)[labels[10, 10] - 1]
    assert frames(labels, number).sum() == 1


def test_squared_paper_is_no_frame() -> None:
    y, x = np.mgrid[0:300, 0:300]
    mask = (y % 30 < 2) | (x % 30 < 2)
    mask[100:160, 103:108] = True
    mask[40:45, 40:45] = mask[250:255, 250:255] = True  # dots in its cells
    labels, number = ndimage.label(mask, np.ones((3, 3)))
    assert not frames(labels, number).any()


def test_a_stroke_along_a_darker_part_of_a_ruled_line_stays() -> None:
    ink = np.zeros((90, 200), np.float32)
    ink[60:63] = 0.3
    ink[58:64, 80:120] = 0.8  # the foot of a 2, on the line
    ink[20:60, 96:102] = 0.8
    rest = without_lines(ink, 0.004)
    assert rest[60, 85:115].min() > 0.5
    assert rest[:, :70].max() < 0.1


def test_squared_lines_in_uneven_light_leave_nothing() -> None:
    y, x = np.mgrid[0:300, 0:300]
    on_line = (y % 30 < 2).astype(np.float32) + (x % 30 < 2)  # twice as dark where they cross
    ink = 0.2 * on_line * np.linspace(0.75, 1.25, 300, dtype=np.float32)
    assert without_lines(ink, GRAIN).mean() < 0.05 * ink.mean()
