"""Finding the sheet in a photo that shows the table around it."""

import numpy as np
import pytest
from PIL import Image

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.photo_ink import stages_of_photo
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.drawing.sheet import sheet_of
from tests.helpers.drawings import ink_of, line

WHITE, TABLE, YELLOW, INK = (0.9, 0.9, 0.88), (0.4, 0.25, 0.15), (0.95, 0.85, 0.35), (0.1, 0.1, 0.3)
# A 4 of 90 pixels on a sheet of 280.
DIGIT = ink_of(line((120, 90), (100, 150), (170, 150)), line((155, 120), (150, 180)), brush=7)

SQUARE = line((80, 80), (200, 80), (200, 200), (80, 200), (80, 80))


def photo(
    paper: tuple[float, ...] = WHITE,
    table: tuple[float, ...] = TABLE,
    angle: float = 7,
    ink: FloatArray = DIGIT,
) -> FloatArray:
    """A sheet of 280 pixels in a photo of 400 × 400, with grain and uneven light."""
    sheet = ink[..., np.newaxis] * np.array(INK) + (1 - ink[..., np.newaxis]) * np.array(paper)
    page = np.ones((400, 400, 3)) * np.array(table)
    layer = Image.fromarray((sheet * 255).astype(np.uint8)).convert("RGBA")
    turned = layer.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    picture = Image.fromarray((page * 255).astype(np.uint8))
    picture.paste(turned, (50, 40), turned)
    light = np.linspace(1, 0.85, 400)[np.newaxis, :, np.newaxis]
    grain = np.random.default_rng(0).normal(0, 0.01, page.shape)
    return (np.asarray(picture) / 255 * light + grain).clip(0, 1).astype(np.float32)


@pytest.mark.parametrize(
    ("paper", "table"),
    [(WHITE, TABLE), (YELLOW, (0.85, 0.85, 0.82)), (YELLOW, (0.2, 0.2, 0.22))],
    ids=["a white sheet on a table", "a note on white paper", "a note on a dark desk"],
)
def test_the_digit_on_a_sheet_is_found_and_the_table_is_not(
    paper: tuple[float, ...], table: tuple[float, ...]
) -> None:
    # A sheet that is not turned, without a table around it.
    alone = photo(paper, paper, angle=0)
    expected = normalise(stages_of_photo(alone).ink, to_pen=True).image
    stages = stages_of_photo(photo(paper, table, angle=3))
    assert stages.ink.shape == (400, 400)
    assert not stages.ink[:30].any()
    image = normalise(stages.ink, to_pen=True).image
    # Two different digits differ by 0.15 on average.
    assert np.abs(image - expected).mean() < 0.05


def test_the_sheet_is_where_it_is() -> None:
    found = sheet_of(photo())
    assert found is not None
    left, top, right, bottom = found.box
    assert 40 < left < 75
    assert 30 < top < 65
    assert 345 < right <= 400
    assert 335 < bottom <= 400
    # The colour beyond the sheet is that of its paper.
    assert np.abs(found.colours[5, 5] - np.array(WHITE)).max() < 0.15


@pytest.mark.parametrize(
    "colours",
    [
        photo(WHITE, WHITE),
        photo(tuple(0.7 * level for level in WHITE), WHITE),
        photo(ink=np.zeros((280, 280), np.float32)),
        photo(INK, WHITE, ink=np.zeros((280, 280), np.float32)),
        photo(WHITE, WHITE, ink=ink_of(line((140, 80), (140, 200)), brush=60)),
        photo(WHITE, WHITE, ink=ink_of(SQUARE, brush=12)),
    ],
    ids=["paper only", "a shadow", "an empty sheet", "a dark sheet", "a broad 1", "a square 0"],
)
def test_what_is_no_sheet_is_left_alone(colours: FloatArray) -> None:
    assert sheet_of(colours) is None
