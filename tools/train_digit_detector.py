"""Make the detector that refuses what is no digit, and measure it.

Run as `python -m tools.train_digit_detector`.
Writes `mnistviz/assets/digit_detector.npz` and asks it about non-digits that it did not learn from;
what it answered goes to `mnistviz/assets/benchmarks/refusal.json`. With `--cross-validate` it
trains a network for each fold, without the kinds and the names of drawings of that fold, and asks
that about them, too. `--work FOLDER` keeps there what was made and trained; the same command
goes on from it after an interruption (empty the folder when the recipe changes). `--strokes FILE`
measures pen strokes (see `benchmarks.wild`), `--fonts FOLDER` takes the typed letters from its
fonts. `--run` names the run whose answers are measured.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from benchmarks import wild
from mnistviz.core.types.arrays import BoolArray, FloatArray, Weights
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.evaluation import calibration
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.network import rejection
from mnistviz.network.rejection import RATES_FILE, DigitDetector
from mnistviz.runs import registry, snapshots
from tools import judge_examples, non_digits, stroke_shapes
from tools.judge_examples import DRAWINGS, TIMES_DRAWN, Examples

# The networks of the detector differ in their seeds alone.
SEEDS = (0, 1, 2, 3)
# A fold of the cross-validation is asked of one network: one alone refuses less than four.
FOLD_SEEDS = (0,)
# Images between two drawings of lots, and how often they are drawn.
NUM_IMAGES, EPOCHS = 120_000, 12
BATCH_SIZE = 256
LEARNING_RATE = 0.003
DROPOUT = 0.1
# Digits that nothing was learned from set the threshold: the last training digits of MNIST, with
# other pens. The share of them that it refuses.
NUM_HELD_OUT = 5_000
SHARE_REFUSED = 0.00555
# Non-digits of each kind to be asked about.
ASKED = 300
SEED_ASKED = 1_000_000
# The kinds that a fold of the cross-validation is trained without; those alike go together.
FOLDS = (
    ("typed letters", "written letters", "letters of stroke fonts", "handwriting fonts"),
    ("signs", "shapes"),
    ("scribble", "stray strokes", "dots"),
    ("noise", "textures", "two digits"),
)
# Made to learn from, not to be asked about: they are like no kind that a person has a name for.
HELPERS = ("stray strokes", "chimeras")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make and measure the detector of non-digits.")
    parser.add_argument("--strokes", type=Path, help="npz of pen digits")
    parser.add_argument("--fonts", type=Path, help="folder with TrueType fonts, searched below")
    parser.add_argument("--run", default=registry.DEFAULT_RUN, help="a run by name")
    parser.add_argument("--work", type=Path, help="folder to keep examples and networks in")
    parser.add_argument("--keep", action="store_true", help="measure the detector that is there")
    parser.add_argument("--cross-validate", action="store_true", help="ask about unseen kinds")
    options = parser.parse_args(arguments)
    ask = Asking(options.run, options.fonts)
    known = None
    if options.cross_validate or not options.keep:
        known = judge_examples.examples(options.work and options.work / "examples")
    if known and not options.keep:
        networks = train(list(known.values()), SEEDS, options.work and options.work / "all")
        save(with_threshold(networks, ask))
    found = measure(rejection.bundled_detector(), ask, options.strokes)
    _write(found)
    if known and options.cross_validate:
        found["kinds"][DRAWINGS] = {}
        shares = []
        for number, kinds in enumerate(FOLDS):
            never = fold_of(known[DRAWINGS].names, number)
            kept = options.work and options.work / f"fold{number}"
            networks = train(without(known, kinds, never), FOLD_SEEDS, kept)
            detector = with_threshold(networks, ask)
            for kind in set(kinds) - set(HELPERS):
                found["kinds"][kind]["never_seen"] = ask.refused(detector, ask.of_kind(kind))
            shares.append(
                ask.refused(detector, to_input(known[DRAWINGS].images[never][::TIMES_DRAWN]))
            )
            found["kinds"][DRAWINGS]["never_seen"] = round(float(np.mean(shares)), 4)
            _write(found)
    print(json.dumps(found, indent=1))


def _write(found: dict[str, Any]) -> None:
    RATES_FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def fold_of(names: NDArray[np.str_], fold: int) -> NDArray[np.bool_]:
    """Which drawings are of the names of a fold: every fourth name."""
    return np.isin(names, np.unique(names)[fold :: len(FOLDS)])


def without(
    known: dict[str, Examples], kinds: Sequence[str], drawings: NDArray[np.bool_]
) -> list[Examples]:
    """The examples without these kinds and these drawings."""
    left = {source: examples for source, examples in known.items() if source not in kinds}
    return list({**left, DRAWINGS: known[DRAWINGS].chosen(~drawings)}.values())


# ---------------------------------------------------------------- training


def train(sources: Sequence[Examples], seeds: Sequence[int], kept: Path | None) -> list[Weights]:
    """The networks of a detector that learned from examples; those in the folder are read."""
    found = []
    for seed in seeds:
        file = kept and kept / f"{seed}.npz"
        if file and file.exists():
            (weights,) = rejection.read_detector(file).networks
        else:
            weights = weights_of(train_network(sources, seed))
            if file:
                save(DigitDetector((weights,), -np.inf), file)
        found.append(weights)
    return found


def train_network(sources: Sequence[Examples], seed: int, epochs: int = EPOCHS) -> Any:
    """A Keras network that learned from examples."""
    import keras

    keras.utils.set_random_seed(seed)
    generator = np.random.default_rng(seed)
    network = build_network()
    steps = epochs * NUM_IMAGES // BATCH_SIZE
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    are_digits = np.array([(source.labels < judge_examples.NO_DIGIT).all() for source in sources])
    halves = [
        [source for source, is_digit in zip(sources, are_digits, strict=True) if is_digit == wanted]
        for wanted in (True, False)
    ]
    for _ in range(epochs):
        # As many digits as non-digits.
        drawn = [
            judge_examples.drawn_at_random(half, NUM_IMAGES // 2, generator) for half in halves
        ]
        images, labels = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        network.fit(images[..., np.newaxis], labels, BATCH_SIZE, verbose=0)
    return network


def build_network() -> Any:
    """The detector in Keras, with logits as its output."""
    import keras

    layers = keras.layers
    made = []
    for layer in rejection.detector_layers():
        match layer.type:
            case "Conv2D":
                if not layer.relu:
                    made.append(layers.Dropout(DROPOUT))
                *_, channels = layer.output_shape
                side = layer.weights[0][1][0]
                activation = "relu" if layer.relu else None
                made.append(layers.Conv2D(channels, side, activation=activation, name=layer.name))
            case "BatchNormalization":
                made.append(layers.BatchNormalization(name=layer.name))
            case "MaxPooling2D":
                made.append(layers.MaxPooling2D(name=layer.name))
            case "Flatten":
                made.append(layers.Flatten(name=layer.name))
    return keras.Sequential([keras.Input((28, 28, 1)), *made])


def weights_of(network: Any) -> Weights:
    """The weights of a Keras network by layer and name."""
    weights: dict[str, dict[str, FloatArray]] = {}
    for layer in rejection.detector_layers():
        if layer.weights:
            arrays = network.get_layer(layer.name).get_weights()
            names = [name for name, _ in layer.weights]
            weights[layer.name] = dict(zip(names, arrays, strict=True))
    return weights


def with_threshold(networks: Sequence[Weights], ask: "Asking") -> DigitDetector:
    """The detector with a threshold that refuses the share above of held-out digits."""
    detector = DigitDetector(tuple(networks), -np.inf)
    held = to_input(load_mnist().x_train[-NUM_HELD_OUT:])
    varied = judge_examples.with_other_pens(held, np.random.default_rng(judge_examples.SEED))
    found = rejection.evidence(detector.logits(varied), ask.probabilities(varied))
    return DigitDetector(detector.networks, float(np.quantile(found, SHARE_REFUSED)))


def save(detector: DigitDetector, file: Path = rejection.DETECTOR_FILE) -> None:
    """Write a detector whole or not at all."""
    arrays = {
        f"{number}/{layer}/{name}": array
        for number, weights in enumerate(detector.networks)
        for layer, named in weights.items()
        for name, array in named.items()
    }
    least = np.float32(detector.least)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial.npz")
    np.savez_compressed(partial, allow_pickle=False, least=least, **arrays)
    partial.replace(file)


# ---------------------------------------------------------------- measuring


class Asking:
    """Asks a detector, and a run at its temperature, about pictures."""

    def __init__(self, run: str, fonts: Path | None) -> None:
        self.run = run
        self._reader = DigitReader.load(snapshots.find(run))
        files = sorted(fonts.rglob("*.ttf")) if fonts else []
        self._fonts = [ImageFont.truetype(file, non_digits.FONT_SIZE) for file in files] or None

    def probabilities(self, images: FloatArray) -> FloatArray:
        logits = self._reader.logits(images)
        return calibration.probabilities(logits, self._reader.calibration)

    def accepted(self, detector: DigitDetector, images: FloatArray) -> BoolArray:
        """Whether each of images `(n, 28, 28)` passes as a digit that the run is sure of."""
        probabilities = self.probabilities(images)
        sure = probabilities.max(axis=1) >= rejection.UNSURE_BELOW
        passed: BoolArray = sure & ~detector.rejects(images, probabilities)
        return passed

    def refused(self, detector: DigitDetector, images: FloatArray) -> float:
        return round(float(1 - self.accepted(detector, images).mean()), 4)

    def of_kind(self, kind: str) -> FloatArray:
        """Non-digits of a kind that no detector learned; letters of other fonts where given."""
        if kind == "typed letters" and self._fonts:
            return self.letters(stroke_shapes.PLAIN_LETTERS)
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
        drawings, arrays = wild.read_strokes(pens)
        sets["pen"] = np.stack([wild.drawn_image(one) for one in drawings]), arrays["label"]
    found: dict[str, Any] = {"run": ask.run}
    for name, (images, labels) in sets.items():
        accepted = ask.accepted(detector, images)
        right = ask.probabilities(images).argmax(axis=1) == labels
        found[f"{name}_digits"] = round(float(1 - accepted.mean()), 4)
        found[f"{name}_right_and_accepted"] = round(float((right & accepted).mean()), 4)
    found["look_alikes"] = ask.refused(detector, ask.letters(stroke_shapes.LOOK_ALIKES))
    kinds = [kind for kind in non_digits.KINDS if kind not in HELPERS]
    found["kinds"] = {kind: {"seen": ask.refused(detector, ask.of_kind(kind))} for kind in kinds}
    found["seen"] = round(float(np.mean([one["seen"] for one in found["kinds"].values()])), 4)
    return found


if __name__ == "__main__":
    main()
