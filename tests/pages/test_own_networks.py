"""Every page opens with runs of networks that are no channel plan."""

import numpy as np
import pytest

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared.page_registry import PAGES, PageEntry
from tests.helpers.made_networks import random_weights
from tests.helpers.made_runs import small_run
from tests.helpers.pages import open_page

pytestmark = pytest.mark.pages

NETWORKS = {
    "strides": "4C5S2-BN-DW3-BN-MP2-8C3same-GAP-D0.1-10FC",
    "two_pools": "6C5:tanh-AP2-8C5-BN-MP2S2same-F-20FC-BN-10FC",
    "dense": "F-12FC-10FC",
}


def run_of(name: str) -> Run:
    """A run of a network with random weights."""
    model = ModelSpec(network=NETWORKS[name])
    run = small_run(name, model)
    weights = random_weights(model)
    arrays = [array for layer in weights.values() for array in layer.values()]
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 10, "total": 20})
    for step in (0, 10):
        snapshots.write(Snapshot(run, step), [np.asarray(array) for array in arrays])
    return run


@pytest.mark.parametrize(
    "name", ["strides", *(pytest.param(name, marks=pytest.mark.slow) for name in [*NETWORKS][1:])]
)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_opens(page: PageEntry, name: str) -> None:
    app = open_page(page.name, run_of(name))
    assert not app.exception
    assert not app.error
