"""Training of a network for some more steps, without a run."""

from dataclasses import replace

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import ByteArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.keras_model import keras_layer
from mnistviz.network.network import Network, as_batch

BATCH_SIZE = 128
# Small, and falls to 0 along a half cosine: the weights are near an optimum already.
LEARNING_RATE = 5e-4


def tune(
    network: Network,
    data: tuple[ByteArray, ByteArray],
    steps: int,
    seed: int = 0,
    progress: Progress = no_progress,
) -> Network:
    """The network after some more steps of training.

    Its weights may have fewer channels than its spec says. `data` are images `(n, 28, 28)` and
    labels `(n,)`, uint8. `progress` gets the step.
    """
    images, labels = data
    layers = _keras_layers(network, seed)
    model = keras.Sequential(layers)
    model.build((None, IMAGE_SIZE, IMAGE_SIZE, 1))
    names = {layer.name: [name for name, _ in layer.weights] for layer in network.layers}
    for layer in layers:
        layer.set_weights([network.weights[layer.name][name] for name in names[layer.name]])
    order = np.random.default_rng(seed).integers(len(images), size=(steps, BATCH_SIZE))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps))
    optimizer.build(model.trainable_variables)

    @tf.function  # type: ignore[untyped-decorator]
    def train_step(batch: tf.Tensor, classes: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            logits = model(batch, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
            loss = tf.reduce_mean(losses)
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

    for number, chosen in enumerate(order, 1):
        classes = tf.constant(labels[chosen].astype(np.int32))
        train_step(tf.constant(as_batch(images[chosen])), classes)
        progress(number)
    weights = {
        layer.name: dict(zip(names[layer.name], layer.get_weights(), strict=True))
        for layer in layers
        if names[layer.name]
    }
    return replace(network, weights=weights)


def _keras_layers(network: Network, seed: int) -> list[keras.layers.Layer]:
    """The layers of a network up to the logits, as large as its weights are."""
    layers = []
    for layer in network.layers:
        shapes = [(name, network.weights[layer.name][name].shape) for name, _ in layer.weights]
        smaller = replace(layer, weights=tuple(shapes))
        layers.append(keras_layer(smaller, seed))
    return layers
