"""The process that works out the t-SNE map of a snapshot.

Started as `python -m mnistviz.inspection.tsne_worker RUN_DIR STEP`, see `mnistviz.inspection.jobs`.
"""

import sys
from pathlib import Path

from mnistviz.inspection import jobs
from mnistviz.runs import registry, result_cache
from mnistviz.runs.snapshots import Snapshot

MAP = "map"
TSNE = "tsne"


def work(snapshot: Snapshot) -> None:
    """Work out the map and keep it, unless another process is at it or it is there."""

    def place_all(tell: jobs.Tell) -> None:
        # Only now: a page waits for the lock, and this takes seconds.
        from mnistviz.inspection import embedding

        found = result_cache.read(snapshot, MAP)
        if found is None:
            from dataclasses import asdict

            from mnistviz.digits.mnist import load_mnist
            from mnistviz.runs.load import load

            found = asdict(embedding.digit_map(load(snapshot), load_mnist().x_test))
            result_cache.write(snapshot, MAP, found)
        result_cache.write(snapshot, TSNE, {"plane": embedding.tsne(found["places"], tell)})

    jobs.carry_out(snapshot, TSNE, place_all)


def start(snapshot: Snapshot) -> None:
    """Start a process that works out the t-SNE map of a snapshot and keeps it.

    Returns when it is at work. Raises `RunError` when it dies at once.
    """
    jobs.start(snapshot, TSNE, __name__)


def main() -> None:
    jobs.low_priority()
    work(Snapshot(registry.open_run(Path(sys.argv[1])), int(sys.argv[2])))


if __name__ == "__main__":
    main()
