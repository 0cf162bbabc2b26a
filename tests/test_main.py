"""The command line, as a person types it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnistviz.core.assets import PROJECT
from mnistviz.digits.drawing.strokes import Strokes, strokes_to_json
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import metrics_log, registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.made_runs import BUNDLED

pytestmark = pytest.mark.process


def mnistviz(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mnistviz", *map(str, words)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def answer(*words: str | Path) -> Any:
    """What a command with --json prints: one JSON value, nothing else."""
    done = mnistviz(*words, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def save_digit(path: Path, index: int, scale: int, *, inverted: bool = False) -> int:
    """Save a test image as a PNG, `scale` times as large; returns its label."""
    data = load_mnist()
    pixels = data.x_test[index]
    image = Image.fromarray(255 - pixels if inverted else pixels)
    image.resize((28 * scale, 28 * scale), Image.Resampling.BICUBIC).save(path)
    return int(data.y_test[index])


# ---------------------------------------------------------------- info


def test_info_gives_the_ledger_of_the_reference_network() -> None:
    result = answer("info")
    assert result["parameters"] == {"total": 14_000, "trainable": 13_800, "non_trainable": 200}
    assert result["layers"][0] == {
        "name": "conv1",
        "type": "Conv2D",
        "output_shape": [26, 26, 10],
        "parameters": 100,
    }
    assert sum(layer["parameters"] for layer in result["layers"]) == 14_000


@pytest.mark.slow
def test_info_of_another_network() -> None:
    result = answer("info", "--channels", "10,12,16", "--no-batch-norm", "--dropout", "0")
    assert result["parameters"]["total"] == 11_022
    assert {layer["type"] for layer in result["layers"]} == {
        "Conv2D",
        "MaxPooling2D",
        "Flatten",
        "Softmax",
    }
    assert "18,050" in mnistviz("info", "--channels", "8/16/32").stdout


# ---------------------------------------------------------------- bad input

BAD_INPUT = [
    (
        ["train", "--recipe", "nonesuch"],
        "recipe: expected one of reference, best, quick, study, try-out, plain, got",
    ),
    (["train", "--epochs", "0"], "epochs: expected at least 1, got 0"),
    (["train", "--channels", "0,x"], "channels: expected three whole numbers from 1 to 64, like"),
    (
        ["train", "--limit", "70000"],
        "num_images: expected at most 60,000, the number of training images, got 70000",
    ),
    (["train", "--name", "reference"], "name: 'reference' is taken by another run"),
    (["train", "--name", "../out"], "name: expected up to 60 characters"),
    (["train", "--learning-rate", "nan"], "learning_rate: expected a finite number, got nan"),
    (["train", "--epochs", "many"], "Invalid value for '--epochs'"),
    (["info", "--channels", "1,2"], "channels: expected three whole numbers"),
    (["info", "--dropout", "1"], "dropout: expected at most 0.9, got 1.0"),
    (["evaluate", "nobody"], "run: no run has the name or id 'nobody'"),
    (["evaluate", "reference:21"], "run: 'reference' has no snapshot of epoch '21'"),
    (["predict", "nowhere.png"], "nowhere.png: expected a picture or a .json of strokes"),
    (["predict", "Makefile"], "Makefile: expected a picture as PNG"),
    (["predict", "mnistviz/assets/icon.svg", "--run", "nobody"], "no run has the name"),
    (["runs", "--nonsense"], "No such option"),
    (["runs", "--json", "list"], "write it after the command: list --json"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("words", "message"), BAD_INPUT, ids=lambda value: str(value)[:40])
def test_bad_input_ends_with_2_a_message_and_nothing_else(
    words: list[str], message: str, home: Path
) -> None:
    done = mnistviz(*words, "--json")
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not list(home.glob("*/spec.json"))


def test_a_truncated_snapshot_is_told_apart_from_a_defect() -> None:
    from mnistviz.core.model_spec import ModelSpec
    from mnistviz.core.train_spec import TrainSpec

    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "cut")
    snapshots.file_of(Snapshot(run, 0)).parent.mkdir()
    whole = snapshots.file_of(Snapshot(registry.find_run("reference"), 0)).read_bytes()
    snapshots.file_of(Snapshot(run, 0)).write_bytes(whole[: len(whole) // 2])
    done = mnistviz("evaluate", "cut", "--json")
    assert done.returncode == 2
    assert "cut: the snapshot step-0000000.npz is missing or damaged; choose" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


# ---------------------------------------------------------------- the real work


@pytest.mark.slow
def test_evaluate_reads_the_reference_run_on_all_test_images() -> None:
    result = answer("evaluate", "reference")
    assert result["run"] == "reference"
    assert result["images"] == 10_000
    assert result["accuracy"] >= 0.993
    confusion = np.array(result["confusion"])
    assert confusion.shape == (10, 10)
    assert np.trace(confusion) / 10_000 == result["accuracy"]
    np.testing.assert_allclose(np.diag(confusion) / confusion.sum(axis=1), result["per_class"])
    # The page shows what the run stored: both are the same measurement.
    stored = [row for row in metrics_log.read(registry.find_run("reference")) if row.epoch == 20]
    assert stored[-1].accuracy == pytest.approx(result["accuracy"], abs=1e-6)


def test_predict_reads_pictures_and_strokes_and_leaves_a_blank_one_unanswered(
    tmp_path: Path,
) -> None:
    expected = []
    for index, (scale, inverted) in enumerate([(1, False), (10, False), (5, True)]):
        expected.append(save_digit(tmp_path / f"{index}.png", index, scale, inverted=inverted))
    Image.new("L", (50, 80), 255).save(tmp_path / "blank.png")
    one = Strokes(280, 280, 18, (np.array([[140, 40], [140, 240]], np.float32),))
    (tmp_path / "one.json").write_text(strokes_to_json(one))
    to_and_fro = np.array([[60 + 160 * (i % 2), 60 + 12 * i] for i in range(14)], np.float32)
    scribble = Strokes(280, 280, 18, (to_and_fro,))
    (tmp_path / "scribble.json").write_text(strokes_to_json(scribble))
    names = ("0.png", "1.png", "2.png", "blank.png", "one.json", "scribble.json")
    files = [tmp_path / name for name in names]

    results = answer("predict", *files)

    assert [result["file"] for result in results] == [str(file) for file in files]
    assert [result["digit"] for result in results] == [*expected, None, 1, None]
    verdicts = [*["digit"] * 3, "blank", "digit", "not_a_digit"]
    assert [result["verdict"] for result in results] == verdicts
    assert all(result["calibrated"] for result in results)
    for result in results:
        if result["verdict"] != "blank":
            assert sum(result["probabilities"]) == pytest.approx(1, abs=1e-5)
            assert int(np.argmax(result["probabilities"])) == result["guess"]
        else:
            assert result["probabilities"] is None


@pytest.mark.slow
def test_one_bad_file_among_good_ones_stops_predict_before_its_first_answer(
    tmp_path: Path,
) -> None:
    save_digit(tmp_path / "good.png", 0, 1)
    (tmp_path / "bad.png").write_bytes((tmp_path / "good.png").read_bytes()[:60])
    (tmp_path / "bad.json").write_text('{"width": 280}')
    for bad in ("bad.png", "bad.json"):
        done = mnistviz("predict", tmp_path / "good.png", tmp_path / bad, "--json")
        assert done.returncode == 2
        assert f"{tmp_path / bad}: expected a" in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


@pytest.mark.slow
def test_train_waits_for_the_run_and_reports_it() -> None:
    words = ["--recipe", "try-out", "--epochs", "2", "--limit", "300", "--batch-size", "50"]
    result = answer("train", *words, "--seed", "4", "--name", "mine")
    assert set(result) == {
        "run",
        "epochs",
        "val_accuracy",
        "val_loss",
        "seconds",
        "epoch_seconds",
        "validated_on",
        "test_accuracy",
    }
    assert (result["run"], result["epochs"], result["validated_on"]) == ("mine", 2, "held_out")
    assert 0 < result["val_accuracy"] < 1
    assert 0 < result["test_accuracy"] < 1
    assert len(result["epoch_seconds"]) == 2
    assert sum(result["epoch_seconds"]) <= result["seconds"]

    (row,) = (row for row in answer("runs") if row["name"] == "mine")
    assert row["state"] == "finished"
    assert row["epochs_done"] == 2
    assert row["seed"] == 4
    assert row["val_accuracy"] == result["val_accuracy"]
    assert not row["bundled"]


@pytest.mark.slow
def test_runs_lists_the_bundled_runs_too() -> None:
    rows = answer("runs")
    assert [row["name"] for row in rows] == list(BUNDLED)
    assert all(row["bundled"] for row in rows)
    assert {row["parameters"] for row in rows} == {14_000, 13_600, 11_022}
    assert rows == answer("runs", "list")
    assert "reference" in mnistviz("runs").stdout


@pytest.mark.slow
def test_a_third_of_an_epoch_of_the_reference_recipe_reads_most_digits() -> None:
    words = ["--recipe", "reference", "--epochs", "1", "--limit", "20000", "--seed", "0"]
    result = answer("train", *words)
    assert result["val_accuracy"] >= 0.95
    assert result["validated_on"] == "test"
    assert result["test_accuracy"] == result["val_accuracy"]
