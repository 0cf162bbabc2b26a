"""Seconds an epoch, side by side: `python -m benchmarks.speed`, or `make bench`.

The trainers are processes of their own with the same niceness and take turns, epoch
by epoch, while the others sleep: whatever else slows the machine down slows all. The
clock is this process's. The first epoch of each is not counted: it compiles.
"""

import argparse
import contextlib
import importlib.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from mnistviz.core.assets import PROJECT
from mnistviz.core.recipes import find_recipe
from mnistviz.core.types.arrays import FloatArray

# The published log passes 99.40 % at this epoch: what the recipe `quick` is measured against.
EPOCHS_TO_9940 = 17
# Images that Keras gets at once: with more, it is not faster on two cores.
KERAS_BATCH_SIZE = 500
WARM_REPEATS = 5
# The matrix product that shows what the machine can do: its best of some repeats.
PRODUCT_SIZE = 2048
PRODUCT_REPEATS = 20
REFERENCE = find_recipe("reference")
CLASSIFY_REPEATS = 200


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Seconds an epoch of mnistviz and of others.")
    parser.add_argument("--pairs", type=int, default=4, help="epochs of each that count")
    parser.add_argument("--no-quick", action="store_true", help="leave the recipe quick out")
    parser.add_argument("--json", action="store_true", help="print one JSON value instead")
    options = parser.parse_args(arguments)
    names = ["mnistviz", "keras"]
    if importlib.util.find_spec("torch"):
        names.append("torch")
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 2),
        "epochs": compared(epoch_seconds(names, options.pairs)),
    }
    result["limit"] = limit(product_peak(), result["epochs"]["mnistviz"]["median"])
    result |= warm_inference()
    if not options.no_quick:
        result["quick"] = quick_training(result["epochs"]["keras"]["median"])
    print(json.dumps(result) if options.json else table(result))


def epoch_seconds(names: Sequence[str], pairs: int) -> dict[str, list[float]]:
    """Return the seconds of each trainer's epochs, taken in turns after a warm-up epoch."""
    seconds: dict[str, list[float]] = {name: [] for name in names}
    with contextlib.ExitStack() as stack:
        epochs = {name: stack.enter_context(_trainer(name)) for name in names}
        for turn in range(pairs + 1):
            for name in names:
                started = time.perf_counter()
                epochs[name]()
                if turn:
                    seconds[name].append(time.perf_counter() - started)
                print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return seconds


@contextlib.contextmanager
def _trainer(name: str) -> Iterator[Callable[[], None]]:
    """Yield a function that trains one epoch in a child process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.contenders", name],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers, orders = process.stdout, process.stdin

    def wait() -> None:
        if answers.readline().strip() != "ready":
            raise RuntimeError(f"{name} died: python -m benchmarks.contenders {name} says why")

    def epoch() -> None:
        orders.write("epoch\n")
        orders.flush()
        wait()

    try:
        wait()
        yield epoch
    finally:
        process.kill()
        process.wait()


def compared(seconds: dict[str, list[float]]) -> dict[str, dict[str, Any]]:
    """Return each trainer's median, and median, minimum and maximum of its ratio to Keras."""
    rows = {}
    for name, own in seconds.items():
        ratios = [mine / theirs for mine, theirs in zip(own, seconds["keras"], strict=True)]
        rows[name] = {
            "median": round(statistics.median(own), 3),
            "seconds": [round(value, 3) for value in own],
            "ratio": round(statistics.median(ratios), 3),
            "ratio_lowest": round(min(ratios), 3),
            "ratio_highest": round(max(ratios), 3),
        }
    return rows


def product_peak() -> float:
    """Return the most operations a second of NumPy's matrix product, float32, on all cores."""
    matrix = np.ones((PRODUCT_SIZE, PRODUCT_SIZE), np.float32)
    seconds = min(_seconds(lambda: matrix @ matrix) for _ in range(PRODUCT_REPEATS))
    return 2 * PRODUCT_SIZE**3 / seconds


def limit(peak: float, epoch: float) -> dict[str, float]:
    """Return what the machine's matrix product would need for an epoch's convolutions.

    `peak` is in operations a second, `epoch` is ours in seconds. A convolution is three products:
    forward, gradient of the inputs (not of the images) and gradient of the kernel.
    """
    products = 0
    for number, layer in enumerate(REFERENCE.model.convolutions):
        height, width, _ = layer.output_shape
        kernel = math.prod(dict(layer.weights)["kernel"])
        products += (3 if number else 2) * height * width * kernel
    seconds = 2 * products * REFERENCE.train.num_images / peak
    return {
        "gigaflops": round(peak / 1e9, 1),
        "epoch_seconds": round(seconds, 2),
        "share": round(seconds / epoch, 3),
    }


def quick_training(keras_epoch: float) -> dict[str, float]:
    """Return time and accuracy of a run of the recipe `quick`, started from the command line."""
    with tempfile.TemporaryDirectory() as home:
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "mnistviz", "train", "--recipe", "quick", "--json"],
            cwd=PROJECT,
            env={**os.environ, "MNISTVIZ_HOME": home},
            capture_output=True,
            check=True,
            text=True,
        )
        wall = time.perf_counter() - started
    result = json.loads(done.stdout)
    return {
        "seconds": round(wall, 2),
        "training_seconds": result["seconds"],
        "test_accuracy": result["test_accuracy"],
        "ratio": round(wall / (EPOCHS_TO_9940 * keras_epoch), 3),
    }


def warm_inference() -> dict[str, float]:
    """Return the median seconds to classify the test set, and milliseconds for one digit.

    Each is measured in turns with stock Keras, whose layers TensorFlow compiles; `_ratio` is the
    median of the pairs' ratios.
    """
    import tensorflow as tf

    from mnistviz.core.model_spec import ModelSpec
    from mnistviz.digits.mnist import load_mnist, to_input
    from mnistviz.network.keras_model import build
    from mnistviz.network.network import Network

    spec, images = ModelSpec(), to_input(load_mnist().x_test)
    keras_network = build(spec)
    network = Network(spec, spec.named(keras_network.get_weights()))
    # A batch of any length: the function is compiled once.
    signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32)]
    compiled = tf.function(lambda batch: keras_network(batch, training=False), signature)

    def keras_classify(images: FloatArray) -> None:
        for start in range(0, len(images), KERAS_BATCH_SIZE):
            compiled(tf.constant(images[start : start + KERAS_BATCH_SIZE, ..., None])).numpy()

    def pairs(images: FloatArray, repeats: int) -> tuple[float, float, float]:
        return _warm_pairs(
            lambda: network.classify(images), lambda: keras_classify(images), repeats
        )

    many, keras_many, many_ratio = pairs(images, WARM_REPEATS)
    one, keras_one, one_ratio = pairs(images[:1], CLASSIFY_REPEATS)
    return {
        "evaluate_10000_seconds": round(many, 3),
        "evaluate_10000_keras_seconds": round(keras_many, 3),
        "evaluate_10000_ratio": round(many_ratio, 3),
        "classify_one_milliseconds": round(1000 * one, 3),
        "classify_one_keras_milliseconds": round(1000 * keras_one, 3),
        "classify_one_ratio": round(one_ratio, 3),
    }


def _warm_pairs(
    ours: Callable[[], object], theirs: Callable[[], object], repeats: int
) -> tuple[float, float, float]:
    """Return the median seconds of both, in turns after a call of each, and of their ratio."""
    seconds = np.array([[_seconds(ours), _seconds(theirs)] for _ in range(repeats + 1)])[1:]
    own, other = np.median(seconds, axis=0)
    return float(own), float(other), float(np.median(seconds[:, 0] / seconds[:, 1]))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def table(result: dict[str, Any]) -> str:
    """Return the result as a text table."""
    lines = [
        f"{result['machine']}; load at the start {result['load']}",
        f"{'reference recipe':18}{'s an epoch':>11}{'of Keras':>10}   spread of the pairs",
    ]
    for name, row in result["epochs"].items():
        lines.append(
            f"{name:18}{row['median']:>11.2f}{row['ratio']:>9.2f}×"
            f"   {row['ratio_lowest']:.2f} to {row['ratio_highest']:.2f}"
        )
    if "limit" in result:
        found = result["limit"]
        lines.append(
            f"matrix product: {found['gigaflops']:.0f} GFLOP/s, an epoch's convolutions in "
            f"{found['epoch_seconds']:.1f} s, {found['share']:.2f}× of mnistviz"
        )
    if "quick" in result:
        quick = result["quick"]
        lines.append(
            f"recipe quick: {quick['seconds']:.1f} s from the command to the end, "
            f"{quick['ratio']:.3f}× of {EPOCHS_TO_9940} Keras epochs; "
            f"test accuracy {quick['test_accuracy']:.2%}"
        )
    lines.append(
        f"classify 10,000 images: {result['evaluate_10000_seconds']:.2f} s warm, "
        f"{result['evaluate_10000_ratio']:.2f}× of Keras"
    )
    lines.append(
        f"classify one digit: {result['classify_one_milliseconds']:.2f} ms warm, "
        f"{result['classify_one_ratio']:.2f}× of Keras"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
