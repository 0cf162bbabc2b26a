"""Channels cut out of a trained network for good, and what some more training brings back.

A channel that is off sends the same number to every place. After 'valid' convolutions that is a
constant in the next layer, which its bias can hold: so the network with channels off is, exactly,
a smaller network. That one is trained on, as after pruning (Li and others 2017).
"""

from collections.abc import Callable, Collection, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import PruningResult
from mnistviz.digits.mnist import to_input
from mnistviz.inspection.channels.knockout import switches
from mnistviz.network.model import Classifier

# So much of the layer is left. The whole one is trained on, too: what it gains is not the cut's.
LEFT = (1.0, 0.75, 0.5, 0.25)
STEPS = 300
BATCH_SIZE = 128
# Falls to 0 along a half cosine: the network is near its best, and shall stay there.
LEARNING_RATE = 5e-4

Labelled = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def prune(
    network: keras.Sequential, layer: str, off: Collection[int], mean: FloatArray
) -> keras.Sequential:
    """The smaller network that answers as `network` does with those channels of a layer off.

    `mean` (channels,) is what each channel hands on on average. At least one must stay.
    """
    after = {name: last for last, (name, _) in switches(network).items()}[layer]
    names = [one.name for one in network.layers]
    following = next(
        one
        for one in network.layers[names.index(after) + 1 :]
        if isinstance(one, keras.layers.Conv2D)
    )
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
        if one.name in (layer, after):
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
    progress: Callable[[int], object] = lambda step: None,
) -> None:
    """Train a network on for some steps, in place. `data` are images and labels, uint8."""
    images, labels = data
    order = np.random.default_rng(seed).integers(len(images), size=(steps, BATCH_SIZE))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps))
    optimizer.build(network.trainable_variables)

    def step_of(batch: tf.Tensor, classes: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            values = batch
            for layer in network.layers[:-1]:
                values = layer(values, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, values)
            loss = tf.reduce_mean(losses)
        weights = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    traced = tf.function(step_of).get_concrete_function(
        tf.TensorSpec((BATCH_SIZE, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32),
        tf.TensorSpec((BATCH_SIZE,), tf.int32),
    )
    for number, chosen in enumerate(order, 1):
        batch = to_input(images[chosen])[..., np.newaxis]
        traced(tf.constant(batch), tf.constant(labels[chosen].astype(np.int32)))
        progress(number)


def prune_and_tune(
    network: keras.Sequential,
    layer: str,
    order: Sequence[int] | NDArray[np.int_],
    mean: FloatArray,
    train: Labelled,
    test: Labelled,
    progress: Callable[[float], object] = lambda done: None,
    steps: int = STEPS,
) -> PruningResult:
    """Cut ever more channels of a layer out, in the order given, and train what is left on.

    `progress` is told the share that is done.
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


def _part_of(
    progress: Callable[[float], object], begun: float, share: float
) -> Callable[[int], object]:
    return lambda step: progress(begun + share * step)


def _accuracy(network: keras.Sequential, test: Labelled) -> float:
    images, labels = test
    answers = Classifier(network).logits(to_input(images)).argmax(axis=1)
    return float((answers == labels).mean())
