"""The process that switches channels off on all 10,000 test images, or trains on after a cut.

Started as `python -m mnistviz.inspection.channel_worker RUN_DIR STEP WORK LAYER [REPLACEMENT]`,
where WORK is `ablation` or `tuning`; see `mnistviz.inspection.jobs`.
"""

import sys
from pathlib import Path

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.types.inspection import REPLACEMENTS, Replacement
from mnistviz.inspection import jobs
from mnistviz.inspection.channels import channel_results_files
from mnistviz.runs import registry
from mnistviz.runs.snapshots import Snapshot


def switch_off(snapshot: Snapshot, layer: str, replacement: Replacement) -> None:
    """Switch the channels of a layer off, on all test images."""

    def work(tell: jobs.Tell) -> None:
        # Only now: a page waits for the lock, and this takes seconds.
        from mnistviz.inspection.channels.channel_results import find_ablation

        find_ablation(snapshot, layer, replacement, NUM_TEST_IMAGES, tell)

    jobs.carry_out(
        snapshot, channel_results_files.ablation_name(layer, replacement, NUM_TEST_IMAGES), work
    )


def train_on(snapshot: Snapshot, layer: str) -> None:
    """Cut channels of a layer out, and train what is left for some hundred steps."""

    def work(tell: jobs.Tell) -> None:
        from mnistviz.inspection.channels.channel_results import find_tuned

        find_tuned(snapshot, layer, tell)

    jobs.carry_out(snapshot, channel_results_files.tuned_name(layer), work)


def start_ablation(snapshot: Snapshot, layer: str, replacement: Replacement) -> None:
    """Start a process that switches channels off on all test images, as `jobs.start` does."""
    name = channel_results_files.ablation_name(layer, replacement, NUM_TEST_IMAGES)
    jobs.start(snapshot, name, __name__, "ablation", layer, replacement)


def start_tuning(snapshot: Snapshot, layer: str) -> None:
    """Start a process that cuts channels out and trains on, as `jobs.start` does."""
    jobs.start(snapshot, channel_results_files.tuned_name(layer), __name__, "tuning", layer)


def main() -> None:
    jobs.low_priority()
    directory, step, work, layer, *rest = sys.argv[1:]
    run = registry.open_run(
        Path(directory), bundled=Path(directory).parent == registry.BUNDLED_HOME
    )
    if work == "tuning":
        train_on(Snapshot(run, int(step)), layer)
    else:
        (replacement,) = (one for one in REPLACEMENTS if one in rest)
        switch_off(Snapshot(run, int(step)), layer, replacement)


if __name__ == "__main__":
    main()
