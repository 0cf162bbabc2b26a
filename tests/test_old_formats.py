"""Files of earlier versions still open: runs, results, digits, studies, links, exports.

`samples/0.1.0` was written by version 0.1.0, `samples/07e0922` by that commit, which is older: it
had no digits, studies and links.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.digits import my_digits, my_digits_zip
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import label_issues
from mnistviz.inspection.channels import channel_results
from mnistviz.runs import metrics_log, registry, snapshots
from mnistviz.runs.archive import unpack
from mnistviz.runs.run_state import run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies import study_directory
from mnistviz.training import launcher
from tests.helpers.trainings import wait_until

SAMPLES = Path(__file__).parent / "samples" / "0.1.0"
OLDEST = Path(__file__).parent / "samples" / "07e0922"
RUN = "20260101-000000-sample"


@pytest.fixture
def old_home(home: Path) -> Path:
    shutil.copytree(SAMPLES / "home", home)
    return home


@pytest.fixture
def oldest_home(home: Path) -> Path:
    shutil.copytree(OLDEST / "home", home)
    return home


@pytest.mark.usefixtures("oldest_home")
def test_runs_of_the_oldest_version_open() -> None:
    run = registry.find_run("sample")
    assert (run.note, run_state(run), run.spec.train.epochs) == ("an early note", "finished", 1)
    assert snapshots.steps_of(run) == [0, 2]
    assert snapshots.read(Snapshot(run, 2))["conv8"]["kernel"].shape == (7, 7, 10, 10)
    rows = metrics_log.read(run)
    assert (rows[-1].split, rows[-1].accuracy) == ("test", 0.1808)
    with (OLDEST / "run.zip").open("rb") as source:
        imported = unpack.import_run(source)
    assert imported.run.name == "sample-2"
    assert metrics_log.read(imported.run) == rows
    assert registry.damaged_runs() == []


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.usefixtures("oldest_home")
def test_a_killed_run_of_the_oldest_version_goes_on() -> None:
    run = registry.find_run("killed")
    assert run_state(run) == "crashed"
    launcher.resume(run)
    wait_until(run, "finished")
    rows = metrics_log.read(run)
    # From its last checkpoint, with the learning rate that was set there.
    assert [row.step for row in rows if row.split == "batch"] == list(range(1, 13))
    assert {row.learning_rate for row in rows if row.step > 2} == {0.002}
    assert snapshots.steps_of(run)[-1] == 12


@pytest.mark.usefixtures("old_home")
def test_a_run_and_its_snapshots_open() -> None:
    run = registry.find_run("sample")
    assert run.id == RUN
    assert run.spec.model.channels == (2, 2, 2)
    assert (run.spec.train.epochs, run.spec.train.num_images) == (1, 500)
    assert run_state(run) == "finished"
    assert snapshots.steps_of(run) == [0, 2]
    assert snapshots.read(Snapshot(run, 2))["conv8"]["kernel"].shape == (7, 7, 10, 10)
    rows = metrics_log.read(run)
    assert [(row.step, row.split) for row in rows][-3:] == [
        (2, "train"),
        (2, "validation"),
        (2, "test"),
    ]


@pytest.mark.usefixtures("old_home")
def test_stored_results_of_a_snapshot_open() -> None:
    snapshot = Snapshot(registry.find_run("sample"), 2)
    statistics = channel_results.STATISTICS.read(snapshot)
    assert statistics is not None
    assert statistics["conv3"].covariance.shape == (2, 2)
    ablation = channel_results.ablation_cache("conv3", "mean", 2_000).read(snapshot)
    assert ablation is not None
    assert ablation.least_first.shape == (3,)


@pytest.mark.usefixtures("old_home")
def test_digits_open_with_their_labels_and_strokes() -> None:
    digits = my_digits.list_digits()
    assert sorted(digit.label for digit in digits) == [2, 7, 7]
    assert [digit.image.shape for digit in digits] == [(28, 28)] * 3
    assert sum(digit.strokes is not None for digit in digits) == 1


@pytest.mark.usefixtures("old_home")
def test_a_study_opens_with_its_results() -> None:
    study = study_directory.open_study(storage.home() / "studies" / "sample-study")
    assert study.spec.plans == ((2, 2, 2), (2, 2, 3))
    assert len(study.results) == 3
    assert [(trial.plan, trial.seed) for trial in study.missing] == [((2, 2, 3), 1)]


@pytest.mark.usefixtures("old_home")
def test_marked_labels_open() -> None:
    assert label_issues.read("sample-set") == {3: "wrong"}


def test_an_exported_run_can_be_imported() -> None:
    with (SAMPLES / "run.zip").open("rb") as source:
        imported = unpack.import_run(source)
    assert imported.run.name == "sample"
    assert snapshots.steps_of(imported.run) == [2]


def test_exported_digits_can_be_imported() -> None:
    imported = my_digits_zip.import_uploads([("digits.zip", (SAMPLES / "digits.zip").read_bytes())])
    assert len(imported.digits) == 3


def test_links_show_the_drawing_and_the_picture() -> None:
    links = json.loads((SAMPLES / "links.json").read_text(encoding="utf-8"))
    strokes = url_codec.from_text(links["drawing"])
    np.testing.assert_allclose(strokes.strokes[0], [[60, 40], [200, 40], [120, 240]], atol=1)
    picture = url_codec.picture_from_text(links["picture"])
    np.testing.assert_allclose(picture, to_input(load_mnist().x_test[0]), atol=1 / 255)
