"""The process that works out the t-SNE map of a snapshot.

Started as `python -m mnistviz.inspection.tsne_worker RUN_DIR STEP`, see `mnistviz.inspection.job`.
"""

import sys
from pathlib import Path

from mnistviz import cache, runs
from mnistviz.inspection import job
from mnistviz.runs import Run

MAP = "map"
TSNE = "tsne"


def work(run: Run, step: int) -> None:
    """Work out the map and keep it, unless another process is at it or it is there."""

    def place_all(tell: job.Tell) -> None:
        # Only now: a page waits for the lock, and this takes seconds.
        from mnistviz.inspection import embedding

        found = cache.read(run, step, MAP)
        if found is None:
            from dataclasses import asdict

            from mnistviz.data import load_mnist
            from mnistviz.model import load

            found = asdict(embedding.digit_map(load(run, step), load_mnist().x_test))
            cache.write(run, step, MAP, found)
        cache.write(run, step, TSNE, {"plane": embedding.tsne(found["places"], tell)})

    job.carry_out(run, step, TSNE, place_all)


def main() -> None:
    job.stand_back()
    work(runs.open_run(Path(sys.argv[1])), int(sys.argv[2]))


if __name__ == "__main__":
    main()
