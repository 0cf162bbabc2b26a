"""The outputs of a network's layers, one after another: the one walk over its layers.

What looks inside a network builds on it: feature maps, surveys, ablation, attribution.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.model_spec import normalization_name
from mnistviz.core.types.arrays import ByteArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.mnist import to_input

# A batch of images of any size, as networks take them.
IMAGES_SPEC = tf.TensorSpec((None, IMAGE_SIZE, IMAGE_SIZE, 1), tf.float32)

# Images at once: with more, their maps no longer fit the processor's cache.
BATCH_SIZE = 250

Replace = Callable[[str, Any], Any]


def layer_outputs(
    layers: Sequence[keras.layers.Layer],
    values: Any,
    *,
    training: bool = False,
    replace: Replace = lambda name, values: values,
) -> dict[str, Any]:
    """The outputs of layers applied one after another to `values`, by name and in order.

    `replace` gets the name and the output of each layer, and returns what the next layer takes.
    """
    outputs = {}
    for layer in layers:
        values = outputs[layer.name] = replace(layer.name, layer(values, training=training))
    return outputs


def last_output(outputs: dict[str, Any]) -> Any:
    """The output of the last layer: the logits, of all layers but the softmax."""
    return next(reversed(outputs.values()))


def before_activation(layer: keras.layers.Conv2D, values: Any) -> Any:
    """The output of a convolution before its ReLU, of `values` (n, height, width, channels)."""
    return tf.nn.conv2d(values, layer.kernel, 1, "VALID") + layer.bias


def convolutions(network: keras.Sequential) -> list[keras.layers.Conv2D]:
    """The convolutions of a network, in order."""
    return [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]


def relu_convolutions(network: keras.Sequential) -> list[keras.layers.Conv2D]:
    """The convolutions with a ReLU: all but the last, whose channels are the logits."""
    return [layer for layer in convolutions(network) if layer.activation is keras.activations.relu]


def block_ends(network: keras.Sequential) -> dict[str, str]:
    """For each convolution with a ReLU, the layer whose output the next one takes.

    That is the batch normalization that follows, or the convolution itself where none does.
    """
    names = {layer.name for layer in network.layers}
    ends = {}
    for layer in relu_convolutions(network):
        norm = normalization_name(layer.name)
        ends[layer.name] = norm if norm in names else layer.name
    return ends


def image_batches(
    images: ByteArray, size: int, progress: Progress = no_progress
) -> Iterator[tf.Tensor]:
    """Batches `(size, 28, 28, 1)` float32 in [0, 1] of images `(n, 28, 28)` uint8.

    `progress` gets the number of images that are done, after each batch.
    """
    for start in range(0, len(images), size):
        batch = images[start : start + size]
        yield tf.constant(to_input(batch)[..., np.newaxis])
        progress(start + len(batch))
