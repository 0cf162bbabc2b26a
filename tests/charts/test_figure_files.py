"""Files of what a page shows: whole by themselves, with the same colours."""

import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from mnistviz.charts.figure_files import (
    LABEL_PIXELS,
    TILE_PIXELS,
    coloured,
    kind_of,
    write_arrays,
    write_grids,
    write_page,
    write_tiles,
)
from mnistviz.core.errors import ReportError


def test_the_end_of_the_name_says_what_is_written(tmp_path: Path) -> None:
    assert kind_of(Path("a.PNG")) == "png"
    assert kind_of(Path("a.b.html")) == "html"
    with pytest.raises(ReportError) as error:
        kind_of(Path("a.pdf"))
    assert str(error.value) == (
        "out: expected a file that ends in .png, .html or .npz, got 'a.pdf'"
    )


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "a.npz"
    with pytest.raises(ReportError) as error:
        write_arrays(file, {})
    assert str(error.value) == (
        f"out: expected a file that can be written, got {str(file)!r} (No such file or directory)"
    )


def test_colours_are_those_of_the_charts() -> None:
    values = np.array([[-2, 0, 2, np.nan]], np.float32)
    assert coloured(values, signed=True)[0].tolist() == [
        [0x1C, 0x4F, 0xA0],
        [0xF6, 0xF5, 0xF1],
        [0xB9, 0x3A, 0x0A],
        [128, 128, 128],
    ]
    assert coloured(np.array([[0, 0.5, 1]]), signed=False)[0, :, 0].tolist() == [0, 128, 255]
    flat = coloured(np.zeros((2, 2), np.float32), signed=True)
    assert (flat == [0xF6, 0xF5, 0xF1]).all()


def test_arrays_come_back(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", {"image": np.eye(3)})
    with np.load(tmp_path / "a.npz") as arrays:
        np.testing.assert_array_equal(arrays["image"], np.eye(3))


@pytest.mark.parametrize("count", [1, 5])
def test_every_tile_is_in_the_picture(tmp_path: Path, count: int) -> None:
    values = np.full((28, 28), -1, np.float32)
    write_tiles(tmp_path / "a.png", [("label", values, True)] * count)
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    assert picture.shape == (TILE_PIXELS + LABEL_PIXELS, TILE_PIXELS * count, 3)
    middles = picture[LABEL_PIXELS + TILE_PIXELS // 2, TILE_PIXELS // 2 :: TILE_PIXELS]
    assert (middles == [0x1C, 0x4F, 0xA0]).all()
    assert len(middles) == count


def test_a_page_is_whole_by_itself(tmp_path: Path) -> None:
    figure = go.Figure(go.Bar(y=[1, 2]))
    write_page(tmp_path / "a.html", "<b>", [("one", "a < b", figure), ("two", "", figure)])
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<h1>&lt;b&gt;</h1>" in text
    assert text.count("Plotly.newPlot") >= 2
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", text)
    assert len(text) > 1_000_000


@pytest.mark.parametrize("count", [1, 5, 8, 20, 32, 64])
def test_a_sheet_of_grids_has_every_tile_even_of_a_row_that_is_too_long(
    tmp_path: Path, count: int
) -> None:
    tiles = np.random.default_rng(count).uniform(0.5, 1, (1, count, 26, 26)).astype(np.float32)
    flat = np.full((2, 3, 1, 1), np.nan, np.float32)
    file = tmp_path / "sheet.png"
    write_grids(file, [("maps", tiles, False), ("nothing", flat, True)], "layer", 1.0)
    picture = np.asarray(Image.open(file))
    ink = (picture[..., 0] == picture[..., 1]) & (picture[..., 0] >= 126)
    scale = 12 if count == 1 else None
    found = int(ink.sum())
    # Each value is a square of whole pixels, the same for all.
    side = round((found / tiles.size) ** 0.5)
    assert found == tiles.size * side**2
    assert side >= 4
    assert scale is None or side >= scale
    assert picture.shape[1] <= 1300
