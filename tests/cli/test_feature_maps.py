"""`maps`: the page's arrays, as text, JSON and files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import snapshots
from tests.helpers.command_line import error_of, run, run_json
from tests.helpers.convolution_oracle import convolve, forward

WEIGHTS = snapshots.read(snapshots.find("reference"))


def test_maps_are_the_networks_own(tmp_path: Path) -> None:
    out = tmp_path / "maps.npz"
    value = run_json("maps", "reference", "--image", "3", "--stage", "relu", "--out", out)
    assert value["digit"] == 0
    assert [row["layer"] for row in value["layers"]] == [
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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["gap-plain", "--stage", "normalization"],
            "stage: expected one of convolution, relu, got 'normalization'",
        ),
        (["reference", "--scope", "none"], "scope: expected one of tile, layer, all, got 'none'"),
    ],
)
def test_bad_input_is_refused(words: list[str], message: str) -> None:
    assert str(error_of("maps", *words)) == message
