"""A worker trains on a data set of one's own: its classes, its parts, the test part once."""

import numpy as np
import pytest

from mnistviz.core.recipes import RECIPES
from mnistviz.digits.data_sets import library
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.load import load
from mnistviz.runs.run_state import read_status
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.training import worker
from tests.helpers.own_data_runs import keep_set

pytestmark = pytest.mark.compiles


def test_a_worker_trains_on_a_data_set() -> None:
    library._as_mnist.cache_clear()
    about = keep_set(5, "signs")
    ref = library.reference(about)
    settings = {"epochs": 2, "batch_size": 50}
    model, train = RECIPES["best"].specs({"network": "F-10FC"}, settings, ref)
    assert (model.network, train.num_images) == ("F-5FC", about.num_images("train"))
    run = registry.create_run("best", model, train, "mine", data=ref)
    assert worker.main(str(run.path), low_priority=False) == 0
    status = read_status(run)
    assert status is not None
    assert status.state == "finished", status.error
    rows = metrics_log.read(run)
    assert [row.split for row in rows].count("validation") == 2
    assert [row.split for row in rows].count("test") == 1
    data = library.load(about)
    answers = load(latest_snapshot(run)).logits(data.images["test"]).argmax(axis=1)
    accuracy = float(np.mean(answers == data.labels["test"]))
    assert rows[-1].split == "test"
    assert rows[-1].accuracy == pytest.approx(accuracy, abs=0.02)
    guesses = metrics_log.MetricsReader(run.metrics_file).guesses()
    assert {len(each.digits) for each in guesses} == {10}


def test_a_worker_says_that_the_data_set_is_gone() -> None:
    about = keep_set(5, "signs")
    ref = library.reference(about)
    model, train = RECIPES["plain"].specs({"network": "F-10FC"}, {"batch_size": 50}, ref)
    run = registry.create_run("plain", model, train, "mine", data=ref)
    library.delete(about)
    library._as_mnist.cache_clear()
    assert worker.main(str(run.path), low_priority=False) == 1
    status = read_status(run)
    assert status is not None
    assert "import it again" in status.error
