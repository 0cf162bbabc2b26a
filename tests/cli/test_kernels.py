"""`kernels`, `maps`, `preferred`: the pages' arrays, as text, JSON and files."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from mnistviz.cli import kernels as inside
from mnistviz.core.errors import MnistVizError
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import snapshots
from tests.helpers.convolution_oracle import convolve, forward

pytestmark = pytest.mark.compiles

app = typer.Typer()
for command in (inside.kernels, inside.maps, inside.preferred):
    app.command()(command)
WEIGHTS = snapshots.read(snapshots.find("reference"))


def run(*words: str | Path) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, MnistVizError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_kernels_are_those_of_the_snapshot_and_come_in_the_order_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "kernels.npz"
    words = ["kernels", "reference", "--layer", "conv3", "--order", "norm", "--out", out, "--json"]
    said = json.loads(run(*words))
    kernel = WEIGHTS["conv3"]["kernel"]
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["kernel"], kernel)
        np.testing.assert_array_equal(arrays["bias"], WEIGHTS["conv3"]["bias"])
    norms = np.linalg.norm(kernel.reshape(-1, 20), axis=0)
    assert said["outputs"] == np.argsort(-norms).tolist()
    assert [row["norm"] for row in said["channels"]] == pytest.approx(norms.tolist())


def test_kernels_as_a_picture_and_as_a_page(tmp_path: Path) -> None:
    text = run("kernels", "reference", "--layer", "conv2", "--out", tmp_path / "k.png")
    assert text.startswith("All kernels of conv2 of reference, stored: 10 × 15 of 3×3\n")
    assert "kernels have at least half of their energy in gradients and textures" in text
    picture = np.asarray(Image.open(tmp_path / "k.png"))
    paper = (picture == [222, 226, 230]).all(axis=2)
    # 150 kernels of 9 weights, each a square of as many pixels: 20 × 20.
    assert (~paper[36:]).sum() == 150 * 9 * 20 * 20
    run("kernels", "reference", "--layer", "conv8", "--out", tmp_path / "k.html")
    page = (tmp_path / "k.html").read_text(encoding="utf-8")
    assert page.count("Plotly.newPlot") == 1
    assert "<script src=" not in page


def test_maps_are_the_networks_own(tmp_path: Path) -> None:
    out = tmp_path / "maps.npz"
    said = json.loads(
        run("maps", "reference", "--image", "3", "--stage", "relu", "--out", out, "--json")
    )
    assert said["digit"] == 0
    assert [row["layer"] for row in said["layers"]] == [
        *("conv1", "conv2", "conv3", "pool"),
        *("conv4", "conv5", "conv6", "conv7", "conv8"),
    ]
    image = to_input(load_mnist().x_test[3])
    expected = forward(WEIGHTS, image)
    first = convolve(
        image.astype(np.float64)[..., np.newaxis],
        WEIGHTS["conv1"]["kernel"],
        WEIGHTS["conv1"]["bias"],
    )
    with np.load(out) as arrays:
        np.testing.assert_array_equal(arrays["image"], image)
        np.testing.assert_allclose(arrays["conv1_relu"], np.maximum(first, 0), atol=1e-5)
        np.testing.assert_allclose(arrays["conv6_normalization"], expected["conv6"], atol=1e-3)
        np.testing.assert_allclose(arrays["conv8_convolution"], expected["conv8"], atol=1e-3)


def test_maps_of_a_network_without_normalization_as_a_picture_and_a_page(tmp_path: Path) -> None:
    for name in ("m.png", "m.html"):
        assert "it reads 7" in run("maps", "gap-plain", "--out", tmp_path / name)
    assert np.asarray(Image.open(tmp_path / "m.png")).shape[1] > 1000
    assert "data:image/png;base64," in (tmp_path / "m.html").read_text(encoding="utf-8")


def test_preferred_inputs_are_those_of_the_channels_asked_for(tmp_path: Path) -> None:
    words = ["preferred", "reference", "--layer", "conv2", "--channel", "4", "--channel", "0"]
    said = json.loads(run(*words, "--out", tmp_path / "p.npz", "--json"))
    assert [row["channel"] for row in said["channels"]] == [4, 0]
    with np.load(tmp_path / "p.npz") as arrays:
        assert arrays["images"].shape == (2, 5, 5)
        for image, row in zip(arrays["images"], said["channels"], strict=True):
            whole = np.zeros((28, 28))
            whole[:5, :5] = image
            handed_on = forward(WEIGHTS, whole)["conv1"]
            kernel, bias = WEIGHTS["conv2"]["kernel"], WEIGHTS["conv2"]["bias"]
            value = convolve(handed_on, kernel, bias)[0, 0, row["channel"]]
            assert row["value"] == pytest.approx(value, rel=1e-3)
            assert row["value"] > row["start"]
    run(*words, "--out", tmp_path / "p.png")
    run(*words, "--out", tmp_path / "p.html")
    assert "Plotly.newPlot" in (tmp_path / "p.html").read_text(encoding="utf-8")


LAYERS = "conv1, conv2, conv3, conv4, conv5, conv6, conv7, conv8"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["kernels", "reference", "--layer", "pool"],
            f"layer: expected one of {LAYERS}, got 'pool'",
        ),
        (
            ["kernels", "reference", "--view", "incoming"],
            "view: expected one of stored, outgoing, got 'incoming'",
        ),
        (
            ["kernels", "reference", "--order", "size"],
            "order: expected one of index, norm, similarity, got 'size'",
        ),
        (
            ["maps", "gap-plain", "--stage", "normalization"],
            "stage: expected one of convolution, relu, got 'normalization'",
        ),
        (
            ["maps", "reference", "--scope", "none"],
            "scope: expected one of tile, layer, all, got 'none'",
        ),
        (
            ["preferred", "reference", "--channel", "10"],
            "channel: expected a number from 0 to 9, got 10",
        ),
        (
            ["kernels", "reference", "--out", "a.txt"],
            "out: expected a file that ends in .png, .html or .npz, got 'a.txt'",
        ),
    ],
)
def test_bad_input_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(MnistVizError) as error:
        run(*words)
    assert str(error.value) == message
