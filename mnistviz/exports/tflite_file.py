"""A snapshot as a TFLite file: `python -m mnistviz.exports.tflite_file RUN STEP FILE`.

TensorFlow's own converter writes it, in that child process.
"""

import sys
from pathlib import Path

from mnistviz.core.errors import RunError
from mnistviz.core.processes import ProcessError, run_module
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot


def write(snapshot: Snapshot, file: Path) -> None:
    """Write a file `*.tflite` with float32 weights, in some seconds.

    Input: (1, 28, 28, 1) float32 in [0, 1]; the first axis can be resized. Output: (1, 10) float32
    probabilities. Raises `RunError`.
    """
    snapshots.read(snapshot)
    run = snapshot.run
    arguments = [str(run.path.absolute()), str(snapshot.step), str(file.absolute())]
    try:
        run_module("mnistviz.exports.tflite_file", arguments)
    except ProcessError as error:
        raise RunError(
            f"{run.name}: {file.name} can't be written ({error}); choose another format, such as "
            f"onnx: python -m mnistviz export {run.id} --to onnx --out FILE.onnx"
        ) from None


def main(run_directory: str, step: str, file: str) -> None:
    """Write the file in this process."""
    # TensorFlow takes seconds to import: only in the child process.
    import tensorflow as tf

    from mnistviz.network.keras_model import build

    run = registry.open_run(Path(run_directory))
    network = build(run.spec.model)
    network.set_weights(snapshots.in_order(snapshots.read(Snapshot(run, int(step)))))
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    Path(file).write_bytes(converter.convert())


if __name__ == "__main__":
    main(*sys.argv[1:])
