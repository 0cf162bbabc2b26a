"""Picture files: decoding within limits, and finding their ink."""

import re
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mnistviz.core.errors import DrawingError
from mnistviz.digits.drawing import pictures
from mnistviz.digits.drawing.documents import register_heif
from mnistviz.digits.drawing.pictures import read_picture
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.mnist import load_mnist
from tests.helpers.drawings import encoded, ink_of, line

PIXELS = load_mnist().x_test[0]
EXPECTED = PIXELS / 255
BLACK = Image.fromarray(PIXELS)
WHITE = Image.fromarray(255 - PIXELS)


def see_through(ink: str) -> Image.Image:
    image = Image.new("RGBA", BLACK.size, ink)
    image.putalpha(BLACK)
    return image


def framed(colour: int) -> Image.Image:
    image = Image.new("L", BLACK.size, colour)
    image.paste(255 - colour, mask=BLACK)
    return image


@pytest.mark.parametrize(
    "raw",
    [
        encoded(BLACK),
        encoded(WHITE),
        encoded(WHITE.convert("RGB")),
        encoded(WHITE, "BMP"),
        encoded(WHITE, "GIF"),
        encoded(WHITE, "TIFF"),
        encoded(WHITE, "WEBP", lossless=True),
        encoded(BLACK.convert("P")),
        encoded(WHITE.convert("RGB").convert("CMYK"), "TIFF"),
        encoded(Image.fromarray(PIXELS.astype(np.uint16) * 257)),
        encoded(Image.fromarray(PIXELS.astype(np.uint16) * 16)),
        encoded(Image.fromarray(PIXELS.astype(np.int32) * 1_000 - 5_000), "TIFF"),
        encoded(Image.fromarray(PIXELS.astype(np.float32) * -1e20), "TIFF"),
        encoded(see_through("black")),
        encoded(see_through("white")),
        encoded(see_through("white").convert("LA")),
        encoded(framed(200)),
        encoded(framed(60)),
        encoded(WHITE, "GIF", save_all=True, append_images=[BLACK.rotate(90)]),
    ],
    ids=["white on black", "black on white", "rgb", "bmp", "gif", "tiff", "webp", "palette",
         "cmyk", "16 bit", "12 in 16 bit", "32 bit", "float", "black on clear", "white on clear",
         "white on clear grey", "light grey paper", "dark grey paper", "first frame"],
)  # fmt: skip
def test_the_same_ink_is_found_in_every_kind_of_picture(raw: bytes) -> None:
    ink = read_picture(raw)
    assert ink.shape == (28, 28)
    assert ink.dtype == np.float32
    np.testing.assert_allclose(ink, EXPECTED, atol=0.02)


@pytest.mark.parametrize("picture_format", pictures.PICTURE_FORMATS, ids=lambda kind: kind.name)
def test_every_format_of_the_registry_is_read(picture_format: pictures.PictureFormat) -> None:
    register_heif()
    large = WHITE.resize((280, 280))
    ink = read_picture(encoded(large, picture_format.name.upper()))
    small = np.asarray(Image.fromarray(ink).resize((28, 28), Image.Resampling.BOX))
    assert np.abs(small - EXPECTED).mean() < 0.03
    for suffix in picture_format.suffixes:
        assert Image.registered_extensions()[suffix] == picture_format.name.upper()
    assert picture_format.name in pictures.format_names()


def test_formats_and_limits_are_described_for_people() -> None:
    assert pictures.format_names(with_notes=True) == (
        "PNG, JPEG, BMP, GIF (its first frame), WebP, TIFF, HEIF (HEIC of phones) or "
        "PDF (its first page)"
    )
    assert pictures.limits() == "20 MB and 50 megapixels, as WebP 20, as HEIF 25"


def test_the_first_of_several_pictures_in_a_jpeg_is_read() -> None:
    # Phones write such files; Pillow calls them MPO.
    raw = encoded(WHITE, "MPO", save_all=True, append_images=[BLACK.rotate(90)], quality=95)
    assert np.abs(read_picture(raw) - EXPECTED).mean() < 0.02


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_the_ink_of_a_jpeg_is_nearly_that_of_the_digit(mode: str) -> None:
    ink = read_picture(encoded(WHITE.convert("RGB").convert(mode), "JPEG", quality=90))
    assert np.abs(ink - EXPECTED).mean() < 0.02


def test_a_rotated_photo_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise when shown
    wide = WHITE.crop((0, 4, 28, 24)).rotate(90, expand=True)
    ink = read_picture(encoded(wide, "PNG", exif=exif))
    np.testing.assert_allclose(ink, EXPECTED[4:24], atol=0.01)


def test_grain_and_shade_of_the_paper_are_not_ink() -> None:
    grain = np.random.default_rng(0).normal(0, 3, (280, 280))
    shade = np.linspace(-10, 10, 280)
    photo = 190 - 120 * ink_of(line((100, 60), (180, 220))) + grain + shade
    ink = read_picture(encoded(Image.fromarray(photo.astype(np.uint8))))
    box = normalise(ink).box
    assert box is not None
    assert np.abs(np.subtract(box, (91, 51, 189, 229))).max() <= 3


def test_a_transparent_margin_is_paper() -> None:
    sheet = Image.new("RGBA", (60, 60))
    sheet.paste(WHITE.convert("RGBA"), (16, 16))
    np.testing.assert_allclose(read_picture(encoded(sheet))[16:44, 16:44], EXPECTED, atol=0.01)


@pytest.mark.parametrize("level", [0, 1, 120, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 3_000), (40, 30)])
def test_a_flat_picture_has_no_ink(level: int, size: tuple[int, int]) -> None:
    assert not read_picture(encoded(Image.new("L", size, level))).any()


def test_nearly_flat_noise_has_no_ink() -> None:
    noise = np.random.default_rng(0).integers(0, 4, (50, 50)).astype(np.uint8)
    assert not read_picture(encoded(Image.fromarray(noise))).any()


def test_a_large_picture_is_reduced() -> None:
    large = BLACK.resize((2_800, 1_400))
    ink = read_picture(encoded(large))
    assert ink.shape == (467, 934)
    assert ink.max() == 1


@pytest.mark.parametrize("raw", [b"", b"a text file", b"<svg/>", encoded(BLACK, "EPS")])
def test_a_file_of_another_format_raises_an_error(raw: bytes) -> None:
    with pytest.raises(DrawingError) as caught:
        read_picture(raw)
    assert str(caught.value) == (
        "expected a picture as PNG, JPEG, BMP, GIF, WebP, TIFF, HEIF or PDF, got "
        f"{len(raw):,} bytes that can't be read as any of these; save it as PNG"
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF"])
def test_a_truncated_picture_raises_an_error(kind: str) -> None:
    raw = encoded(WHITE, kind)
    with pytest.raises(DrawingError) as caught:
        read_picture(raw[: len(raw) * 4 // 5])
    message = r"expected a whole picture, got a damaged one \(.+\); save it again"
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.parametrize(
    ("size", "found"),
    [
        ((10_000, 5_001), "10,000 × 5,001 pixels"),
        ((10_000, 9_000), "10,000 × 9,000 pixels"),  # Pillow warns
        ((20_000, 20_000), "many times as many"),  # Pillow refuses before it tells the size
    ],
)
def test_too_many_pixels_raise_an_error(size: tuple[int, int], found: str) -> None:
    # A small file: a PNG header that announces a large picture.
    raw = bytearray(encoded(Image.new("L", (1, 1))))
    raw[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    raw[29:33] = zlib.crc32(raw[12:29]).to_bytes(4, "big")
    with pytest.raises(DrawingError) as caught:
        read_picture(bytes(raw))
    assert str(caught.value) == (
        f"expected a picture of at most 50 megapixels, got {found}; scale it down and try again"
    )


def test_too_many_bytes_raise_an_error() -> None:
    with pytest.raises(DrawingError) as caught:
        read_picture(bytes(20_000_001))
    assert str(caught.value) == (
        "expected a picture of at most 20,000,000 bytes, got 20,000,001; "
        "scale it down and try again"
    )


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_files_give_ink_or_a_drawing_error(data: st.DataObject) -> None:
    kinds = [("PNG", WHITE), ("JPEG", WHITE), ("BMP", WHITE), ("GIF", WHITE), ("WEBP", WHITE)]
    raw = bytearray(encoded(*data.draw(st.sampled_from(kinds))[::-1]))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        ink = read_picture(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    except DrawingError:
        return
    assert ink.dtype == np.float32
    assert 0 <= ink.min() <= ink.max() <= 1
