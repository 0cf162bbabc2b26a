"""The network of a run at a snapshot, built by Keras."""

import keras

from mnistviz.network.model import build
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot


def load(snapshot: Snapshot) -> keras.Sequential:
    """The network of a run as it was at a snapshot."""
    network = build(snapshot.run.spec.model)
    network.set_weights(snapshots.in_order(snapshots.read(snapshot)))
    return network
