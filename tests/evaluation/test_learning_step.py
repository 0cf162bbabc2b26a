"""A learning step is that of the training: its images, and the snapshots beside it."""

import numpy as np
import pytest

from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.image_order import batch_of_step, image_order
from mnistviz.digits.mnist import load_mnist
from mnistviz.evaluation.learning_step import last_single_step, learning_step
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot


def test_a_batch_has_the_images_of_its_step() -> None:
    spec = TrainSpec(num_images=100, batch_size=32, held_out=10)
    first, second = image_order(0, 0, 100), image_order(0, 1, 100)
    np.testing.assert_array_equal(batch_of_step(spec, 1), first[:32])
    np.testing.assert_array_equal(batch_of_step(spec, 4), first[96:])
    np.testing.assert_array_equal(batch_of_step(spec, 5), second[:32])


@pytest.mark.slow
def test_a_step_has_the_networks_before_and_after_it(tiny_run: Run) -> None:
    step = last_single_step(tiny_run)
    assert step is not None
    found = learning_step(tiny_run, step)
    data = load_mnist()
    numbers = batch_of_step(tiny_run.spec.train, step)
    np.testing.assert_array_equal(found.images, data.x_train[numbers])
    np.testing.assert_array_equal(found.labels, data.y_train[numbers])
    before, after = (
        snapshots.read(Snapshot(tiny_run, each))["conv2"]["kernel"] for each in (step - 1, step)
    )
    np.testing.assert_array_equal(found.kernel_change("conv2"), after - before)
    assert np.abs(after - before).max() > 0
    assert found.before.loss != found.after.loss


def test_a_step_has_only_images_of_mnist() -> None:
    """The bundled run best trains on other digits, too, or on changed images: they are left out."""
    best = registry.find_run("best")
    found = learning_step(best, 1)
    assert 0 < len(found.images) <= best.spec.train.batch_size
    assert found.logits_before.shape == (len(found.labels), 10)
