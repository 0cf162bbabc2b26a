"""The accuracy with an edited kernel."""

import numpy as np

from mnistviz.digits.mnist import load_mnist
from mnistviz.network.kernel_edits import with_kernel
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.ui.microscope.kernel_effect import NUM_IMAGES, accuracy_of


def test_the_accuracy_is_that_on_the_first_test_images(tiny_run: Run) -> None:
    network = load(latest_snapshot(tiny_run))
    data = load_mnist()
    answers = network.classify(data.x_test[:NUM_IMAGES]).argmax(axis=1)
    assert accuracy_of(network, data) == np.mean(answers == data.y_test[:NUM_IMAGES])
    # A network that sees nothing answers always the same.
    blind = with_kernel(network, "conv1", 0, np.zeros((3, 3, 1), np.float32))
    blind = with_kernel(blind, "conv1", 1, np.zeros((3, 3, 1), np.float32))
    assert accuracy_of(blind, data) < 0.2
