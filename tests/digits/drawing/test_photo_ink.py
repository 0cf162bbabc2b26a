"""Finding ink in photos of sheets."""

import io
import time

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import KINDS, photo
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.photo_ink import stages_of_photo
from mnistviz.digits.drawing.pictures import read_picture
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import latest_snapshot


def colours_of(image: Image.Image) -> FloatArray:
    return np.asarray(image.convert("RGB"), np.float32) / 255


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_digit_is_ink(kind: str) -> None:
    digit = to_input(load_mnist().x_test[:1])[0]
    expected = normalise(digit, to_pen=True).image
    sheet = photo(digit, kind, np.random.default_rng(3))
    image = normalise(stages_of_photo(colours_of(sheet)).ink, to_pen=True).image
    # The mean difference of two different digits is 0.15; perspective rotates this one a little.
    assert np.abs(image - expected).mean() < (0.08 if "perspective" in kind else 0.06)


@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_an_empty_sheet_has_no_ink(level: float) -> None:
    grain = np.random.default_rng(0).normal(level, 0.02, (300, 400, 3))
    assert not stages_of_photo(grain.clip(0, 1).astype(np.float32)).ink.any()


def test_a_tall_photo_keeps_its_aspect_ratio() -> None:
    tall = np.full((2_000, 100, 3), 0.8, np.float32)
    tall[900:1_000, 40:50] = 0.2
    ink = stages_of_photo(tall).ink
    assert ink.shape == (512, 26)
    assert 0 <= ink.min() <= ink.max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_digits_in_photos_are_classified(kind: str) -> None:
    run = registry.find_run("best")
    network = load(latest_snapshot(run))
    data = load_mnist()
    rng = np.random.default_rng(11)
    chosen = rng.choice(len(data.x_test), 12, replace=False)
    images = []
    for digit in to_input(data.x_test[chosen]):
        file = io.BytesIO()
        photo(digit, kind, rng).save(file, "JPEG", quality=80)
        images.append(normalise(read_picture(file.getvalue()), to_pen=True).image)
    right = network.classify(np.stack(images)).argmax(axis=1) == data.y_test[chosen]
    assert right.sum() >= 10


def test_the_stages_of_a_photo_have_the_size_of_its_ink() -> None:
    rng = np.random.default_rng(0)
    sheet = photo(to_input(load_mnist().x_test[:1])[0], "lined", rng)
    stages = stages_of_photo(colours_of(sheet))
    assert stages.paper.shape == (*stages.ink.shape, 3)
    assert stages.difference.shape == stages.unruled.shape == stages.ink.shape
    # The lines are in the difference only.
    assert (stages.difference > stages.unruled + 0.02).mean() > 0.01


def test_both_parts_of_a_broken_line_are_the_digit() -> None:
    sheet = np.full((500, 400, 3), 0.8, np.float32)
    y, x = np.mgrid[0:500, 0:400]
    ring = np.abs(np.hypot(y - 200, x - 200) - 20) < 3
    tail = (np.abs(x - 222) < 3) & (y > 204) & (y < 270)  # longer than the ring
    sheet[ring & ~((x > 210) & (y > 195))] = 0.4
    sheet[tail] = 0.4
    grain = np.random.default_rng(0).normal(0, 0.01, sheet.shape)
    rows = np.flatnonzero(stages_of_photo((sheet + grain).astype(np.float32)).ink.any(axis=1))
    assert rows[0] < 185
    assert rows[-1] > 262


def grainy(sheet: FloatArray) -> FloatArray:
    grain = np.random.default_rng(0).normal(0, 0.01, sheet.shape)
    return (sheet + grain).astype(np.float32)


def test_a_circle_around_a_digit_is_omitted_and_a_zero_is_not() -> None:
    y, x = np.mgrid[0:500, 0:400]
    ring = np.abs(np.hypot(y - 250, x - 200) - 120) < 4
    sheet = np.full((500, 400, 3), 0.8, np.float32)
    sheet[ring] = 0.4
    assert stages_of_photo(grainy(sheet)).ink[ring].mean() > 0.7
    # A dot in it is dirt.
    sheet[245:252, 200:207] = 0.4
    assert stages_of_photo(grainy(sheet)).ink[ring].mean() > 0.7
    sheet[190:310, 195:205] = 0.4
    ink = stages_of_photo(grainy(sheet)).ink
    assert ink[200:300, 200].min() > 0.7
    assert not ink[ring].any()


@pytest.mark.parametrize(("left", "right", "kept"), [(120, 280, False), (185, 215, True)])
def test_a_line_below_a_digit_is_omitted(left: int, right: int, kept: bool) -> None:
    sheet = np.full((500, 400, 3), 0.8, np.float32)
    sheet[150:300, 190:200] = 0.4
    sheet[150:158, 170:230] = 0.4
    sheet[315:323, left:right] = 0.4
    ink = stages_of_photo(grainy(sheet)).ink
    assert ink[225, 195] > 0.7
    assert bool(ink[319, left:right].any()) == kept


def test_pieces_of_a_thin_line_broken_by_squared_paper_are_the_digit() -> None:
    sheet = np.full((500, 400, 3), 0.8, np.float32)
    for top in (200, 224, 248):
        sheet[top : top + 16, 200:203] = 0.5
    assert (stages_of_photo(grainy(sheet)).ink[:, 201] > 0.7).sum() > 40


def test_other_digits_on_the_photo_are_counted() -> None:
    sheet = np.full((500, 600, 3), 0.8, np.float32)
    for left in (100, 250, 400):
        sheet[200:300, left : left + 8] = 0.3
    sheet += np.random.default_rng(0).normal(0, 0.01, sheet.shape).astype(np.float32)
    assert stages_of_photo(sheet).left_out == 2
    assert stages_of_photo(sheet, several=True).left_out == 0
    assert stages_of_photo(sheet[:, :220]).left_out == 0


def test_a_piece_of_a_printed_line_at_the_edge_is_no_ink() -> None:
    sheet = np.full((500, 400, 3), 0.8, np.float32)
    sheet[100:300, 398:] = 0.2
    sheet[200:260, 200:204] = 0.5
    grain = np.random.default_rng(0).normal(0, 0.01, sheet.shape)
    ink = stages_of_photo((sheet + grain).astype(np.float32)).ink
    assert ink[230, 202] > 0.8
    assert not ink[:, 300:].any()


def test_a_frame_as_wide_as_the_sheet_is_omitted() -> None:
    sheet = np.full((500, 400, 3), 0.8, np.float32)
    sheet[20:480, 20:380] = 0.2
    sheet[23:477, 23:377] = 0.8
    sheet[100:400, 190:205] = 0.4
    grain = np.random.default_rng(0).normal(0, 0.01, sheet.shape)
    ink = stages_of_photo((sheet + grain).astype(np.float32)).ink
    assert ink[250, 197] > 0.8
    assert not ink[:90].any()
    assert not ink[:, :170].any()


@pytest.mark.slow
@pytest.mark.alone
def test_a_photo_of_12_megapixels_is_read_within_a_second() -> None:
    sheet = photo(to_input(load_mnist().x_test[:1])[0], "lined", np.random.default_rng(0))
    file = io.BytesIO()
    sheet.convert("RGB").resize((4_000, 3_000)).save(file, "JPEG", quality=90)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        ink = read_picture(file.getvalue())
        assert normalise(ink, to_pen=True).image.any()
        seconds.append(time.process_time() - start)
    assert min(seconds) < 1
