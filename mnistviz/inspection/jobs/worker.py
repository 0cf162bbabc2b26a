"""The process of a job: `python -m mnistviz.inspection.jobs.worker RUN_DIR STEP JOB [ARGUMENT …]`.

JOB is a key of `mnistviz.inspection.jobs.kinds.JOBS`, which takes the arguments.
"""

import sys
from pathlib import Path

from mnistviz.core.errors import MnistVizError
from mnistviz.inspection.jobs.job import lower_priority
from mnistviz.inspection.jobs.kinds import JOBS
from mnistviz.runs import registry
from mnistviz.runs.snapshots import Snapshot


def main() -> None:
    lower_priority()
    directory, step, kind, *arguments = sys.argv[1:]
    path = Path(directory)
    run = registry.open_run(path, bundled=path.parent in registry.read_only_homes())
    JOBS[kind](Snapshot(run, int(step)), *arguments).run_exclusively()


if __name__ == "__main__":
    try:
        main()
    except MnistVizError as error:
        sys.exit(str(error))
