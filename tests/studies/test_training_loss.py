"""Training images measured like the validation, from the snapshots of a run."""

import pytest

from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.scoring import evaluate
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies import training_loss


def without_training_images(run: Run) -> list[metrics_log.MetricRow]:
    """The log of a run as it was before training images were scored."""
    return [row for row in metrics_log.read(run) if row.split in ("batch", "train", "validation")]


@pytest.mark.slow
def test_an_old_run_is_measured_from_its_snapshots_and_the_result_is_stored(tiny_run: Run) -> None:
    rows = without_training_images(tiny_run)
    assert not training_loss.is_logged(rows)
    assert training_loss.stored(tiny_run, rows) == []
    shares: list[float] = []
    found = training_loss.measure(tiny_run, rows, shares.append)
    steps = [row.step for row in rows if row.split == "validation"]
    assert [row.step for row in found] == steps
    assert shares[-1] == 1
    data, count = load_mnist(), min(2_000, tiny_run.spec.train.num_images)
    last = evaluate(load(Snapshot(tiny_run, steps[-1])), data.x_train[:count], data.y_train[:count])
    assert (found[-1].loss, found[-1].accuracy) == pytest.approx((last.loss, last.accuracy))
    assert training_loss.stored(tiny_run, rows) == found
    assert training_loss.is_logged([*rows, *found])


@pytest.mark.parametrize("name", ["best", "reference"])
def test_bundled_runs_have_their_training_images_measured(name: str) -> None:
    run = registry.find_run(name)
    rows = without_training_images(run)
    found = training_loss.stored(run, rows)
    assert len(found) == run.spec.train.epochs
    validation = [row for row in rows if row.split == "validation"]
    # Measured alike, a trained network does no worse on the images that it learned.
    assert found[-1].loss < validation[-1].loss
    assert found[-1].accuracy > validation[-1].accuracy
    assert found[-1].loss < found[0].loss / 3
