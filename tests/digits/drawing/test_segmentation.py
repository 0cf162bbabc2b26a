"""Segmentation of numbers into digits."""

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from benchmarks.reading import side_by_side
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.pictures import find_ink
from mnistviz.digits.drawing.segmentation import (
    Segment,
    segment_ink,
    segment_strokes,
)
from mnistviz.digits.drawing.strokes import Strokes, render
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import latest_snapshot
from tests.helpers.hand_made_strokes import HAND_MADE


@functools.cache
def reader() -> DigitReader:
    return DigitReader(load(latest_snapshot(registry.find_run("best"))), None)


def text_of(segments: list[Segment]) -> str:
    images = np.stack([segment.stages.image for segment in segments])
    return "".join(map(str, reader().logits(images).argmax(axis=1)))


def drawn(*names: str, gap: float = 24, zoom: float = 0.7) -> Strokes:
    lines = []
    edge = 20.0
    for name in names:
        digit = [np.array(line, np.float32) * zoom for line in HAND_MADE[name]]
        points = np.concatenate(digit)
        shift = np.array([edge - points[:, 0].min(), 0], np.float32)
        lines += [line + shift for line in digit]
        edge += float(np.ptp(points[:, 0])) + gap
    return Strokes(640, 280, 12, tuple(lines))


@pytest.mark.parametrize("number", ["1984", "4", "54", "10", "7361", "2025"])
@pytest.mark.parametrize("gap", [40, 14])
def test_a_drawn_number_is_segmented_from_left_to_right(number: str, gap: float) -> None:
    segments = segment_strokes(drawn(*number, gap=gap), reader())
    assert text_of(segments) == number
    lefts = [segment.box[0] for segment in segments]
    assert lefts == sorted(lefts)
    # A 4 and a 5 have two strokes; no stroke is lost.
    num_strokes = [len(segment.strokes.strokes) for segment in segments if segment.strokes]
    assert num_strokes == [len(HAND_MADE[digit]) for digit in number]


def test_the_order_of_strokes_does_not_matter() -> None:
    number = drawn(*"1984")
    shuffled = Strokes(640, 280, 12, number.strokes[::-1])
    assert text_of(segment_strokes(shuffled, reader())) == "1984"


def test_digits_in_one_stroke_are_split() -> None:
    apart = drawn("7", "3", gap=-2)
    joined = Strokes(640, 280, 12, (np.concatenate(apart.strokes),))
    assert len(segment_strokes(joined, reader())) == 2


@pytest.mark.parametrize("gap", [4, 2])
def test_digits_of_the_test_set_side_by_side_are_segmented(gap: int) -> None:
    rng = np.random.default_rng(4)
    data = load_mnist()
    right = 0
    for _ in range(20):
        chosen = rng.integers(0, 10_000, rng.integers(2, 6)).tolist()
        segments = segment_ink(side_by_side(to_input(data.x_test[chosen]), gap), reader())
        right += text_of(segments) == "".join(str(data.y_test[index]) for index in chosen)
    assert right >= 17


def test_digits_that_touch_are_split_where_they_touch() -> None:
    rng = np.random.default_rng(4)
    data = load_mnist()
    right = 0
    for _ in range(20):
        chosen = rng.integers(0, 10_000, 3).tolist()
        segments = segment_ink(side_by_side(to_input(data.x_test[chosen]), 0), reader())
        right += text_of(segments) == "".join(str(data.y_test[index]) for index in chosen)
    assert right >= 14


def test_the_boxes_contain_the_digits() -> None:
    segments = segment_ink(render(drawn("1", "7", gap=60)), reader())
    (left, _, right, _), (start, top, end, bottom) = (segment.box for segment in segments)
    assert 10 <= left < right < start < end
    assert 120 < bottom - top < 150


@pytest.mark.parametrize("photo", [False, True])
def test_digits_in_a_box_each_are_read(photo: bool) -> None:
    sheet = np.full((400, 760, 3), 0.9, np.float32)
    boxes = [(40 + 170 * number, 100, 200 + 170 * number, 300) for number in range(4)]
    for left, top, right, bottom in boxes:
        sheet[top:bottom, left:right] = 0.3
        sheet[top + 3 : bottom - 3, left + 3 : right - 3] = 0.9
    for digit, (left, *_) in zip("2059", boxes, strict=True):
        ink = render(drawn(digit, zoom=0.5))[:, :160]
        rows, columns = (np.flatnonzero(ink.any(axis)) for axis in (1, 0))
        cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        place = sheet[200 - len(cut) // 2 :, left + 80 - cut.shape[1] // 2 :]
        place[: len(cut), : cut.shape[1]] -= 0.6 * cut[..., np.newaxis]
    if photo:
        sheet *= np.linspace(0.7, 1, 760, dtype=np.float32)[:, np.newaxis]
        sheet += np.random.default_rng(0).normal(0, 0.01, sheet.shape).astype(np.float32)
    colours = (sheet * 255).clip(0, 255).astype(np.uint8)
    assert text_of(segment_ink(find_ink(colours, several=True), reader())) == "2059"


def test_a_blank_drawing_has_no_segments() -> None:
    assert segment_strokes(Strokes(280, 280, 18, ()), reader()) == []
    assert segment_ink(np.zeros((50, 90), np.float32), reader()) == []


class Indifferent:
    """A reader that finds all digits equally likely."""

    def logits(self, images: FloatArray) -> FloatArray:
        return np.zeros((len(images), 10), np.float32)

    def digit_scores(self, images: FloatArray) -> FloatArray:
        return np.zeros(len(images), np.float32)


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=60),
        elements=st.floats(0, 1, width=32),
    )
)
@settings(max_examples=40, deadline=None)
def test_any_ink_is_segmented_into_images(ink: FloatArray) -> None:
    for segment in segment_ink(ink, Indifferent()):
        assert segment.stages.image.shape == (28, 28)
        assert not segment.stages.blank


points = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 6), st.just(2)), elements=st.floats(0, 640, width=32)
)


@given(st.lists(points, max_size=8))
@settings(max_examples=40, deadline=None)
def test_any_strokes_are_segmented_into_images(lines: list[FloatArray]) -> None:
    segments = segment_strokes(Strokes(640, 640, 12, tuple(lines)), Indifferent())
    assert all(segment.stages.image.shape == (28, 28) for segment in segments)


def test_parts_of_a_digit_are_no_signs() -> None:
    """The long foot of a 2 is cut off by a seam, and is neither a minus sign nor left out."""
    ink = np.zeros((100, 260), np.float32)
    ink[10:16, 20:60] = ink[10:50, 54:60] = ink[44:50, 20:60] = 1
    ink[44:90, 20:26] = ink[84:90, 20:120] = 1  # a 2 with a long foot
    ink[10:90, 160:166] = 1
    segments = segment_ink(ink, reader())
    assert {segment.role for segment in segments} == {"digit"}


def test_zeros_that_touch_are_apart() -> None:
    y, x = np.mgrid[0:90, 0:300].astype(np.float32)
    rings = [np.abs(np.hypot((y - 45) / 1.2, x - centre) - 28) < 3.5 for centre in (40, 97, 154)]
    assert text_of(segment_ink(np.any(rings, axis=0).astype(np.float32), reader())) == "000"
