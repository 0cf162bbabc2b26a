"""What must hold for any picture, and for the same digit in other light, size and colour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits.drawing.pictures import find_ink, read_picture
from mnistviz.digits.drawing.preprocessing import normalise
from tests.helpers.drawings import encoded, ink_of, line

# A 4 of 90 pixels on a sheet of 280.
INK = ink_of(line((120, 90), (100, 150), (170, 150)), line((155, 120), (150, 180)), brush=7)


def sheet(
    ink: tuple[int, int, int] = (40, 40, 60),
    paper: tuple[int, int, int] = (225, 222, 210),
    light: float = 1.0,
    zoom: int = 2,
    shadow: bool = False,
) -> Image.Image:
    """A photo of the digit with grain and uneven light, and the shadow of a hand on half of it."""
    rng = np.random.default_rng(1)
    covered = np.kron(INK, np.ones((zoom, zoom), np.float32))[..., np.newaxis]
    page = covered * np.array(ink) + (1 - covered) * np.array(paper)
    shade = np.linspace(1, 0.75, page.shape[1])[np.newaxis, :, np.newaxis]
    if shadow:
        y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]] / page.shape[0]
        hand = np.clip(30 * (0.25 - np.hypot(x - 0.35, y - 0.7)), 0, 1)
        shade = shade * (1 - 0.4 * hand[..., np.newaxis])
    grain = rng.normal(0, 3, page.shape)
    return Image.fromarray((page * light * shade + grain).clip(0, 255).astype(np.uint8))


def image_of(picture: Image.Image, **settings_of_file: object) -> FloatArray:
    raw = encoded(picture, "PNG", **settings_of_file)
    return normalise(read_picture(raw), to_pen=True).image


@pytest.mark.parametrize(
    "picture",
    [
        sheet(zoom=4),
        sheet(light=0.5),
        sheet(shadow=True),
        sheet(ink=(150, 30, 30), paper=(90, 150, 90)),
        sheet(ink=(240, 215, 60), paper=(240, 240, 235)),
        sheet(ink=(235, 235, 230), paper=(40, 60, 50)),
    ],
    ids=["twice the size", "darker", "in a shadow", "red on green", "yellow on white", "chalk"],
)
def test_the_same_digit_looks_the_same(picture: Image.Image) -> None:
    # Two different digits differ by 0.15 on average.
    assert np.abs(image_of(picture) - image_of(sheet())).mean() < 0.05


def test_a_photo_turned_by_its_exif_looks_the_same() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise when shown
    turned = sheet().rotate(90, expand=True)
    assert np.abs(image_of(turned, exif=exif) - image_of(sheet())).mean() < 0.02


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 140), st.integers(1, 140), st.just(3)), fill=st.just(200)
    ),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_picture_has_ink_of_bounded_size(colours: ByteArray, several: bool) -> None:
    ink = find_ink(colours, several)
    assert ink.shape == colours.shape[:2]
    assert ink.dtype == np.float32
    assert 0 <= ink.min() <= ink.max() <= 1
    assert normalise(ink, to_pen=True).image.shape == (28, 28)
