"""The file `model.keras` of a snapshot: `python -m mnistviz.runs.archive.keras_file RUN STEP FILE`.

TensorFlow stays in that child process: a server that exported once would keep its memory.
"""

import sys
from pathlib import Path

from mnistviz.core.errors import MnistVizError, RunError
from mnistviz.core.processes import ProcessError, run_module
from mnistviz.network import tensorflow_failure
from mnistviz.runs import registry, snapshots
from mnistviz.runs.archive import keras_compat
from mnistviz.runs.snapshots import Snapshot


class KerasFileError(RunError):
    """A snapshot can't be written as a file of Keras."""


def write(snapshot: Snapshot, file: Path) -> None:
    """Write a file `*.keras`, for Keras 3.5 and later, in a child process, in some seconds.

    Raises `KerasFileError`.
    """
    run = snapshot.run
    arguments = [str(run.path.absolute()), str(snapshot.step), str(file.absolute())]
    try:
        run_module("mnistviz.runs.archive.keras_file", arguments)
    except ProcessError as error:
        raise KerasFileError(
            f"{run.name}: {file.name} can't be written ({error}); export the run without it: "
            f"python -m mnistviz runs export {run.id} --no-keras --out FILE"
        ) from None


def main(run_directory: str, step: str, file: str) -> None:
    """Write the file in this process."""
    # Keras takes seconds to import: only in the child process.
    with tensorflow_failure.explained():
        from mnistviz.network.keras_model import build

    run = registry.open_run(Path(run_directory))
    network = build(run.spec.model)
    network.set_weights(snapshots.in_order(snapshots.read(Snapshot(run, int(step)))))
    network.save(file)
    keras_compat.rewrite(Path(file))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except MnistVizError as error:
        sys.exit(str(error))
