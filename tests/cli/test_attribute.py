"""`attribute`: the page's attributions, as text, JSON and files."""

import json
from pathlib import Path

import numpy as np
import pytest

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.attribution import contrast, integrated_gradients
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import find
from tests.helpers.command_line import error_of, run, run_json


def test_the_file_has_what_the_page_shows(tmp_path: Path) -> None:
    out = tmp_path / "why.npz"
    run(
        "attribute", "reference:20", "--image", "3", "--target", "0", "--against", "6", "--out", out
    )
    snapshot = find("reference:20")
    image = to_input(load_mnist().x_test[3])
    expected = integrated_gradients(load(snapshot), image, contrast(0, 6))
    with np.load(out) as arrays:
        assert set(arrays.files) == {
            "image",
            "integrated_gradients",
            "occlusion",
            "smoothgrad",
            "grad_cam",
        }
        np.testing.assert_array_equal(arrays["image"], image)
        np.testing.assert_allclose(arrays["integrated_gradients"], expected.values, atol=1e-5)


def test_json_says_by_how_much_the_parts_miss() -> None:
    words = ["attribute", "reference", "--image", "3", "--method", "integrated-gradients"]
    result = run_json(*words)
    assert (result["target"], result["against"], result["out"]) == (0, None, None)
    only = result["methods"]["integrated-gradients"]
    assert list(result["methods"]) == ["integrated-gradients"]
    assert only["completeness_error"] < 0.01
    difference = result["score"] - only["baseline"]
    assert only["sum"] == pytest.approx(difference, rel=0.01)


def test_a_picture_and_a_page_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "digit.json"
    strokes = [[[140, 40], [140, 240]]]
    file.write_text(
        json.dumps({"width": 280, "height": 280, "brush": 18, "strokes": strokes}),
        encoding="utf-8",
    )
    said = run(
        "attribute", "reference", "--file", file, "--target", "1", "--out", tmp_path / "a.png"
    )
    assert said.startswith(f"{file}: why 1, says reference: score ")
    assert "integrated gradients miss the difference of the scores by " in said
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    run(
        "attribute",
        "reference",
        "--file",
        file,
        "--method",
        "grad-cam",
        "--out",
        tmp_path / "a.html",
    )
    assert "Plotly.newPlot" in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--method", "guess"],
            "method: expected one of integrated-gradients, occlusion, smoothgrad, grad-cam, "
            "got 'guess'",
        ),
        (
            ["--layer", "pool"],
            "layer: expected one of conv1, conv2, conv3, conv4, conv5, conv6, conv7, conv8, "
            "got 'pool'",
        ),
        (
            ["--target", "0", "--against", "0"],
            "against: expected another digit than the target, got 0 for both",
        ),
        (["--out", "a.txt"], "out: expected a file that ends in .png, .html or .npz, got 'a.txt'"),
    ],
)
def test_bad_input_is_refused(words: list[str], message: str) -> None:
    assert str(error_of("attribute", "reference", *words)) == message
