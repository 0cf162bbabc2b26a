"""Exporting a run: other programs can read every file."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metrics_log, registry, snapshots
from mnistviz.runs.archive import pack
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.run_zips import files_of, make_run, packed


def test_a_zip_contains_the_run_in_formats_of_other_programs() -> None:
    run = make_run()
    files = files_of(packed(run))
    assert set(files) == {
        "spec.json",
        "label.json",
        "status.json",
        "metrics.jsonl",
        "metrics.csv",
        "log.csv",
        "weights.npz",
        *(f"snapshots/step-{step:07d}.npz" for step in (0, 10, 20)),
    }
    assert json.loads(files["spec.json"]) == json.loads((run.path / "spec.json").read_text())
    assert json.loads(files["label.json"]) == {"name": "mine", "note": run.note}
    assert json.loads(files["status.json"]) == {"state": "finished", "error": ""}
    lines = bytes(files["metrics.jsonl"]).splitlines(keepends=True)
    assert len(lines) == 6  # without the incomplete one
    assert all(json.loads(line) and line.endswith(b"\n") for line in lines)


def test_the_metrics_as_csv_keep_every_digit() -> None:
    run = make_run()
    text = bytes(files_of(packed(run))["metrics.csv"]).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = metrics_log.read(run)
    assert [int(row["step"]) for row in rows] == [row.step for row in expected]
    assert [row["split"] for row in rows] == [row.split for row in expected]
    for name in ("loss", "accuracy", "learning_rate", "seconds"):
        assert [float(row[name]) for row in rows] == [getattr(row, name) for row in expected]


def test_the_log_has_the_format_of_the_published_one() -> None:
    text = bytes(files_of(packed(make_run()))["log.csv"]).decode()
    published = (ASSETS / "reference_log.csv").read_text().splitlines()
    assert text.splitlines() == [
        published[0],
        "1,0.0022744503,0.3333,0.9100,0.3333,0.9100,4",
        "2,0.0022744503,0.3333,0.9200,0.3333,0.9200,4",
    ]


def test_weights_are_the_arrays_of_the_chosen_snapshot_in_order() -> None:
    run = make_run()
    files = files_of(packed(run, step=10, steps=(10,)))
    assert "snapshots/step-0000000.npz" not in files
    expected = [
        array for layer in snapshots.read(Snapshot(run, 10)).values() for array in layer.values()
    ]
    with np.load(io.BytesIO(bytes(files["weights.npz"])), allow_pickle=False) as arrays:
        assert arrays.files == [f"arr_{number}" for number in range(len(expected))]
        for number, array in enumerate(expected):
            np.testing.assert_array_equal(arrays[f"arr_{number}"], array)


def test_a_run_without_weights_is_exported() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "new")
    files = files_of(packed(run, step=None, steps=()))
    assert set(files) == {
        "spec.json",
        "label.json",
        "status.json",
        "metrics.jsonl",
        "metrics.csv",
        "log.csv",
    }
    assert json.loads(files["status.json"])["state"] == "stopped"


def test_a_damaged_snapshot_raises_an_error_before_a_byte_is_written() -> None:
    run = make_run()
    snapshots.file_of(Snapshot(run, 10)).write_bytes(b"PK\x03\x04")
    target = io.BytesIO()
    with pytest.raises(RunError, match=r"mine: the snapshot step-0000010.npz is missing or dam"):
        pack.export(run, target, step=20, steps=(0, 10, 20), with_keras=False)
    assert target.getvalue() == b""


@pytest.mark.slow
@pytest.mark.process
def test_stock_keras_opens_the_model_and_gives_the_same_answers(tmp_path: Path) -> None:
    from mnistviz.digits.mnist import load_mnist, to_input
    from mnistviz.runs.load import load

    run = registry.find_run("reference")
    files = files_of(packed(run, step=938, steps=(), with_keras=True))
    images = to_input(load_mnist().x_test[:32])
    (tmp_path / "model.keras").write_bytes(bytes(files["model.keras"]))
    np.save(tmp_path / "images.npy", images[..., np.newaxis])
    # Without this program: another folder, Keras only.
    code = (
        "import keras, numpy as np, sys\n"
        "network = keras.models.load_model('model.keras')\n"
        "np.save('answers.npy', network(np.load('images.npy'), training=False))\n"
        "np.savez('arrays.npz', *network.get_weights())\n"
        "assert not [name for name in sys.modules if name.startswith('mnistviz')]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    expected = load(Snapshot(run, 938)).classify(images)
    np.testing.assert_allclose(np.load(tmp_path / "answers.npy"), expected, atol=1e-6)
    with (
        np.load(tmp_path / "arrays.npz") as theirs,
        np.load(io.BytesIO(bytes(files["weights.npz"]))) as ours,
    ):
        assert theirs.files == ours.files
        for name in ours.files:
            np.testing.assert_array_equal(theirs[name], ours[name])
