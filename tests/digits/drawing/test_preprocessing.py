"""Pictures, and MNIST's normalisation."""

import io
import re
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import strokes
from mnistviz.digits.drawing.preprocessing import (
    MNIST_STROKE_WIDTH,
    normalise,
    read_picture,
    stroke_width,
)
from mnistviz.digits.drawing.strokes import Strokes, parse_strokes, render, strokes_to_json
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.network.model import Classifier
from mnistviz.runs.load import load
from mnistviz.runs.registry import find_run
from mnistviz.runs.snapshots import latest_snapshot


def digits(number: int = 30) -> FloatArray:
    return to_input(load_mnist().x_test[:number])


def line(*points: tuple[float, float]) -> FloatArray:
    return np.array(points, np.float32)


def drawn(*lines: FloatArray, brush: float = 18, side: int = 280) -> FloatArray:
    return render(Strokes(side, side, brush, lines))


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def centre_of_mass(image: FloatArray) -> tuple[float, float]:
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]]
    return float((image * x).sum() / image.sum()), float((image * y).sum() / image.sum())


# ---------------------------------------------------------------- pictures

PIXELS = load_mnist().x_test[0]
WANTED = PIXELS / 255
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
def test_the_same_digit_is_read_from_every_kind_of_picture(raw: bytes) -> None:
    ink = read_picture(raw)
    assert ink.shape == (28, 28)
    assert ink.dtype == np.float32
    np.testing.assert_allclose(ink, WANTED, atol=0.02)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_jpeg_is_nearly_the_digit(mode: str) -> None:
    ink = read_picture(encoded(WHITE.convert("RGB").convert(mode), "JPEG", quality=90))
    assert np.abs(ink - WANTED).mean() < 0.02


def test_a_turned_photo_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° clockwise when shown
    wide = WHITE.crop((0, 4, 28, 24)).rotate(90, expand=True)
    ink = read_picture(encoded(wide, "PNG", exif=exif))
    np.testing.assert_allclose(ink, WANTED[4:24], atol=0.01)


def test_grain_and_shade_of_the_paper_are_no_ink() -> None:
    grain = np.random.default_rng(0).normal(0, 3, (280, 280))
    shade = np.linspace(-10, 10, 280)
    photo = 190 - 120 * drawn(line((100, 60), (180, 220))) + grain + shade
    ink = read_picture(encoded(Image.fromarray(photo.astype(np.uint8))))
    box = normalise(ink).box
    assert box is not None
    assert np.abs(np.subtract(box, (91, 51, 189, 229))).max() <= 3


def test_a_transparent_margin_is_paper() -> None:
    sheet = Image.new("RGBA", (60, 60))
    sheet.paste(WHITE.convert("RGBA"), (16, 16))
    np.testing.assert_allclose(read_picture(encoded(sheet))[16:44, 16:44], WANTED, atol=0.01)


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
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    with pytest.raises(DrawingError) as caught:
        read_picture(raw)
    assert str(caught.value) == (
        "expected a picture as PNG, JPEG, BMP, GIF, WebP or TIFF, got "
        f"{len(raw):,} bytes that can't be read as any of these; save it as PNG"
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
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
def test_too_many_pixels_are_refused(size: tuple[int, int], found: str) -> None:
    # A small file: a PNG header that announces a large picture.
    raw = bytearray(encoded(Image.new("L", (1, 1))))
    raw[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    raw[29:33] = zlib.crc32(raw[12:29]).to_bytes(4, "big")
    with pytest.raises(DrawingError) as caught:
        read_picture(bytes(raw))
    assert str(caught.value) == (
        f"expected a picture of at most 50 megapixels, got {found}; scale it down and try again"
    )


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(DrawingError) as caught:
        read_picture(bytes(20_000_001))
    assert str(caught.value) == (
        "expected a picture of at most 20,000,000 bytes, got 20,000,001; "
        "scale it down and try again"
    )


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_give_ink_or_a_drawing_error(data: st.DataObject) -> None:
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


# ---------------------------------------------------------------- normalise


def test_a_digit_fills_20_pixels_around_its_centre_of_mass() -> None:
    stages = normalise(drawn(line((30, 40), (60, 200)), line((30, 120), (90, 120))))
    assert not stages.blank
    assert stages.box == (21, 31, 99, 209)
    assert stages.scaled.shape == (20, 9)
    x, y = stages.offset
    np.testing.assert_array_equal(stages.image[y : y + 20, x : x + 9], stages.scaled)
    assert stages.image.sum() == pytest.approx(stages.scaled.sum())
    assert centre_of_mass(stages.image) == pytest.approx((14, 14), abs=0.5)
    assert stages.image.max() == 1


def test_mnist_itself_comes_back() -> None:
    images = digits(300)
    changes = np.array([np.abs(normalise(image).image - image).mean() for image in images])
    assert np.median(changes) < 1e-4
    assert changes.mean() < 0.001
    assert np.mean(changes > 0.01) < 0.01


def test_mnist_comes_back_from_pictures_ten_times_as_large() -> None:
    changes = []
    for image, pixels in zip(digits(), load_mnist().x_test[:30], strict=True):
        large = Image.fromarray(pixels).resize((280, 280), Image.Resampling.BICUBIC)
        changes.append(np.abs(normalise(read_picture(encoded(large))).image - image).mean())
    # Enlarging blurs the edge, which widens the box; a centre of mass between two pixels may
    # fall to the other one. Two different digits are 0.15 apart.
    assert np.median(changes) < 0.04
    assert max(changes) < 0.1


@pytest.mark.slow
def test_mnist_blown_up_to_the_canvas_is_read_as_well_as_the_originals() -> None:
    images, labels = digits(2_000), load_mnist().y_test[:2_000]
    classifier = Classifier(load(latest_snapshot(find_run("best"))))
    blown_up = [
        normalise(np.asarray(Image.fromarray(image).resize((280, 280), Image.Resampling.BICUBIC)))
        for image in images
    ]
    read = classifier.classify(np.stack([stages.image for stages in blown_up])).argmax(axis=1)
    originals = classifier.classify(images).argmax(axis=1)
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
    image = normalise(drawn(line((250, 20)))).image
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
    assert normalise(drawn(line((40, 40), (240, 240)), brush=1)).image.max() == 1


def test_ink_stays_inside_when_its_weight_lies_at_one_end() -> None:
    ink = np.zeros((200, 200), np.float32)
    ink[:10, :10] = 1
    ink[199, 199] = 1
    stages = normalise(ink)
    assert stages.scaled.shape == (20, 20)
    assert stages.offset == (8, 8)
    assert stages.image.sum() == pytest.approx(stages.scaled.sum())


@pytest.mark.parametrize("shape", [(0, 3), (28,), (2, 28, 28)])
def test_what_is_no_field_of_ink_is_refused(shape: tuple[int, ...]) -> None:
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
def test_where_a_digit_lies_makes_no_difference(index: int, x: int, y: int) -> None:
    image = digits()[index]
    field = np.zeros((128, 128), np.float32)
    field[y : y + 28, x : x + 28] = image
    np.testing.assert_array_equal(normalise(field).image, normalise(image).image)


@given(st.integers(2, 6), st.integers(0, 29))
@settings(max_examples=30, deadline=None)
def test_how_large_a_digit_is_makes_no_difference(times: int, index: int) -> None:
    image = digits()[index]
    large = normalise(np.kron(image, np.ones((times, times), np.float32))).image
    assert np.abs(large - normalise(image).image).mean() < 0.001


def test_a_drawing_at_half_the_size_is_nearly_the_same() -> None:
    hook = line((60, 60), (120, 50), (150, 80), (100, 240))
    half = line((30, 30), (60, 25), (75, 40), (50, 120))
    difference = np.subtract(normalise(drawn(hook)).image, normalise(drawn(half, brush=9)).image)
    assert np.abs(difference).mean() < 0.01


# ---------------------------------------------------------------- the steps, one by one


def test_without_the_box_the_whole_sheet_is_shrunk() -> None:
    ink = np.zeros((280, 280), np.float32)
    ink[100:120, 50:60] = 1
    stages = normalise(ink, to_box=False)
    assert stages.box == (0, 0, 280, 280)
    expected = np.zeros((28, 28))
    expected[10:12, 5] = 1
    np.testing.assert_allclose(stages.image, expected, atol=1e-6)


def test_without_the_centre_of_mass_the_box_is_in_the_middle() -> None:
    ink = np.zeros((280, 280), np.float32)
    ink[20:220, 30:50] = 1
    ink[180:220, 30:230] = 1
    assert normalise(ink, to_centre=False).offset == (4, 4)
    assert normalise(ink).offset != (4, 4)


@pytest.mark.parametrize("width", [2, 3, 5])
def test_the_width_of_a_stroke(width: int) -> None:
    image = np.zeros((200, 200), np.float32)
    image[20:180, 50 : 50 + width] = 1
    assert stroke_width(image) == pytest.approx(width, rel=0.05)
    assert stroke_width(image / 2) == pytest.approx(width, rel=0.05)


def test_no_ink_has_no_width() -> None:
    assert stroke_width(np.zeros((28, 28), np.float32)) == 0


def test_the_width_of_the_strokes_of_mnist_is_measured() -> None:
    images = to_input(load_mnist().x_train[:3000])
    found = np.mean([stroke_width(image) for image in images])
    assert found == pytest.approx(MNIST_STROKE_WIDTH, abs=0.04)
