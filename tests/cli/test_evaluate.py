"""`evaluate`: a set of one's own, spoiled images, and files to take elsewhere."""

import csv
from pathlib import Path

import numpy as np
import pytest

from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.runs.registry import Run
from tests.helpers.command_line import error_of, run, run_json


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Forty training images as an npz, one of them with a wrong label."""
    data = load_mnist()
    labels = data.y_train[:40].copy()
    labels[7] = (labels[7] + 5) % 10
    np.savez(tmp_path / "own.npz", images=data.x_train[:40], labels=labels)
    return tmp_path / "own.npz"


@pytest.mark.slow
def test_a_set_of_ones_own_and_what_the_network_stands(own: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    result = run_json("evaluate", "best", "--data", own, "--robustness", "--out", out)
    assert (result["data"], result["images"], result["out"]) == ("own.npz", 40, str(out))
    assert result["accuracy"] == pytest.approx(39 / 40)
    assert result["interval"][0] < 39 / 40 < result["interval"][1] < 1
    assert np.sum(result["confusion"]) == 40
    assert 0.8 < result["temperature"] < 1.5
    assert 0 <= result["calibration_error"] < 0.1
    assert [row["distortion"] for row in result["robustness"]] == list(CORRUPTIONS)
    for row in result["robustness"]:
        neutral = row["levels"].index(CORRUPTIONS[row["distortion"]].neutral)
        assert row["accuracy"][neutral] == pytest.approx(39 / 40)
        assert row["images"] == 40
    text = out.read_text(encoding="utf-8")
    assert "40 images: own.npz" in text
    assert "<h3>Occlusion</h3>" in text

    printed = run("evaluate", "best", "--data", own, "--robustness")
    assert "accuracy 97.50%" in printed
    assert "Rotation, degrees anticlockwise, 40 images" in printed


@pytest.mark.slow
def test_a_second_look_has_numbers_of_its_own(own: Path, tiny_run: Run) -> None:
    words = ("evaluate", tiny_run.name, "--data", own)
    plain = run_json(*words)
    result = run_json(*words, "--second-look")
    second = result.pop("second_look")
    assert result == plain
    gained = round(40 * (second["accuracy"] - plain["accuracy"]))
    assert second["corrected"] - second["spoilt"] == gained
    assert second["temperature"] != plain["temperature"]
    assert second["loss"] != plain["loss"]
    line = f"corrects {second['corrected']} answers, spoils {second['spoilt']}"
    assert line in run(*words, "--second-look")


def test_predictions_as_a_table(own: Path, tmp_path: Path) -> None:
    out = tmp_path / "predictions.csv"
    run("evaluate", "reference", "--data", own, "--out", out)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 40
    assert [row["right"] for row in rows].count("0") == 1
    assert rows[7]["right"] == "0"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--out", "report.pdf"],
            "out: expected a file that ends in .html or .csv, got 'report.pdf'",
        ),
        (["--data", "/nowhere"], "/nowhere: expected a data set, found nothing there"),
    ],
)
def test_bad_input_is_refused_before_anything_is_read(words: list[str], message: str) -> None:
    assert str(error_of("evaluate", "best", *words)).startswith(message)
