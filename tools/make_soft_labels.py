"""Make `mnistviz/assets/soft_labels.npz`: `python -m tools.make_soft_labels`.

Four larger networks, the teachers, are trained on MNIST's first 55,000 training images and the
tablet digits. A soft label is the mean of their probabilities, at a temperature, over 40 augmented
views of its image. The last 5,000 training images and the test set are not read.

On two cores it takes about 14 hours: two hours and a half for each teacher, four for the labels.
The bundled file was made by a program that does the same on a GPU, with PyTorch and views of all
three kinds within a batch, in 53 seconds (`docs/soft_labels.md`). So the labels that this makes
are of the same kind, not the same bytes.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.constants import NUM_SOFT_LABELS, NUM_TABLET_DIGITS
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits.mnist import load_mnist
from mnistviz.digits.soft_labels import SOFT_LABELS_FILE, TEMPERATURE, to_bytes
from mnistviz.digits.tablet_digits import tablet_digits
from mnistviz.network.augmentation import augmented
from mnistviz.network.fast_layers import follow

CHANNELS = (48, 48, 96, 96, 192, 192)
NUM_TEACHERS = 4
STEPS = 6_000
BATCH_SIZE = 256
LEARNING_RATE, WARM_UP, WEIGHT_DECAY = 0.003, 0.2, 0.05
DROPOUT = 0.3
WEIGHT_AVERAGE = 0.998
# Strength of the affine maps and of the bending, by turns from step to step.
TRAINING_VIEWS = ((0.8, 0.0), (1.0, 0.0), (0.8, 0.5))
NUM_VIEWS, VIEW_STRENGTH = 40, 0.8
FIRST_SEED = 20


def teacher(channels: Sequence[int], seed: int) -> Any:
    """Return a network of 3×3 convolutions with global average pooling; its outputs are logits."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    network = keras.Sequential([keras.Input((28, 28, 1))])
    for number, wide in enumerate(channels):
        padding = "valid" if number < 2 else "same"
        network.add(layers.Conv2D(wide, 3, padding=padding, use_bias=False))
        network.add(layers.BatchNormalization(momentum=0.9, epsilon=1e-5))
        network.add(layers.ReLU())
        if number in (1, 3):
            network.add(layers.MaxPooling2D())
    network.add(layers.GlobalAveragePooling2D())
    network.add(layers.Dropout(DROPOUT))
    network.add(layers.Dense(10))
    return network


def trained_teacher(
    images: ByteArray,
    labels: ByteArray,
    seed: int,
    steps: int,
    channels: Sequence[int] = CHANNELS,
) -> Any:
    """Return a teacher trained on images `(n, 28, 28)` and labels `(n,)`, its weights averaged."""
    network, averaged = teacher(channels, seed), teacher(channels, seed)
    optimizer = keras.optimizers.AdamW(LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    optimizer.build(network.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def make_step(batch: Any, wanted: Any, step: Any) -> None:
        with tf.GradientTape() as tape:
            loss = loss_of(wanted, network(batch, training=True))
        optimizer.apply(tape.gradient(loss, network.trainable_variables))
        follow(averaged.weights, network.weights, WEIGHT_AVERAGE, step)

    generator = np.random.default_rng(seed)
    order = np.concatenate(
        [generator.permutation(len(images)) for _ in range(-(-steps * BATCH_SIZE // len(images)))]
    )
    for step in range(steps):
        chosen = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        done = (step + 0.5) / steps
        optimizer.learning_rate = LEARNING_RATE * min(done / WARM_UP, (1 - done) / (1 - WARM_UP))
        strength, bend = TRAINING_VIEWS[step % len(TRAINING_VIEWS)]
        batch = view(images[chosen], strength, (seed, step), bend)
        make_step(batch, labels[chosen], tf.constant(step))
    return averaged


def view(images: ByteArray, strength: float, key: tuple[int, int], bend: float = 0.0) -> Any:
    """Return augmented images `(n, 28, 28, 1)` float32 in [0, 1]."""
    batch = tf.constant(images[..., np.newaxis], tf.float32) / 255
    return augmented(batch, strength, tf.constant(key, tf.int32), bend)


def mean_probabilities(
    teachers: Sequence[Any], images: ByteArray, views: int, batch_size: int = 1_000
) -> FloatArray:
    """Return soft labels `(n, 10)` float32 of images `(n, 28, 28)`, at `TEMPERATURE`.

    For each view, the teachers' logits are averaged first.
    """
    found = np.zeros((len(images), 10), np.float32)
    for first in range(0, len(images), batch_size):
        some = slice(first, first + batch_size)
        for number in range(views):
            batch = view(images[some], VIEW_STRENGTH, (number, first))
            logits = sum(one(batch, training=False) for one in teachers) / len(teachers)
            found[some] += tf.nn.softmax(logits / TEMPERATURE).numpy() / views
    return found


def make(
    target: Path, teachers: Sequence[Any], mnist: ByteArray, tablet: ByteArray, views: int
) -> None:
    """Write the soft labels of MNIST's images and of the tablet digits."""
    np.savez_compressed(
        target,
        mnist=to_bytes(mean_probabilities(teachers, mnist, views)),
        tablet=to_bytes(mean_probabilities(teachers, tablet, views)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Make mnistviz/assets/soft_labels.npz.")
    parser.add_argument("--steps", type=int, default=STEPS, help="of a teacher")
    options = parser.parse_args()
    data, (tablet, tablet_labels) = load_mnist(), tablet_digits(NUM_TABLET_DIGITS)
    mnist = data.x_train[:NUM_SOFT_LABELS]
    images = np.concatenate([mnist, tablet])
    labels = np.concatenate([data.y_train[:NUM_SOFT_LABELS], tablet_labels])
    teachers = []
    for seed in range(FIRST_SEED, FIRST_SEED + NUM_TEACHERS):
        teachers.append(trained_teacher(images, labels, seed, options.steps))
        print(f"teacher {len(teachers)} of {NUM_TEACHERS}", flush=True)
    make(SOFT_LABELS_FILE, teachers, mnist, tablet, NUM_VIEWS)
    print(SOFT_LABELS_FILE)


if __name__ == "__main__":
    main()
