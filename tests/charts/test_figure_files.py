"""Files of charts: every tile is there, in the colours of the charts."""

import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from mnistviz.charts.figure_files import (
    LABEL_PIXELS,
    MIN_SCALE,
    TILE_PIXELS,
    write_arrays,
    write_grids,
    write_page,
    write_tiles,
)
from mnistviz.core.errors import ReportError


def test_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "a.npz"
    with pytest.raises(ReportError) as error:
        write_arrays(file, {})
    assert str(error.value) == (
        f"out: expected a file that can be written, got {str(file)!r} (No such file or directory)"
    )


def test_written_arrays_can_be_read(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", {"image": np.eye(3)})
    with np.load(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["image"], np.eye(3))


@pytest.mark.parametrize("count", [1, 5])
def test_every_tile_is_in_the_image(tmp_path: Path, count: int) -> None:
    values = np.full((28, 28), -1, np.float32)
    write_tiles(tmp_path / "a.png", [("label", values, True)] * count)
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    assert picture.shape == (TILE_PIXELS + LABEL_PIXELS, TILE_PIXELS * count, 3)
    middles = picture[LABEL_PIXELS + TILE_PIXELS // 2, TILE_PIXELS // 2 :: TILE_PIXELS]
    assert (middles == [0x1C, 0x4F, 0xA0]).all()
    assert len(middles) == count


def test_tile_is_relative_to_its_largest_magnitude_and_grey_without_a_value(
    tmp_path: Path,
) -> None:
    values = np.array([[-2, 0], [2, np.nan]], np.float32)
    write_tiles(tmp_path / "a.png", [("signed", values, True), ("0", np.zeros((2, 2)), True)])
    picture = np.asarray(Image.open(tmp_path / "a.png"))[LABEL_PIXELS:]
    quarter = TILE_PIXELS // 4
    samples = picture[quarter :: 2 * quarter, quarter :: 2 * quarter]
    neutral = [0xF6, 0xF5, 0xF1]
    assert samples[:, :2].reshape(4, 3).tolist() == [
        [0x1C, 0x4F, 0xA0],
        neutral,
        [0xB9, 0x3A, 0x0A],
        [128, 128, 128],
    ]
    assert (samples[:, 2:] == neutral).all()


def test_page_has_each_section_and_needs_no_other_file(tmp_path: Path) -> None:
    figure = go.Figure(go.Bar(y=[1, 2]))
    write_page(tmp_path / "a.html", "<b>", [("one", "a < b", figure), ("two", "", figure)])
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<h1>&lt;b&gt;</h1>" in text
    assert text.count("Plotly.newPlot") >= 2
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)
    assert len(text) > 1_000_000


@pytest.mark.parametrize("count", [1, 5, 8, 20, 32, 64])
def test_sheet_of_grids_has_every_tile_of_a_long_row(tmp_path: Path, count: int) -> None:
    tiles = np.random.default_rng(count).uniform(0.5, 1, (1, count, 26, 26)).astype(np.float32)
    missing = np.full((2, 3, 1, 1), np.nan, np.float32)
    file = tmp_path / "sheet.png"
    write_grids(file, [("maps", tiles, False), ("nothing", missing, True)], "layer", 1.0)
    picture = np.asarray(Image.open(file))
    ink = (picture[..., 0] == picture[..., 1]) & (picture[..., 0] >= 126)
    # Each value is a square of the same number of pixels.
    side = round((ink.sum() / tiles.size) ** 0.5)
    assert int(ink.sum()) == tiles.size * side**2
    assert side >= (12 if count == 1 else MIN_SCALE)
    assert picture.shape[1] <= 1300
