"""The content of the film for each snapshot."""

import numpy as np
import pytest

from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.film.frames import largest_weight
from tests.helpers.made_runs import small_run


def test_the_largest_weight_is_that_of_all_snapshots() -> None:
    run = small_run()
    film = (Snapshot(run, 0), Snapshot(run, 5))
    shapes = [shape for layer in run.spec.model.layers for _, shape in layer.weights]
    for snapshot, value in zip(film, (0.5, -0.75), strict=True):
        snapshots.write(snapshot, [np.full(shape, value, np.float32) for shape in shapes])
    assert largest_weight(film, "conv1") == pytest.approx(0.75)
    assert largest_weight(film[:1], "conv1") == pytest.approx(0.5)
