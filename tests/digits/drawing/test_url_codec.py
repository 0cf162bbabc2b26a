"""Drawings and images in links: decoding, limits, and links of earlier versions."""

import base64
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mnistviz.core.errors import DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.drawing.strokes import Strokes, redraw, render

DAMAGED = (
    "expected a drawing in the link, got one that is damaged or cut off; "
    "ask for the link again, or draw it yourself"
)


def circle(points: int = 100) -> FloatArray:
    turn = np.linspace(0, 2 * np.pi, points)
    return (140 + 90 * np.stack([np.cos(turn), np.sin(turn)], axis=1)).astype(np.float32)


def packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(raw)).decode().rstrip("=")


def test_a_drawing_is_decoded_from_its_text() -> None:
    bar = np.array([(10, 20.5), (200, 20.5)], np.float32)
    dot = np.array([(279, 0)], np.float32)
    drawn = Strokes(300, 280, 18.5, (bar, dot, circle()))
    text = url_codec.to_text(drawn)
    assert text is not None
    assert len(text) < 160
    back = url_codec.from_text(text)
    assert (back.width, back.height, back.brush) == (300, 280, 18.5)
    np.testing.assert_array_equal(back.strokes[0], bar)
    np.testing.assert_array_equal(back.strokes[1], dot)
    # The ink, not the 28×28 picture: there, rounding to whole pixels can move all of it by one.
    ink, same = (render(redraw(drawing)) for drawing in (drawn, back))
    assert np.abs(ink - same).mean() < 0.005


def test_a_line_is_simplified_within_the_tolerance() -> None:
    line = circle()
    points = url_codec.simplify(line, 1)
    assert len(points) < 40
    starts, ends = points[:-1, np.newaxis], points[1:, np.newaxis]
    way = ends - starts
    share = np.clip(((line - starts) * way).sum(-1) / (way**2).sum(-1), 0, 1)
    away = np.linalg.norm(line - starts - share[..., np.newaxis] * way, axis=-1).min(axis=0)
    assert 0.5 < away.max() <= 1


def test_a_long_drawing_is_simplified_and_a_longer_one_has_no_text() -> None:
    rng = np.random.default_rng(0)
    wild = rng.uniform(0, 280, (5_000, 2)).astype(np.float32)
    assert url_codec.to_text(Strokes(280, 280, 18, (wild,))) is None
    trembling = circle(2_000) + rng.normal(0, 0.8, (2_000, 2)).astype(np.float32)
    text = url_codec.to_text(Strokes(280, 280, 18, (trembling,)))
    assert text is not None
    assert len(text) <= url_codec.MAX_LENGTH


def any_lines() -> st.SearchStrategy[list[FloatArray]]:
    shapes = st.tuples(st.integers(1, 8), st.just(2))
    points = st.floats(-1_000, 1_000, width=32)
    return st.lists(arrays.arrays(np.float32, shapes, elements=points), max_size=6)


@given(any_lines(), st.integers(1, 700), st.floats(0.5, 1_000))
@settings(max_examples=60, deadline=None)
def test_any_drawing_is_decoded_within_its_canvas(
    lines: list[FloatArray], side: int, brush: float
) -> None:
    text = url_codec.to_text(Strokes(side, 280, brush, tuple(lines)))
    assert text is not None
    back = url_codec.from_text(text)
    assert len(back.strokes) == len(lines)
    for line, wanted in zip(back.strokes, lines, strict=True):
        assert ((line >= 0) & (line <= (side, 280))).all()
        assert np.abs(line[0] - np.clip(wanted[0], 0, (side, 280))).max() <= 0.25


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "!!!!",
        "ä",
        "x" * 1_501,
        packed(b""),
        packed(bytes([2, 100, 100, 36, 0])),  # another version
        packed(bytes([1, 0, 100, 36, 0])),  # no width
        packed(bytes([1, 100, 100, 36, 1, 0])),  # a stroke without points
        packed(bytes([1, 100, 100, 36, 1, 2, 4, 4])),  # a point is missing
        packed(bytes([1, 100, 100, 36, 1, 1, 5, 4])),  # left of the canvas
        packed(bytes([1, 100, 100, 36, 0, 0])),  # something follows
        packed(bytes([1, 0x80])),
        packed(b"\xff" * 10),
        packed(bytes([1, 100, 100, 36, 1, 1, 4, 4]))[:-3],
    ],
)
def test_other_text_raises_an_error(text: str) -> None:
    with pytest.raises(DrawingError) as caught:
        url_codec.from_text(text)
    assert str(caught.value) == DAMAGED


def test_a_zip_bomb_takes_little_memory() -> None:
    bomb = packed(bytes(1_000_000))
    assert len(bomb) <= url_codec.MAX_LENGTH
    tracemalloc.start()
    with pytest.raises(DrawingError):
        url_codec.from_text(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 500_000


@given(st.binary(max_size=60) | st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_drawing_or_raises_an_error(given_text: bytes | str) -> None:
    text = packed(given_text) if isinstance(given_text, bytes) else given_text
    try:
        drawn = url_codec.from_text(text)
    except DrawingError:
        return
    assert all(len(line) for line in drawn.strokes)


def test_an_image_is_decoded_within_half_a_grey_level() -> None:
    picture = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    picture[:, :20] = 0
    back = url_codec.picture_from_text(url_codec.picture_to_text(picture))
    assert (back.shape, back.dtype) == ((28, 28), np.float32)
    np.testing.assert_allclose(back, picture, atol=0.5 / 255 + 1e-6)
    assert url_codec.picture_to_text(back) == url_codec.picture_to_text(picture)


@pytest.mark.parametrize(
    "text", ["", "AAAA", "ä", packed(bytes(783)), packed(bytes(785)), packed(bytes(10**7))]
)
def test_other_text_is_no_image(text: str) -> None:
    with pytest.raises(DrawingError) as error:
        url_codec.picture_from_text(text)
    assert str(error.value) == DAMAGED


# Made by version 0.1.0. Links in mails and documents must stay valid.
OLD_DRAWING = "eNpjXMM0g0mViVkj6Acrw1LWaeyMj9ifswMAPn8GCg"
OLD_IMAGE = "eNpjYBhA8P__4JZLAYKh4M6RIkcHAAAm1Clp"


def test_links_of_earlier_versions_are_decoded() -> None:
    drawing = url_codec.from_text(OLD_DRAWING)
    assert (drawing.width, drawing.height, drawing.brush) == (300, 280, 18.5)
    assert [points.tolist() for points in drawing.strokes] == [
        [[10, 20.5], [200, 20.5], [30.5, 250]],
        [[279, 0]],
    ]
    assert url_codec.to_text(drawing) == OLD_DRAWING
    image = np.zeros((28, 28), np.float32)
    image[4:24, 13:15] = 1
    image[10, 5:9] = 100 / 255
    np.testing.assert_array_equal(url_codec.picture_from_text(OLD_IMAGE), image)
