"""`predict --number`, and a second look."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnistviz.cli.drawings import read_drawing
from mnistviz.core.errors import DrawingError, SpecError
from mnistviz.digits.drawing.fabric import canvas_from_strokes
from mnistviz.digits.drawing.strokes import Strokes, parse_strokes, render, strokes_to_json
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs.registry import Run
from tests.helpers.command_line import error_of, run, run_json
from tests.helpers.hand_made_strokes import HAND_MADE


def write_number(folder: Path) -> tuple[Path, Path]:
    lines = tuple(np.array(line, np.float32) for line in HAND_MADE["1984"])
    drawn = Strokes(420, 280, 12, lines)
    text, picture = folder / "number.json", folder / "number.png"
    text.write_text(strokes_to_json(drawn))
    Image.fromarray((255 - render(drawn) * 255).astype(np.uint8)).save(picture)
    return text, picture


def test_a_number_is_read_from_strokes_and_from_a_picture(tmp_path: Path) -> None:
    text, picture = write_number(tmp_path)
    blank = tmp_path / "blank.png"
    Image.new("L", (60, 40), 255).save(blank)
    drawn, pictured, nothing = run_json("predict", text, picture, blank, "--number")
    for answer in (drawn, pictured):
        assert answer["verdict"] == "number"
        assert answer["number"] == "1984"
        assert [digit["digit"] for digit in answer["digits"]] == [1, 9, 8, 4]
        for digit in answer["digits"]:
            assert digit["verdict"] == "digit"
            assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)
            left, top, right, bottom = digit["box"]
            assert 0 <= left < right <= 420
            assert 0 <= top < bottom <= 280
    assert nothing == {
        "file": str(blank),
        "verdict": "blank",
        "number": None,
        "left_out": 0,
        "digits": [],
    }
    first, second = run("predict", text, blank, "--number").splitlines()
    assert first.startswith(f"{text}: 1984 (")
    assert first.count("%") == 4
    assert second == f"{blank}: blank, no answer"


def test_a_second_look_is_told_beside_the_single_one(tmp_path: Path, tiny_run: Run) -> None:
    picture, blank = tmp_path / "seven.png", tmp_path / "blank.png"
    Image.fromarray(load_mnist().x_test[0]).save(picture)
    Image.new("L", (60, 40), 255).save(blank)
    words = ("predict", picture, blank, "--run", tiny_run.name)
    plain, nothing = run_json(*words)
    second, _ = run_json(*words, "--second-look")
    look = second.pop("second_look")
    assert second == plain
    assert look["verdict"] == "digit"
    assert len(look["versions"]) == 7
    assert look["probabilities"] != plain["probabilities"]
    assert nothing["guess"] is None
    first, last = run(*words, "--second-look").splitlines()
    votes = look["versions"].count(plain["digit"])
    assert first.startswith(f"{picture}: second look: {look['digit']} (")
    assert f"{'all' if votes == 7 else votes} say {plain['digit']}" in first
    assert f"single look: {plain['digit']} ({max(plain['probabilities']):.1%})" in first
    assert last == f"{blank}: blank, no answer"


def test_a_number_has_no_second_look(tmp_path: Path) -> None:
    text, _ = write_number(tmp_path)
    assert isinstance(error_of("predict", text, "--number", "--second-look"), SpecError)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_strokes_that_an_editor_on_windows_saved_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "strokes.json"
    text, _ = write_number(tmp_path)
    file.write_text(text.read_text(encoding="utf-8"), encoding=encoding)
    saved, plain = (read_drawing(path)[0] for path in (file, text))
    assert (saved == plain).all()


@pytest.mark.parametrize("words", [[], ["--number"]])
def test_a_missing_file_is_an_error(tmp_path: Path, words: list[str]) -> None:
    missing = tmp_path / "none.png"
    assert str(error_of("predict", missing, *words)) == (
        f"{missing}: expected a picture or a .json of strokes, can't be read "
        "(No such file or directory)"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_strokes_are_read_in_any_encoding_and_from_a_canvas(tmp_path: Path, encoding: str) -> None:
    text, _ = write_number(tmp_path)
    drawn = parse_strokes(text.read_text())
    canvas = {**canvas_from_strokes(drawn), "width": drawn.width, "height": drawn.height}
    expected, _ = read_drawing(text)
    for name, content in (("own", text.read_text()), ("canvas", json.dumps(canvas))):
        file = tmp_path / f"{name}.json"
        file.write_text(content, encoding=encoding)
        np.testing.assert_allclose(read_drawing(file)[0], expected, atol=0.02)


@pytest.mark.parametrize("content", ['{"objects": [], "width": "wide"}', "[" * 5_000])
def test_a_canvas_that_can_not_be_read_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "canvas.json"
    file.write_text(content)
    with pytest.raises(DrawingError, match="expected a"):
        read_drawing(file)
