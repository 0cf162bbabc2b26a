"""Runs of networks that are no channel plan, with random weights."""

import numpy as np

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from tests.helpers.made_networks import random_weights
from tests.helpers.made_runs import small_run

OWN_NETWORKS = {
    "strides": "4C5S2-BN-DW3-BN-MP2-8C3same-GAP-D0.1-10FC",
    "two_pools": "6C5:tanh-AP2-8C5-BN-MP2S2same-F-20FC-BN-10FC",
    "dense": "F-12FC-10FC",
}


def own_network_run(name: str) -> Run:
    """A run of the network of a name above, with snapshots of steps 0 and 10."""
    return run_of(ModelSpec(network=OWN_NETWORKS[name]), name)


def run_of(model: ModelSpec, name: str | None = None) -> Run:
    """A run of a network, with snapshots of steps 0 and 10."""
    run = small_run(name, model)
    weights = random_weights(model)
    arrays = [array for layer in weights.values() for array in layer.values()]
    storage.write_json(run.path / "status.json", {"state": "finished", "step": 10, "total": 20})
    for step in (0, 10):
        snapshots.write(Snapshot(run, step), [np.asarray(array) for array in arrays])
    return run
