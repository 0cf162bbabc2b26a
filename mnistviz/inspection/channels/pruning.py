"""Pruning: channels removed from a trained network, which is then trained for some more steps.

A channel that is off has the same value at every place. After 'valid' convolutions that is a
constant in the next layer, which its bias can hold: so the network with channels off is exactly a
smaller network. That one is fine-tuned, as in Li and others (2017).
"""

from collections.abc import Collection, Sequence

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import ByteArray, FloatArray, IntArray
from mnistviz.core.types.inspection import PruningResult
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.mnist import to_input
from mnistviz.inspection.layer_outputs import (
    IMAGES_SPEC,
    block_ends,
    convolutions,
    last_output,
    layer_outputs,
)
from mnistviz.network.model import Classifier

# Shares of the layer's channels that are left. The whole layer is tuned, too, as a control.
LEFT = (1.0, 0.75, 0.5, 0.25)
STEPS = 300
BATCH_SIZE = 128
# Small, and falls to 0 along a half cosine: the weights are near an optimum already.
LEARNING_RATE = 5e-4

Labelled = tuple[ByteArray, ByteArray]


def prune(
    network: keras.Sequential, layer: str, off: Collection[int], mean: FloatArray
) -> keras.Sequential:
    """The smaller network that has the logits of `network` with those channels of a layer off.

    `mean` (channels,) is the mean output of each channel. At least one channel must stay.
    """
    end = block_ends(network)[layer]
    names = [one.name for one in convolutions(network)]
    following = convolutions(network)[names.index(layer) + 1]
    stay = np.setdiff1d(np.arange(len(mean)), list(off))
    gone = np.array(sorted(off), int)
    smaller = keras.Sequential([keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1))])
    for one in network.layers:
        config = one.get_config()
        if one.name == layer:
            config["filters"] = len(stay)
        smaller.add(type(one).from_config(config))
    for one, copy in zip(network.layers, smaller.layers, strict=True):
        weights = one.get_weights()
        if one.name in (layer, end):
            weights = [array[..., stay] for array in weights]
        elif one is following:
            kernel, bias = weights
            weights = [kernel[:, :, stay], bias + mean[gone] @ kernel[:, :, gone].sum(axis=(0, 1))]
        copy.set_weights(weights)
    return smaller


def tune(
    network: keras.Sequential,
    data: Labelled,
    steps: int = STEPS,
    seed: int = 0,
    progress: Progress = no_progress,
) -> None:
    """Train a network for some more steps, in place.

    `data` are images `(n, 28, 28)` and labels `(n,)`, uint8. `progress` gets the step.
    """
    images, labels = data
    order = np.random.default_rng(seed).integers(len(images), size=(steps, BATCH_SIZE))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps))
    optimizer.build(network.trainable_variables)

    def train_step(batch: tf.Tensor, classes: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = last_output(layer_outputs(network.layers[:-1], batch, training=True))
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss = tf.reduce_mean(losses)
        weights = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    traced = tf.function(train_step).get_concrete_function(
        IMAGES_SPEC, tf.TensorSpec((None,), tf.int32)
    )
    for number, chosen in enumerate(order, 1):
        batch = to_input(images[chosen])[..., np.newaxis]
        traced(tf.constant(batch), tf.constant(labels[chosen].astype(np.int32)))
        progress(number)


def prune_and_tune(
    network: keras.Sequential,
    layer: str,
    order: Sequence[int] | IntArray,
    mean: FloatArray,
    train: Labelled,
    test: Labelled,
    progress: Progress = no_progress,
    steps: int = STEPS,
) -> PruningResult:
    """Prune more and more channels of a layer, in the order given, and tune each smaller network.

    `mean` (channels,) is as in `prune`. `progress` gets the share that is done.
    """
    count = len(mean)
    lefts = sorted({max(1, round(count * share)) for share in LEFT}, reverse=True)
    before, after = [], []
    for number, left in enumerate(lefts):
        smaller = prune(network, layer, list(order[: count - left]), mean)
        before.append(_accuracy(smaller, test))
        begun = number / len(lefts)
        tune(smaller, train, steps, progress=_part_of(progress, begun, 1 / (steps * len(lefts))))
        after.append(_accuracy(smaller, test))
    return PruningResult(
        layer, steps, len(test[1]), np.array(lefts), np.array(before), np.array(after)
    )


def _part_of(progress: Progress, begun: float, share: float) -> Progress:
    return lambda step: progress(begun + share * step)


def _accuracy(network: keras.Sequential, test: Labelled) -> float:
    images, labels = test
    answers = Classifier(network).logits(to_input(images)).argmax(axis=1)
    return float((answers == labels).mean())
