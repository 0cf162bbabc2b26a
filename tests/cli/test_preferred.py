"""`preferred`: preferred inputs, as text, JSON and files."""

from pathlib import Path

import numpy as np
import pytest

from mnistviz.runs import snapshots
from tests.helpers.command_line import error_of, run, run_json
from tests.helpers.convolution_oracle import convolve, forward

WEIGHTS = snapshots.read(snapshots.find("reference"))
LAYERS = "conv1, conv2, conv3, conv4, conv5, conv6, conv7, conv8"


def test_preferred_inputs_are_those_of_the_channels_asked_for(tmp_path: Path) -> None:
    words = ["preferred", "reference", "--layer", "conv2", "--channel", "4", "--channel", "0"]
    value = run_json(*words, "--out", tmp_path / "p.npz")
    assert [row["channel"] for row in value["channels"]] == [4, 0]
    with np.load(tmp_path / "p.npz") as arrays:
        assert arrays["images"].shape == (2, 5, 5)
        for image, row in zip(arrays["images"], value["channels"], strict=True):
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


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--channel", "10"], "channel: expected a number from 0 to 9, got 10"),
        (["--layer", "x"], f"layer: expected one of {LAYERS}, got 'x'"),
    ],
)
def test_bad_input_is_refused(words: list[str], message: str) -> None:
    assert str(error_of("preferred", "reference", *words)) == message
