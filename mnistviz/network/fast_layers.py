"""The network's layers as training applies them: fast, and equal to Keras' own.

    images (n, 28, 28, 1)
       │ split into two halves, one for each core
       ▼                                      shared by the halves:
    convolution ──────────► matrix product, where the kernel covers its whole input
       │
    ReLU + normalization  ► batch mean and variance over both halves
       + dropout            one gradient, XLA-compiled passes (`fused_ops`)
       │                    masks hashed from (seed, step, layer, element), never stored
    max pool                own gradient
       ▼
    logits (n, 10), halves joined

Keras' batch normalization and dropout broadcast over the last axis of (n, height, width,
channels), which has 10 to 20 numbers here: short, slow loops. The same arithmetic over
(n, height · width · channels), with each channel's numbers repeated for every position, has long
loops. The variables are those of the stock layers, so that saved weights open in stock layers.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from mnistviz.network import fused_ops

# Keys of a step: more than the network has layers.
_LAYERS_PER_STEP = 32
# Keys of a step in the numbering of augmentation, which uses the last of them.
_AUGMENTATIONS_PER_STEP = 64

# From this step on, Keras' momentum of 0.99 is lower than that of an even mean.
NUM_AVERAGED_EVENLY = 100

# An average of weights starts as that of about the last tenth of the steps.
_AVERAGE_START = 10


def give_each_half_a_core(cores: int) -> None:
    """Set TensorFlow's threads for a training process, before TensorFlow's first operation.

    After it, TensorFlow refuses the change, and training uses the threads that there are.
    """
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(2)
        tf.config.threading.set_intra_op_parallelism_threads(max(1, cores // 2))


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def training_logits(
    model: keras.Sequential,
    images: Any,
    seed: Any,
    step: Any,
    *,
    steps_before: int = 0,
    in_halves: bool = True,
) -> Any:
    """Logits of a batch in training mode: batch statistics, dropout on.

    `images` is (n, 28, 28, 1) float32, `seed` and `step` are int32 scalars; the
    result is (n, 10) float32, before the softmax. Moving averages are updated;
    `steps_before` went into them before step 0. A batch of one image is not `in_halves`: TensorFlow
    computes no convolution of an empty half.
    """
    middle = tf.shape(images)[0] // 2
    halves = [images[:middle], images[middle:]] if in_halves else [images]
    for index, (layer, normalization, drop) in blocks(model.layers[:-1]):
        mask = (0.0, tf.zeros(2, tf.int32))
        if drop is not None:
            mask = (drop.rate, tf.stack([seed, step * _LAYERS_PER_STEP + index]))
        match layer:
            case keras.layers.Conv2D() if is_plain(layer):
                kernel, bias = layer.kernel.value, layer.bias.value
                halves = [convolution(values, kernel, bias) for values in halves]
                if normalization is None:
                    halves = [layer.activation(values) for values in halves]
            case keras.layers.MaxPooling2D() if _has_even_squares(layer, halves[0].shape):
                halves = [max_pool(values) for values in halves]
            case keras.layers.BatchNormalization():
                halves, mean, variance = normalized(layer, halves)
                _update_moving_averages(layer, mean, variance, steps_before + step)
            case keras.layers.Dropout():
                pass
            case _:
                halves = [layer(values, training=True) for values in halves]
        if normalization is not None:
            scales = (normalization.gamma.value, normalization.beta.value, normalization.epsilon)
            halves, mean, variance = relu_normalization_dropout(halves, *scales, *mask)
            _update_moving_averages(normalization, mean, variance, steps_before + step)
        elif drop is not None:
            halves = dropout(halves, *mask)
    return tf.concat(halves, 0)


def blocks(layers: list[Any]) -> list[tuple[int, list[Any]]]:
    """Each layer with the normalization and the dropout that are computed with it, or None.

    A normalization is computed with the convolution and its ReLU before it, a dropout with any
    layer before it, or alone. The number is that of the block's last layer.
    """
    blocks: list[tuple[int, list[Any]]] = []
    for index, layer in enumerate(layers):
        before = blocks[-1][1] if blocks else [None, None, None]
        match layer:
            case keras.layers.BatchNormalization() if before[1:] == [
                None,
                None,
            ] and _ends_with_relu(before[0]):
                blocks[-1] = (index, [before[0], layer, None])
            case keras.layers.Dropout() if before[0] is not None and before[2] is None:
                blocks[-1] = (index, [*before[:2], layer])
            case keras.layers.Dropout():
                blocks.append((index, [layer, None, layer]))
            case _:
                blocks.append((index, [layer, None, None]))
    return blocks


def _ends_with_relu(layer: Any) -> bool:
    windowed = isinstance(layer, keras.layers.Conv2D | keras.layers.DepthwiseConv2D)
    return windowed and layer.activation is keras.activations.relu


def is_plain(layer: Any) -> bool:
    """Whether `convolution` computes a layer: stride 1, without padding."""
    return (
        isinstance(layer, keras.layers.Conv2D)
        and layer.strides == (1, 1)
        and layer.padding == "valid"
    )


def _has_even_squares(layer: Any, shape: Any) -> bool:
    """Whether a max pooling of maps of a shape is the one that `max_pool` computes."""
    two = (2, 2)
    return bool(layer.pool_size == layer.strides == two and shape[1] % 2 == shape[2] % 2 == 0)


def normalized(layer: Any, parts: Sequence[Any]) -> tuple[list[Any], Any, Any]:
    """Batch normalization in training mode of any values, whose last axis is the channels.

    `parts` make up one batch. Returns the parts of the result, and each channel's batch mean and
    biased variance.
    """
    whole = tf.concat(parts, 0)
    mean, variance = tf.nn.moments(whole, list(range(len(whole.shape) - 1)))
    scale = layer.gamma.value * tf.math.rsqrt(variance + layer.epsilon)
    results = [(part - mean) * scale + layer.beta.value for part in parts]
    return results, mean, variance


def convolution(values: Any, kernel: Any, bias: Any) -> Any:
    """Convolution without padding, stride 1, with its bias and without its ReLU.

    `values` is (n, height, width, channels), `kernel` (rows, columns, channels, filters).
    """
    if kernel.shape[:2] == values.shape[1:3]:
        # A kernel that covers its whole input is a matrix product, which is faster.
        filters = kernel.shape[3]
        wide = values.shape[1] * values.shape[2] * values.shape[3]
        products = tf.reshape(values, (-1, wide)) @ tf.reshape(kernel, (wide, filters))
        return tf.reshape(products, (-1, 1, 1, filters)) + bias
    return tf.nn.bias_add(tf.nn.conv2d(values, kernel, 1, "VALID"), bias)


@dataclass(frozen=True)
class _Layout:
    """Maps (n, height, width, channels) as rows of `positions * channels` numbers.

    Numbers of a channel are repeated once for each position.
    """

    positions: int
    channels: int

    def flat(self, maps: Any) -> Any:
        return tf.reshape(maps, (-1, self.positions * self.channels))

    def repeated(self, numbers: Any) -> Any:
        return tf.tile(numbers, [self.positions])

    def per_channel(self, sums: Sequence[Any]) -> Any:
        """The totals (channels,) of column sums of the batch's parts."""
        return tf.reduce_sum(tf.reshape(tf.add_n(sums), (self.positions, self.channels)), 0)


def relu_normalization_dropout(
    parts: Sequence[Any], gamma: Any, beta: Any, epsilon: float, rate: float, key: Any
) -> tuple[list[Any], Any, Any]:
    """ReLU, batch normalization in training mode (Ioffe and Szegedy 2015), then dropout.

    `parts` make up one batch, each (n, height, width, channels) float32; `key` is (2,)
    int32 and decides the dropout mask. Returns the parts of the result and each
    channel's batch mean and biased variance after the ReLU, both (channels,).
    """
    _, height, width, channels = parts[0].shape
    layout = _Layout(height * width, channels)
    shapes = [tf.shape(part) for part in parts]
    count = tf.cast(sum(shape[0] for shape in shapes) * layout.positions, gamma.dtype)
    masks = fused_ops.dropout_masks(shapes, rate, key)

    def block(gamma: Any, beta: Any, *parts: Any) -> Any:
        positive = [layout.flat(part) for part in parts]
        mean = layout.per_channel(fused_ops.sums(positive)) / count
        centre = layout.repeated(mean)
        variance = layout.per_channel(fused_ops.sums_of_squares(positive, centre)) / count
        inverse = tf.math.rsqrt(variance + epsilon)
        scale = gamma * inverse
        results = _normalized(layout, positive, scale, beta - mean * scale, rate, masks)

        def gradient(*upstream: Any) -> Any:
            # The last two are those of mean and variance, which no loss depends on.
            given = _dropped([layout.flat(part) for part in upstream[:-2]], rate, masks)
            pairs = list(zip(given, positive, strict=True))
            sums = fused_ops.sums_with_products(pairs, centre)
            of_beta = layout.per_channel([plain for plain, _ in sums])
            of_gamma = layout.per_channel([product for _, product in sums]) * inverse
            slope = -scale * inverse * of_gamma / count
            offset = -scale * of_beta / count - mean * slope
            wide = [layout.repeated(numbers) for numbers in (scale, slope, offset)]
            of_parts = [fused_ops.backward(part, values, *wide) for part, values in pairs]
            return of_gamma, of_beta, *_shaped(of_parts, shapes)

        return (*_shaped(results, shapes), mean, variance), gradient

    rectified = [_relu(part) for part in parts]
    *results, mean, variance = tf.custom_gradient(block)(gamma, beta, *rectified)
    return results, mean, variance


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _relu(values: Any) -> Any:
    """ReLU, whose gradient is part of the block's. TensorFlow joins it with the convolution."""
    return tf.nn.relu(values), lambda upstream: upstream


def _normalized(
    layout: _Layout,
    parts: Sequence[Any],
    scale: Any,
    offset: Any,
    rate: float,
    masks: Sequence[Any],
) -> list[Any]:
    """Rows times `scale` plus `offset`, both (channels,), then dropout."""
    if not rate:
        wide = (layout.repeated(scale), layout.repeated(offset))
        return [fused_ops.scale_and_shift(part, *wide) for part in parts]
    factor = 1 / (1 - rate)
    wide = (layout.repeated(scale * factor), layout.repeated(offset * factor))
    return [
        fused_ops.scale_and_drop(part, *wide, *mask)
        for part, mask in zip(parts, masks, strict=True)
    ]


def _dropped(parts: list[Any], rate: float, masks: Sequence[Any]) -> list[Any]:
    """The parts with dropout; the same parts where `rate` is 0."""
    if not rate:
        return parts
    factor = 1 / (1 - rate)
    return [fused_ops.drop(part, factor, *mask) for part, mask in zip(parts, masks, strict=True)]


def _shaped(parts: Sequence[Any], shapes: Sequence[Any]) -> list[Any]:
    return [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


def _update_moving_averages(layer: Any, mean: Any, variance: Any, step: Any) -> None:
    """Move the averages that inference uses towards the batch's statistics.

    Keras starts them at mean 0 and variance 1 and keeps 99 % a step. The first layer's variances
    are near 0.001, so those values would dominate inference for 600 steps. Here the first 100
    steps are averaged evenly, without the initial values; then Keras' rule follows.
    """
    seen = tf.cast(step, mean.dtype)
    momentum = tf.minimum(layer.momentum, seen / (seen + 1))
    for average, batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        average.assign(average * momentum + batch * (1 - momentum))


def dropout(parts: Sequence[Any], rate: float, key: Any) -> list[Any]:
    """Set a share `rate` of a batch to 0 and scale up the rest (Srivastava et al. 2014).

    `parts` make up the batch, `key` is (2,) int32 and decides the mask.
    """
    masks = fused_ops.dropout_masks([tf.shape(part) for part in parts], rate, key)

    def drop_part(part: Any, mask: Any) -> Any:
        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def apply(part: Any) -> Any:
            factor = 1 / (1 - rate)
            dropped = fused_ops.drop(part, factor, *mask)
            return dropped, lambda upstream: fused_ops.drop(upstream, factor, *mask)

        return apply(part)

    return [drop_part(part, mask) for part, mask in zip(parts, masks, strict=True)]


def max_pool(values: Any) -> Any:
    """The largest of each 2×2 square of (n, height, width, channels), both sides even.

    The gradient goes to the first of equal values, row by row, as in TensorFlow's own.
    """

    def pool(values: Any) -> Any:
        largest = tf.nn.max_pool2d(values, 2, 2, "VALID")
        return largest, lambda upstream: fused_ops.unpool(values, largest, upstream)

    return tf.custom_gradient(pool)(values)


def cross_entropy(labels: Any, logits: Any, smoothing: float) -> Any:
    """Loss of each image `(n,)`, its label smoothed (Szegedy et al. 2016) over all classes."""
    if not smoothing:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    classes = logits.shape[-1]
    wanted = tf.one_hot(labels, classes, 1 - smoothing + smoothing / classes, smoothing / classes)
    return tf.nn.softmax_cross_entropy_with_logits(wanted, logits)


def distillation_loss(soft: Any, logits: Any, temperature: float) -> Any:
    """T² · KL(soft label ‖ network at temperature T) of each image `(n,)` (Hinton, Vinyals and
    Dean 2015, "Distilling the knowledge in a neural network").

    `soft` is (n, 10): probabilities at T. T² keeps the gradients' size that of a cross-entropy.
    """
    crossed = tf.nn.softmax_cross_entropy_with_logits(soft, logits / temperature)
    entropy = -tf.reduce_sum(tf.math.xlogy(soft, soft), -1)
    return temperature**2 * (crossed - entropy)


def follow(averages: Sequence[Any], weights: Sequence[Any], decay: float, step: Any) -> None:
    """Move averages towards weights: `decay` of them stays, or less in the first steps.

    So the initial weights do not influence the averages.
    """
    done = tf.cast(step + 1, tf.float32)
    kept = tf.minimum(decay, (done + 1) / (done + _AVERAGE_START))
    for average, weight in zip(averages, weights, strict=True):
        average.assign(average * kept + weight * (1 - kept))


def augmentation_key(seed: Any, step: Any) -> Any:
    """The key `(2,)` int32 of a step's augmentation; no layer has the same key."""
    return tf.stack([seed, step * _AUGMENTATIONS_PER_STEP + _AUGMENTATIONS_PER_STEP - 1])
