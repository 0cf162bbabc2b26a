"""The paper's colour, and how far ink is from it."""

import numpy as np
import pytest

from mnistviz.digits.drawing.paper import difference, papers_of, reduced


def test_the_paper_has_no_ink_and_keeps_its_shade() -> None:
    shade = np.linspace(0.5, 0.9, 300, dtype=np.float32)
    sheet = np.broadcast_to(shade[np.newaxis, :, np.newaxis], (200, 300, 3)).copy()
    written = sheet.copy()
    written[60:140, 140:160] = 0.1
    dark, _ = papers_of(written)
    assert np.abs(dark - sheet).max() < 0.08


def test_a_shadow_with_an_edge_is_paper_and_ink_in_it_is_not() -> None:
    y, x = np.mgrid[0:400, 0:300]
    shade = np.where((y - 220) ** 2 + (x - 150) ** 2 < 75**2, 0.5, 0.9).astype(np.float32)
    sheet = np.repeat(shade[..., np.newaxis], 3, axis=-1)
    sheet[120:300, 148:152] *= 0.4
    ink, _ = difference(sheet, *papers_of(sheet))
    assert ink[150:290, 150].min() > 0.25
    # All but the stroke, and the edge of the shadow, of a pixel or two.
    ink[:, 140:160] = 0
    assert (ink > 0.1).mean() < 0.04


@pytest.mark.parametrize(
    ("ink", "paper"),
    [((0.8, 0.2, 0.2), (0.3, 0.6, 0.3)), ((1, 1, 0.2), (1, 1, 1)), ((0.9, 0.9, 0.9), (0, 0, 0.2))],
    ids=["red on green", "yellow on white", "chalk on a blackboard"],
)  # fmt: skip
def test_ink_of_any_colour_is_far_from_the_paper(
    ink: tuple[float, ...], paper: tuple[float, ...]
) -> None:
    sheet = np.full((100, 100, 3), paper, np.float32)
    sheet[40:60, 45:55] = ink
    found, _ = difference(sheet, *papers_of(sheet))
    assert found[50, 50] > 0.25
    assert np.abs(found[:20]).max() < 0.02


def test_ink_in_a_shadow_is_as_strong_as_in_the_light() -> None:
    light = np.full((300, 300, 3), 0.9, np.float32)
    light[:, 170:] = 0.5
    sheet = light.copy()
    sheet[100:200, 60:80] *= 0.5
    sheet[100:200, 220:240] *= 0.5
    found, _ = difference(sheet, light, light)
    assert found[150, 230] == pytest.approx(found[150, 70], rel=0.05)


def test_a_reduced_picture_keeps_its_aspect_ratio() -> None:
    assert reduced(np.zeros((1_000, 400, 3), np.float32), 500).shape == (500, 200, 3)
    assert reduced(np.zeros((10, 20, 3), np.float32), 500).shape == (10, 20, 3)
