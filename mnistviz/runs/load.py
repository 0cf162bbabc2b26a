"""The network of a run at a snapshot, built by Keras."""

import keras

from mnistviz.network.model import build
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run


def load(run: Run, step: int) -> keras.Sequential:
    """The network of a run as it was at a snapshot."""
    network = build(run.spec.model)
    network.set_weights(snapshots.in_order(snapshots.read(run, step)))
    return network
