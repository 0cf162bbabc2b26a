"""Elementwise operations of training, each compiled by XLA into one pass over memory.

`values` and `upstream` are arrays (n, m) float32 of one half of a batch, or maps of any shape.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import tensorflow as tf

# A batch is processed in two halves side by side.
NUM_HALVES = 2


def dropout_masks(shapes: Sequence[Any], rate: float, key: Any) -> list[tuple[Any, Any]]:
    """The parameters of the dropout masks of a batch's parts: (two words, threshold) each.

    Elements are numbered through the whole batch, so the masks do not depend on its division.
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


def _is_kept(like: Any, words: Any, threshold: Any) -> Any:
    """The dropout mask of an array, True where a value is kept.

    Each element's number is hashed (Chris Wellons' lowbias32) and compared with the threshold.
    """
    shift, xor = tf.bitwise.right_shift, tf.bitwise.bitwise_xor

    def word(number: int) -> Any:
        return tf.constant(number, tf.uint32)

    bits = tf.cast(tf.reshape(tf.range(tf.size(like)), tf.shape(like)), tf.uint32)
    bits = bits * words[0] + words[1]
    bits = xor(bits, shift(bits, word(16))) * word(0x7FEB352D)
    bits = xor(bits, shift(bits, word(15))) * word(0x846CA68B)
    return xor(bits, shift(bits, word(16))) >= threshold


def _compiled(chain: Callable[..., Any]) -> Callable[..., Any]:
    """Elementwise operations and their sums, compiled by XLA into one pass over memory.

    Convolutions are many times slower that way: TensorFlow runs them.
    """
    return cast(Callable[..., Any], tf.function(chain, jit_compile=True))


def _compiled_for_each_half(chain: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Operations with sums, compiled once for each half; called with parts and shared arguments.

    A workaround for TensorFlow 2.21: XLA delegates sums to YNNPACK, which is set up when a sum
    first runs. When two threads do that at once in one executable, they corrupt memory, and one
    process in ten crashes (`EmitYnnFusionBuilder`). Here each thread has its own executable.
    """
    of_halves = [_compiled(chain) for _ in range(NUM_HALVES)]

    def of_parts(parts: Sequence[Any], *shared: Any) -> list[Any]:
        own = of_halves[: len(parts)]
        return [compiled(part, *shared) for compiled, part in zip(own, parts, strict=True)]

    return of_parts


@_compiled_for_each_half
def sums(values: Any) -> Any:
    return tf.reduce_sum(values, 0)


@_compiled_for_each_half
def sums_of_squares(values: Any, centre: Any) -> Any:
    return tf.reduce_sum(tf.square(values - centre), 0)


@_compiled_for_each_half
def sums_with_products(pair: tuple[Any, Any], centre: Any) -> tuple[Any, Any]:
    upstream, values = pair
    return tf.reduce_sum(upstream, 0), tf.reduce_sum(upstream * (values - centre), 0)


@_compiled
def scale_and_shift(values: Any, scale: Any, offset: Any) -> Any:
    return values * scale + offset


@_compiled
def scale_and_drop(values: Any, scale: Any, offset: Any, words: Any, threshold: Any) -> Any:
    zero = tf.zeros((), values.dtype)
    return tf.where(_is_kept(values, words, threshold), values * scale + offset, zero)


@_compiled
def drop(values: Any, factor: Any, words: Any, threshold: Any) -> Any:
    return tf.where(_is_kept(values, words, threshold), values * factor, tf.zeros((), values.dtype))


@_compiled
def backward(upstream: Any, positive: Any, scale: Any, slope: Any, offset: Any) -> Any:
    passed = upstream * scale + positive * slope + offset
    return tf.where(positive > 0, passed, tf.zeros((), passed.dtype))


@_compiled
def unpool(values: Any, largest: Any, upstream: Any) -> Any:
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
