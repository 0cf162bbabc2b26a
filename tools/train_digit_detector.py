"""Make the detector that refuses what is no digit, and measure it.

Run as `python -m tools.train_digit_detector`.
Writes `mnistviz/assets/digit_detector.npz` and asks it about non-digits that it did not learn from;
what it answered goes to `mnistviz/assets/benchmarks/refusal.json`. With `--leave-out KIND…` it
trains, for each of these kinds, a detector that never saw it, and asks that, too. `--strokes FILE`
measures pen digits (see `benchmarks.strokes`), `--fonts FOLDER` takes the typed letters from its
fonts.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ImageFont
from scipy import ndimage

from benchmarks import strokes
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing.preprocessing import normalise
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.digits.synthetic_digits import pen_digits
from mnistviz.network import rejection
from mnistviz.network.rejection import DETECTOR_FILE, RATES_FILE, DigitDetector
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from tools import non_digits

# Training digits to learn from, and as many bent; the last 5,000 only set the thresholds.
NUM_DIGITS = 55_000
NUM_HELD_OUT = 5_000
# Drawn with the same pen as letters and shapes are: the pen must not be what tells them apart.
NUM_PEN_DIGITS = 11_000
# Non-digits of each kind to learn from, and as many bent, and to be asked about. Letters and
# shapes have more forms than noise has.
EACH = 3_000
MORE = {"typed letters": 3_500, "written letters": 4_500, "shapes": 2_500, "scribble": 1_250}
ASKED = 300
SEED_LEARNT, SEED_ASKED = 0, 1
NUM_AXES = 50
EPOCHS = 6
BATCH_SIZE = 256
LEARNING_RATE = 0.004
# Shares of held-out digits that the score, and each plain fact, may refuse.
SHARE_JUDGED = 0.0085
SHARE_BEYOND = 0.0003
# Made to learn from, not to be asked about: they are like no kind that a person has a name for.
HELPERS = ("stray strokes", "chimeras")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make and measure the detector of non-digits.")
    parser.add_argument("--strokes", type=Path, help="npz of pen digits")
    parser.add_argument("--fonts", type=Path, help="folder with TrueType fonts, searched below")
    parser.add_argument("--keep", action="store_true", help="measure the detector that is there")
    parser.add_argument(
        "--leave-out", nargs="*", default=[], metavar="KIND", help="kinds to train without"
    )
    options = parser.parse_args(arguments)
    if not options.keep:
        weights = vars(train(*learnt()))
        np.savez_compressed(
            DETECTOR_FILE, **{name: one.astype(np.float32) for name, one in weights.items()}
        )
    ask = Asking(options.fonts)
    found = measure(rejection.bundled_detector(), ask, options.strokes)
    _write(found)
    digits, others = learnt() if options.leave_out else (np.zeros((0, 28, 28), np.float32), {})
    for kind in options.leave_out:
        never = train(digits, {name: one for name, one in others.items() if name != kind})
        found["kinds"][kind]["never_seen"] = ask.refused(never, ask.of_kind(kind))
        _write(found)
    print(json.dumps(found, indent=1))


def _write(found: dict[str, Any]) -> None:
    RATES_FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def learnt() -> tuple[FloatArray, dict[str, FloatArray]]:
    """Digits and, by kind, non-digits to learn from: (n, 28, 28) float32 in [0, 1]."""
    images = to_input(load_mnist().x_train[:NUM_DIGITS])
    others = {}
    for kind in non_digits.KINDS:
        made = non_digits.make([kind], EACH + MORE.get(kind, 0), SEED_LEARNT)[kind]
        others[kind] = np.concatenate([made, bent(made, 1)])
    drawn, _ = pen_digits(NUM_PEN_DIGITS, SEED_LEARNT)
    digits = np.concatenate([images, bent(images, 3), to_input(drawn)])
    return digits, others


def bent(images: FloatArray, seed: int) -> FloatArray:
    """Images as another hand would draw them: turned, leant, stretched, thin or thick."""
    generator = np.random.default_rng(seed)
    cross = ndimage.generate_binary_structure(2, 1)
    found = np.empty_like(images)
    for number, image in enumerate(images):
        angle, lean = generator.normal(0, 0.1), generator.normal(0, 0.12)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        stretch = np.exp(generator.normal(0, 0.08, 2))
        matrix = turn @ np.array([[stretch[0], 0], [lean, stretch[1]]])
        middle = np.full(2, 13.5)
        other = ndimage.affine_transform(image, matrix, middle - matrix @ middle, order=1)
        match int(generator.integers(4)):
            case 0:
                other = (other + ndimage.grey_dilation(other, footprint=cross)) / 2
            case 1:
                other = (other + ndimage.grey_erosion(other, footprint=cross)) / 2
        found[number] = normalise(other).image
    return found


def train(
    digits: FloatArray, others: Mapping[str, FloatArray], epochs: int = EPOCHS
) -> DigitDetector:
    """A detector of digits `(n, 28, 28)` and non-digits by kind, its thresholds set."""
    import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.Conv2D(32, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ]
    )
    images = np.concatenate([digits, *others.values()])
    wanted = (np.arange(len(images)) < len(digits)).astype(np.float32)
    steps = epochs * len(images) // BATCH_SIZE
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
    network.fit(images[..., np.newaxis], wanted, BATCH_SIZE, epochs, verbose=0)
    return with_thresholds(network.get_weights())


def with_thresholds(weights: Sequence[FloatArray]) -> DigitDetector:
    """A detector of these weights that refuses the shares above of the held-out digits."""
    data = load_mnist()
    flat = to_input(data.x_train[:NUM_DIGITS]).reshape(NUM_DIGITS, -1)
    mean = flat.mean(axis=0)
    _, axes = np.linalg.eigh((flat - mean).T @ (flat - mean))
    axes = axes[:, ::-1][:, :NUM_AXES]
    held = to_input(data.x_train[-NUM_HELD_OUT:])
    # The fields of a detector are in the order of the network's weights, then these four.
    start = [*weights, mean, axes, np.zeros(3, np.float32), np.zeros((), np.float32)]
    detector = DigitDetector(*start)
    limits = np.quantile(detector.features(held), 1 - SHARE_BEYOND, axis=0).astype(np.float32)
    least = np.asarray(np.quantile(detector.scores(held), SHARE_JUDGED), np.float32)
    return replace(detector, limits=limits, least=least)


class Asking:
    """Asks a detector, and the bundled run `best` at its temperature, about pictures."""

    def __init__(self, fonts: Path | None) -> None:
        from mnistviz.evaluation import calibration
        from mnistviz.runs.load import load

        run = registry.find_run("best")
        step = snapshots.steps_of(run)[-1]
        self._network = load(Snapshot(run, step))
        temperature = calibration.calibration_of(Snapshot(run, step), self._network)
        assert temperature is not None
        self._temperature = temperature
        files = sorted(fonts.rglob("*.ttf")) if fonts else []
        self._fonts = [ImageFont.truetype(file, non_digits.FONT_SIZE) for file in files] or None

    def probabilities(self, images: FloatArray) -> FloatArray:
        return self._temperature.probabilities(self._network.logits(images))

    def accepted(self, detector: DigitDetector, images: FloatArray) -> FloatArray:
        """Whether each of images `(n, 28, 28)` passes as a digit that the run is sure of."""
        sure = self.probabilities(images).max(axis=1) >= rejection.UNSURE_BELOW
        passed: FloatArray = sure & ~detector.rejects(images)
        return passed

    def refused(self, detector: DigitDetector, images: FloatArray) -> float:
        return round(float(1 - self.accepted(detector, images).mean()), 4)

    def of_kind(self, kind: str) -> FloatArray:
        """Non-digits of a kind that no detector learned; letters of other fonts where given."""
        if kind == "typed letters" and self._fonts:
            return self.letters(non_digits.LETTERS)
        return non_digits.make([kind], ASKED, SEED_ASKED)[kind]

    def letters(self, letters: str) -> FloatArray:
        generator = np.random.default_rng(SEED_ASKED)
        made = [non_digits.typed_letter(generator, self._fonts, letters) for _ in range(ASKED)]
        return np.stack(made)


def measure(detector: DigitDetector, ask: Asking, pens: Path | None) -> dict[str, Any]:
    """Shares that are refused, by the detector or as unsure, of digits and of non-digits."""
    data = load_mnist()
    sets = {"test": (to_input(data.x_test), data.y_test)}
    if pens:
        drawings, labels, _ = strokes.read(pens)
        sets["pen"] = strokes.seen(drawings), labels
    found: dict[str, Any] = {"run": "best"}
    for name, (images, labels) in sets.items():
        accepted = ask.accepted(detector, images)
        right = ask.probabilities(images).argmax(axis=1) == labels
        found[f"{name}_digits"] = round(float(1 - accepted.mean()), 4)
        found[f"{name}_right_and_accepted"] = round(float((right & accepted).mean()), 4)
    found["look_alikes"] = ask.refused(detector, ask.letters(non_digits.LOOK_ALIKES))
    kinds = [kind for kind in non_digits.KINDS if kind not in HELPERS]
    found["kinds"] = {kind: {"seen": ask.refused(detector, ask.of_kind(kind))} for kind in kinds}
    found["seen"] = round(float(np.mean([one["seen"] for one in found["kinds"].values()])), 4)
    return found


if __name__ == "__main__":
    main()
