"""Make the stored results of the bundled runs again: `python -m tools.keep_results [RUN…]`.

Pages show them at once; for other runs they are computed on demand. Takes some minutes a run, and
replaces the run's files in `mnistviz/assets/kept/`.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.types.inspection import Replacement
from mnistviz.evaluation import second_look
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.channels.channel_results import SUBSET_SIZE
from mnistviz.runs import metrics_log, registry, result_cache
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.studies import training_loss

# Layer, replacement and number of test images of the ablations of each run.
ABLATIONS: dict[str, list[tuple[str, Replacement, int]]] = {
    "best": [
        *((f"conv{number}", "mean", SUBSET_SIZE) for number in range(1, 8)),
        *((f"conv{number}", "mean", NUM_TEST_IMAGES) for number in (3, 6, 7)),
        ("conv3", "zero", SUBSET_SIZE),
    ],
    "reference": [("conv3", "mean", SUBSET_SIZE)],
}
PRUNED = {"best": ["conv3"], "reference": []}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make the stored results of bundled runs again.")
    parser.add_argument("runs", nargs="*", default=list(ABLATIONS), help="names of bundled runs")
    for name in parser.parse_args(arguments).runs:
        keep(name)


def keep(name: str) -> None:
    """Compute the results of a bundled run and replace the stored ones."""
    snapshot = latest_snapshot(registry.find_run(name))
    with tempfile.TemporaryDirectory() as home:
        os.environ["MNISTVIZ_HOME"] = home
        compute(snapshot)
        target = result_cache.BUNDLED / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in sorted(Path(home).rglob("*.npz")):
            if not file.name.startswith("means-"):
                shutil.copy(file, target)
                print(target / file.name)


def compute(snapshot: Snapshot) -> None:
    """Compute all results of a snapshot and store them in the home's cache."""
    run = snapshot.run.name
    channel_results.compute_statistics(snapshot)
    for layer, replacement, images in ABLATIONS[run]:
        channel_results.compute_ablation(snapshot, layer, replacement, images)
    for layer in PRUNED[run]:
        channel_results.compute_pruning(snapshot, layer)
    second_look.calibration_of(snapshot)
    training_loss.measure(snapshot.run, metrics_log.read(snapshot.run))


if __name__ == "__main__":
    main()
