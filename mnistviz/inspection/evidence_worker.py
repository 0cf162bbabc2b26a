"""The process that switches channels off on all 10,000 test images, or trains on after a cut.

Started as `python -m mnistviz.inspection.evidence_worker RUN_DIR STEP WORK LAYER [REPLACEMENT]`,
where WORK is `ablation` or `tuning`; see `mnistviz.inspection.job`.
"""

import sys
from pathlib import Path

from mnistviz import runs
from mnistviz.inspection import job, kept
from mnistviz.rows import REPLACEMENTS, Replacement
from mnistviz.runs import Run
from mnistviz.spec import NUM_TEST_IMAGES


def switch_off(run: Run, step: int, layer: str, replacement: Replacement) -> None:
    """Switch the channels of a layer off, on all test images."""

    def work(tell: job.Tell) -> None:
        # Only now: a page waits for the lock, and this takes seconds.
        from mnistviz.inspection.findings import find_ablation

        find_ablation(run, step, layer, replacement, NUM_TEST_IMAGES, tell)

    job.carry_out(run, step, kept.ablation_name(layer, replacement, NUM_TEST_IMAGES), work)


def train_on(run: Run, step: int, layer: str) -> None:
    """Cut channels of a layer out, and train what is left for some hundred steps."""

    def work(tell: job.Tell) -> None:
        from mnistviz.inspection.findings import find_tuned

        find_tuned(run, step, layer, tell)

    job.carry_out(run, step, kept.tuned_name(layer), work)


def main() -> None:
    job.stand_back()
    directory, step, work, layer, *rest = sys.argv[1:]
    run = runs.open_run(Path(directory), bundled=Path(directory).parent == runs.BUNDLED_HOME)
    if work == "tuning":
        train_on(run, int(step), layer)
    else:
        (replacement,) = (one for one in REPLACEMENTS if one in rest)
        switch_off(run, int(step), layer, replacement)


if __name__ == "__main__":
    main()
