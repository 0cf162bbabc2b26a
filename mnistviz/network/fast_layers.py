"""The network's layers as training applies them: fast, and equal to Keras' own.

Keras' batch normalization and dropout broadcast over the last axis of
(n, height, width, channels), which is 10 to 20 long here: the processor spends
its time on loops of 10. The same mathematics over (n, height · width · channels),
with each channel's numbers repeated once for every position, runs in long loops.
ReLU, normalization and dropout have one gradient together, chains of elementwise
work are compiled into one pass over memory, and no dropout mask is ever stored.
A batch goes through in two halves side by side, one a core, that share what normalization
measures. The variables are those of the stock layers, so what is saved opens as stock layers.

Dropout masks are hashed from (seed, step, layer, element) and depend on nothing else.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, cast

import keras
import tensorflow as tf

# Room between the keys of two steps: more than the network has layers. The last is the images'.
_LAYERS_PER_STEP = 32
# Augmentation draws from keys of its own.
_AUGMENTATIONS_PER_STEP = 64

_NUM_HALVES = 2

# After so many steps, Keras' momentum of 0.99 keeps more of a moving average than an even mean.
NUM_AVERAGED_EVENLY = 100

# An average of weights begins as that of the last tenth of the steps.
_AVERAGE_START = 10


def give_each_half_a_core(cores: int) -> None:
    """Set TensorFlow's threads for a process that trains, before its first work.

    A process in which TensorFlow has worked already trains with the threads that it has.
    """
    with suppress(RuntimeError):
        tf.config.threading.set_inter_op_parallelism_threads(2)
        tf.config.threading.set_intra_op_parallelism_threads(max(1, cores // 2))


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def training_logits(
    model: keras.Sequential, images: Any, seed: Any, step: Any, *, steps_before: int = 0
) -> Any:
    """Logits of a batch in training mode: batch statistics, dropout on.

    `images` is (n, 28, 28, 1) float32, `seed` and `step` are int32 scalars; the
    result is (n, 10) float32, before the softmax. Moving averages are updated;
    `steps_before` went into them before step 0.
    """
    middle = tf.shape(images)[0] // 2
    halves = [images[:middle], images[middle:]]
    for index, (layer, normalization, drop) in _blocks(model.layers[:-1]):
        mask = (0.0, tf.zeros(2, tf.int32))
        if drop is not None:
            mask = (drop.rate, tf.stack([seed, step * _LAYERS_PER_STEP + index]))
        match layer:
            case keras.layers.Conv2D():
                kernel, bias = layer.kernel.value, layer.bias.value
                halves = [convolution(values, kernel, bias) for values in halves]
            case keras.layers.MaxPooling2D():
                halves = [max_pool(values) for values in halves]
            case _:
                halves = [layer(values, training=True) for values in halves]
        if normalization is not None:
            scales = (normalization.gamma.value, normalization.beta.value, normalization.epsilon)
            halves, mean, variance = relu_normalization_dropout(halves, *scales, *mask)
            _update_moving_averages(normalization, mean, variance, steps_before + step)
        elif isinstance(layer, keras.layers.Conv2D):
            halves = [layer.activation(values) for values in halves]
            if drop is not None:
                halves = dropout(halves, *mask)
    return tf.concat(halves, 0)


@tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
def inference_logits(model: keras.Sequential, images: Any) -> Any:
    """Logits in inference mode: (n, 28, 28, 1) float32 to (n, 10) float32.

    A normalization is a scale and an offset for each channel by now. Without padding,
    the next convolution's kernel and bias take both in, and no pass over the maps is made;
    only the pool comes between, which a negative scale would turn into a minimum.
    """
    values = images
    scale: Any = None
    offset: Any = None
    for _, (layer, normalization, _) in _blocks(model.layers[:-1]):
        if isinstance(layer, keras.layers.Conv2D):
            kernel, bias = layer.kernel.value, layer.bias.value
            if scale is not None:
                bias = bias + tf.reduce_sum(kernel * offset[:, tf.newaxis], (0, 1, 2))
                kernel = kernel * scale[:, tf.newaxis]
            values = layer.activation(convolution(values, kernel, bias))
            scale = None
        elif scale is not None:
            wide = values.shape[1] * values.shape[2]
            flat = tf.reshape(values, (-1, wide * values.shape[3]))
            flat = flat * tf.tile(scale, [wide]) + tf.tile(offset, [wide])
            values, scale = layer(tf.reshape(flat, tf.shape(values)), training=False), None
        else:
            values = layer(values, training=False)
        if normalization is not None:
            variance = normalization.moving_variance.value
            scale = normalization.gamma.value * tf.math.rsqrt(variance + normalization.epsilon)
            offset = normalization.beta.value - normalization.moving_mean.value * scale
    return values


def _blocks(layers: list[Any]) -> list[tuple[int, list[Any]]]:
    """Each layer with the normalization and the dropout that follow it, or None.

    The number is that of the block's last layer.
    """
    blocks: list[tuple[int, list[Any]]] = []
    for index, layer in enumerate(layers):
        match layer:
            case keras.layers.BatchNormalization():
                blocks[-1] = (index, [blocks[-1][1][0], layer, None])
            case keras.layers.Dropout():
                blocks[-1] = (index, [*blocks[-1][1][:2], layer])
            case _:
                blocks.append((index, [layer, None, None]))
    return blocks


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


def relu_normalization_dropout(
    parts: Sequence[Any], gamma: Any, beta: Any, epsilon: float, rate: float, key: Any
) -> tuple[list[Any], Any, Any]:
    """ReLU, batch normalization in training mode (Ioffe and Szegedy 2015), then dropout.

    `parts` make up one batch, each (n, height, width, channels) float32; `key` is (2,)
    int32 and decides the dropout mask. Returns the parts of the result and each
    channel's batch mean and biased variance after the ReLU, both (channels,).
    """
    _, height, width, channels = parts[0].shape
    positions = height * width
    shapes = [tf.shape(part) for part in parts]
    count = tf.cast(sum(shape[0] for shape in shapes) * positions, gamma.dtype)
    factor = 1 / (1 - rate)
    masks = _masks(shapes, rate, key)

    def flat(part: Any) -> Any:
        return tf.reshape(part, (-1, positions * channels))

    def per_channel(sums: Sequence[Any]) -> Any:
        return tf.reduce_sum(tf.reshape(tf.add_n(sums), (positions, channels)), 0)

    def repeated(numbers: Any) -> Any:
        return tf.tile(numbers, [positions])

    def block(gamma: Any, beta: Any, *parts: Any) -> Any:
        positive = [tf.nn.relu(flat(part)) for part in parts]
        mean = per_channel(_sums(positive)) / count
        centre = repeated(mean)
        variance = per_channel(_sums_of_squares(positive, centre)) / count
        inverse = tf.math.rsqrt(variance + epsilon)
        scale = gamma * inverse
        if rate:
            wide = (repeated(scale * factor), repeated((beta - mean * scale) * factor))
            results = [
                _scale_and_drop(part, *wide, *mask)
                for part, mask in zip(positive, masks, strict=True)
            ]
        else:
            wide = (repeated(scale), repeated(beta - mean * scale))
            results = [_scale(part, *wide) for part in positive]

        def gradient(*upstream: Any) -> Any:
            # The last two are those of mean and variance, which nobody learns from.
            given = [flat(part) for part in upstream[:-2]]
            if rate:
                given = [
                    _drop(part, factor, *mask) for part, mask in zip(given, masks, strict=True)
                ]
            pairs = list(zip(given, positive, strict=True))
            sums = _sums_with_products(pairs, centre)
            of_beta = per_channel([plain for plain, _ in sums])
            of_gamma = per_channel([product for _, product in sums]) * inverse
            slope = -scale * inverse * of_gamma / count
            offset = -scale * of_beta / count - mean * slope
            wide = [repeated(numbers) for numbers in (scale, slope, offset)]
            of_parts = [_backward(part, values, *wide) for part, values in pairs]
            return of_gamma, of_beta, *_shaped(of_parts, shapes)

        return (*_shaped(results, shapes), mean, variance), gradient

    *results, mean, variance = tf.custom_gradient(block)(gamma, beta, *parts)
    return results, mean, variance


def _shaped(parts: Sequence[Any], shapes: Sequence[Any]) -> list[Any]:
    return [tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)]


def _update_moving_averages(layer: Any, mean: Any, variance: Any, step: Any) -> None:
    """Move the averages that inference uses towards the batch's statistics.

    Keras starts them at mean 0 and variance 1 and keeps 99 % a step. The first
    layer's variances are near 0.001, so that start would dominate inference for
    600 steps. Here the first 100 steps are averaged evenly and the start counts
    for nothing; from then on it is Keras' rule.
    """
    seen = tf.cast(step, mean.dtype)
    momentum = tf.minimum(layer.momentum, seen / (seen + 1))
    for average, batch in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        average.assign(average * momentum + batch * (1 - momentum))


def dropout(parts: Sequence[Any], rate: float, key: Any) -> list[Any]:
    """Set a share `rate` of a batch to 0 and scale up the rest (Srivastava et al. 2014).

    `parts` make up the batch, `key` is (2,) int32 and decides the mask.
    """
    masks = _masks([tf.shape(part) for part in parts], rate, key)

    def drop(part: Any, mask: Any) -> Any:
        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def apply(part: Any) -> Any:
            factor = 1 / (1 - rate)
            return _drop(part, factor, *mask), lambda upstream: _drop(upstream, factor, *mask)

        return apply(part)

    return [drop(part, mask) for part, mask in zip(parts, masks, strict=True)]


def max_pool(values: Any) -> Any:
    """The largest of each 2×2 square of (n, height, width, channels), both sides even.

    The gradient goes to the first of equal values, row by row, as in TensorFlow's own.
    """

    def pool(values: Any) -> Any:
        largest = tf.nn.max_pool2d(values, 2, 2, "VALID")
        return largest, lambda upstream: _unpool(values, largest, upstream)

    return tf.custom_gradient(pool)(values)


def _masks(shapes: Sequence[Any], rate: float, key: Any) -> list[tuple[Any, Any]]:
    """What the dropout masks of a batch's parts are made from: (two words, bound) each.

    Elements are numbered through the whole batch: how it is parted decides nothing.
    """
    slope, start = tf.unstack(
        tf.random.stateless_uniform([2], key, None, None, tf.uint32, alg="philox")
    )
    slope = tf.bitwise.bitwise_or(slope, tf.constant(1, tf.uint32))
    threshold = tf.constant(round(rate * 2**32), tf.uint32)
    masks = []
    for shape in shapes:
        masks.append((tf.stack([slope, start]), threshold))
        start += slope * tf.cast(tf.reduce_prod(shape), tf.uint32)
    return masks


def _kept(like: Any, words: Any, threshold: Any) -> Any:
    """Dropout mask for an array: each element's number, hashed, against the bound.

    The hash is Chris Wellons' lowbias32. 32 random bits an element meet any rate.
    """
    shift, xor = tf.bitwise.right_shift, tf.bitwise.bitwise_xor

    def word(number: int) -> Any:
        return tf.constant(number, tf.uint32)

    bits = tf.cast(tf.reshape(tf.range(tf.size(like)), tf.shape(like)), tf.uint32)
    bits = bits * words[0] + words[1]
    bits = xor(bits, shift(bits, word(16))) * word(0x7FEB352D)
    bits = xor(bits, shift(bits, word(15))) * word(0x846CA68B)
    return xor(bits, shift(bits, word(16))) >= threshold


def cross_entropy(labels: Any, logits: Any, smoothing: float) -> Any:
    """Loss of each image `(n,)`, its label smoothed (Szegedy et al. 2016) over all classes."""
    if not smoothing:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    classes = logits.shape[-1]
    wanted = tf.one_hot(labels, classes, 1 - smoothing + smoothing / classes, smoothing / classes)
    return tf.nn.softmax_cross_entropy_with_logits(wanted, logits)


def follow(averages: Sequence[Any], weights: Sequence[Any], decay: float, step: Any) -> None:
    """Move averages towards weights: `decay` of them stays, or less in the first steps.

    The averages begin as those of few steps, so that the first weights count for nothing.
    """
    done = tf.cast(step + 1, tf.float32)
    kept = tf.minimum(decay, (done + 1) / (done + _AVERAGE_START))
    for average, weight in zip(averages, weights, strict=True):
        average.assign(average * kept + weight * (1 - kept))


def augmentation_key(seed: Any, step: Any) -> Any:
    """Key of the random changes to a step's images, `(2,)` int32: no layer has it."""
    return tf.stack([seed, step * _AUGMENTATIONS_PER_STEP + _AUGMENTATIONS_PER_STEP - 1])


def _compiled(chain: Callable[..., Any]) -> Callable[..., Any]:
    """A chain of elementwise work and its sums, made one pass over memory by XLA.

    Convolutions are many times slower that way: they stay with TensorFlow.
    """
    return cast(Callable[..., Any], tf.function(chain, jit_compile=True))


def _compiled_for_each_half(chain: Callable[..., Any]) -> Callable[..., list[Any]]:
    """A chain that sums, compiled once for each half: called with the parts and what they share.

    XLA leaves sums to YNNPACK and sets that up where a sum first runs. Two threads that do so
    at once in one executable write over each other's memory, and the process dies, in one
    start of ten (TensorFlow 2.21, `EmitYnnFusionBuilder`). Here no two threads share one.
    """
    of_halves = [_compiled(chain) for _ in range(_NUM_HALVES)]

    def of_parts(parts: Sequence[Any], *shared: Any) -> list[Any]:
        return [own(part, *shared) for own, part in zip(of_halves, parts, strict=True)]

    return of_parts


@_compiled_for_each_half
def _sums(values: Any) -> Any:
    return tf.reduce_sum(values, 0)


@_compiled_for_each_half
def _sums_of_squares(values: Any, centre: Any) -> Any:
    return tf.reduce_sum(tf.square(values - centre), 0)


@_compiled_for_each_half
def _sums_with_products(pair: tuple[Any, Any], centre: Any) -> tuple[Any, Any]:
    upstream, values = pair
    return tf.reduce_sum(upstream, 0), tf.reduce_sum(upstream * (values - centre), 0)


@_compiled
def _scale(values: Any, scale: Any, offset: Any) -> Any:
    return values * scale + offset


@_compiled
def _scale_and_drop(values: Any, scale: Any, offset: Any, words: Any, threshold: Any) -> Any:
    zero = tf.zeros((), values.dtype)
    return tf.where(_kept(values, words, threshold), values * scale + offset, zero)


@_compiled
def _drop(values: Any, factor: Any, words: Any, threshold: Any) -> Any:
    return tf.where(_kept(values, words, threshold), values * factor, tf.zeros((), values.dtype))


@_compiled
def _backward(upstream: Any, positive: Any, scale: Any, slope: Any, offset: Any) -> Any:
    passed = upstream * scale + positive * slope + offset
    return tf.where(positive > 0, passed, tf.zeros((), passed.dtype))


@_compiled
def _unpool(values: Any, largest: Any, upstream: Any) -> Any:
    number, height, width, channels = largest.shape
    number = tf.shape(largest)[0]
    squares = tf.reshape(values, (number, height, 2, width, 2, channels))
    rows, free = [], tf.ones_like(largest, tf.bool)
    for row in range(2):
        columns = []
        for column in range(2):
            chosen = free & (squares[:, :, row, :, column] == largest)
            free &= ~chosen
            columns.append(tf.where(chosen, upstream, tf.zeros((), upstream.dtype)))
        rows.append(tf.stack(columns, 3))
    return tf.reshape(tf.stack(rows, 2), tf.shape(values))
