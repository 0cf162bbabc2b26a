"""The network of a run at a snapshot."""

from mnistviz.network.network import Network
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot


def load(snapshot: Snapshot) -> Network:
    """The network of a run as it was at a snapshot. Raises `RunError` as `snapshots.read` does."""
    return Network(snapshot.run.spec.model, snapshots.read(snapshot))
