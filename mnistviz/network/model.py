"""Build the network with Keras, and classify images with it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import keras
import numpy as np
import tensorflow as tf
from scipy import special

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.model_spec import Layer, ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.network.fast_layers import inference_logits

# Images that go through the network at once: more is no faster on two cores, and the
# activations of 500 images before the pool already take 0.05 GB.
BATCH_SIZE = 500

# Batches at once. Each uses one core while a training runs beside it.
NUM_THREADS = 2


def build(spec: ModelSpec, seed: int = 0) -> keras.Sequential:
    """The network of a spec, made of stock Keras layers, with initial weights drawn from `seed`.

    Input: (n, 28, 28, 1) float32 in [0, 1]. Output: (n, 10) float32 probabilities.
    """
    # One independent stream for each (seed, layer): neighbouring seeds share no weights.
    seeds = np.random.SeedSequence(seed).generate_state(len(spec.layers))
    layers = [
        _keras_layer(layer, spec, int(layer_seed))
        for layer, layer_seed in zip(spec.layers, seeds, strict=True)
    ]
    return keras.Sequential(
        [keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1)), *layers],
        name=f"mnist_{spec.plan.replace('/', '_')}",
    )


def _keras_layer(layer: Layer, spec: ModelSpec, seed: int) -> keras.layers.Layer:
    match layer.type:
        case "Conv2D":
            height, width, _, channels = dict(layer.weights)["kernel"]
            return keras.layers.Conv2D(
                channels,
                (height, width),
                activation="relu" if layer.relu else None,
                kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
                name=layer.name,
            )
        case "Dropout":
            return keras.layers.Dropout(spec.dropout, name=layer.name)
        case _:
            return getattr(keras.layers, layer.type)(name=layer.name)


class Classifier:
    """Inference with a network, safe to share between threads.

    It does not use Keras' `predict`, which leaks memory and is slow for single images.
    """

    def __init__(self, network: keras.Sequential) -> None:
        self.network = network
        self._lock = threading.Lock()
        shape = (None, IMAGE_SIZE, IMAGE_SIZE, 1)
        self._logits = tf.function(
            lambda images: inference_logits(network, images)
        ).get_concrete_function(tf.TensorSpec(shape, tf.float32))

    def logits(self, images: FloatArray) -> FloatArray:
        """Logits `(n, 10)` float32 of images `(n, 28, 28)` float32 in [0, 1]."""
        parts = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
        with self._lock:
            if len(parts) > 1:
                with ThreadPoolExecutor(NUM_THREADS) as threads:
                    answers = list(threads.map(self._logits_of, parts))
            else:
                answers = [self._logits_of(part) for part in parts]
        return np.concatenate(answers) if answers else np.zeros((0, 10), np.float32)

    def _logits_of(self, part: FloatArray) -> FloatArray:
        return cast(FloatArray, self._logits(tf.constant(part[..., np.newaxis])).numpy())

    def classify(self, images: FloatArray) -> FloatArray:
        """Probabilities `(n, 10)` float32 of images `(n, 28, 28)` float32 in [0, 1]."""
        return softmax(self.logits(images))


def softmax(logits: FloatArray) -> FloatArray:
    """The probabilities `(…, 10)` of logits `(…, 10)`, each row adding up to 1."""
    return cast(FloatArray, special.softmax(logits, axis=-1))
