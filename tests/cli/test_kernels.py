"""`kernels`: the page's arrays, as text, JSON and files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnistviz.runs import snapshots
from tests.helpers.command_line import error_of, run, run_json

WEIGHTS = snapshots.read(snapshots.find("reference"))
LAYERS = "conv1, conv2, conv3, conv4, conv5, conv6, conv7, conv8"


def test_kernels_are_those_of_the_snapshot_and_come_in_the_order_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "kernels.npz"
    words = ["kernels", "reference", "--layer", "conv3", "--order", "norm", "--out", out]
    value = run_json(*words)
    kernel = WEIGHTS["conv3"]["kernel"]
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["kernel"], kernel)
        np.testing.assert_array_equal(arrays["bias"], WEIGHTS["conv3"]["bias"])
    norms = np.linalg.norm(kernel.reshape(-1, 20), axis=0)
    assert value["outputs"] == np.argsort(-norms).tolist()
    assert [row["norm"] for row in value["channels"]] == pytest.approx(norms.tolist())


def test_kernels_as_a_picture_and_as_a_page(tmp_path: Path) -> None:
    text = run("kernels", "reference", "--layer", "conv2", "--out", tmp_path / "k.png")
    assert text.startswith("All kernels of conv2 of reference, stored: 10 × 15 of 3×3\n")
    assert "kernels have at least half of their strength in gradients and textures" in text
    picture = np.asarray(Image.open(tmp_path / "k.png"))
    paper = (picture == [222, 226, 230]).all(axis=2)
    # 150 kernels of 9 weights, each a square of as many pixels: 20 × 20.
    assert (~paper[36:]).sum() == 150 * 9 * 20 * 20
    run("kernels", "reference", "--layer", "conv8", "--out", tmp_path / "k.html")
    page = (tmp_path / "k.html").read_text(encoding="utf-8")
    assert page.count("Plotly.newPlot") == 1
    assert "<script src=" not in page


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--layer", "pool"], f"layer: expected one of {LAYERS}, got 'pool'"),
        (["--view", "incoming"], "view: expected one of stored, outgoing, got 'incoming'"),
        (["--order", "size"], "order: expected one of index, norm, similarity, got 'size'"),
        (["--out", "a.txt"], "out: expected a file that ends in .png, .html or .npz, got 'a.txt'"),
    ],
)
def test_bad_input_is_refused(words: list[str], message: str) -> None:
    assert str(error_of("kernels", "reference", *words)) == message
