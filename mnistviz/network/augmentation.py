"""Augmentation of training images: random affine maps, elastic deformation, changes of the lines.

A whole batch is interpolated once, within the training step. The changes of an image depend only
on (seed, step, place in the batch).
"""

import math
from typing import Any

import numpy as np
import tensorflow as tf

from mnistviz.core.constants import MAX_ROTATION, MAX_SHEAR, MAX_SHIFT, MAX_STRETCH

# An elastic map is a field of random displacements on a grid of points, blurred (Simard, Steinkraus
# and Platt 2003, "Best practices for convolutional neural networks applied to visual document
# analysis"). Their blur of 4 pixels keeps strokes connected, and this grid is fine enough for it.
BLUR = 4.0
POINTS = 8

# Lines are blurred by these weights along each axis, then their contrast is raised.
SOFTENING = (0.25, 0.5, 0.25)
# The lower limit of the contrast is at most this, and the upper one leaves this share of what is
# above the lower one.
MAX_LOWER_LIMIT = 0.5
MIN_RANGE = 0.2
# Makes the key of these changes another one than those of the maps.
_LINES = 1 << 30


def augmented(images: Any, strength: float, key: Any, bend: float = 0.0) -> Any:
    """Images with a random affine map each, then bent, `(n, height, width, 1)` float32, 0 outside.

    `key` is (2,) int32 and decides the maps; `bend` is the standard deviation of an elastic map's
    displacements in pixels. Interpolation is linear, so values stay in their range.
    """
    height, width = images.shape[1:3]
    maps = affine_maps(tf.shape(images)[0], strength, key, ((width - 1) / 2, (height - 1) / 2))
    if bend:
        return _read(images, *_bent_places(maps, bend, key, height, width))
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=maps,
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def with_changed_lines(images: Any, shares: Any, key: Any) -> Any:
    """Images, some with thinner, thicker, softer or harder lines, `(n, height, width, 1)` float32.

    Image i is changed with probability `shares[i]`, `(n,)` float32; `key` is (2,) int32. A changed
    image is mixed with a blurred copy, then levels up to a random lower limit become 0 and those
    from a random upper limit on become 1: high limits make lines thin, low ones make blurred lines
    thick, and limits close to each other make edges hard.
    """
    key = tf.stack([key[0], key[1] ^ _LINES])
    drawn = tf.random.stateless_uniform([tf.shape(images)[0], 4], key)
    chosen, blur, lower, width = tf.unstack(drawn[:, :, None, None, None], axis=1)
    lower *= MAX_LOWER_LIMIT
    upper = lower + (1 - lower) * (MIN_RANGE + (1 - MIN_RANGE) * width)
    mixed = images + blur * (_softened(images) - images)
    changed = tf.clip_by_value((mixed - lower) / (upper - lower), 0.0, 1.0)
    return tf.where(chosen < tf.reshape(shares, [-1, 1, 1, 1]), changed, images)


def _softened(images: Any) -> Any:
    """The images blurred by `SOFTENING` along both axes, 0 outside."""
    height, width = images.shape[1:3]
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
    rows = tf.add_n([padded[:, at : at + height] * SOFTENING[at] for at in range(3)])
    return tf.add_n([rows[:, :, at : at + width] * SOFTENING[at] for at in range(3)])


def elastic_fields(number: Any, bend: float, key: Any, height: int, width: int) -> Any:
    """The displacements to the right and down, in pixels, `(n, 2, height, width)` float32.

    Each is normally distributed with standard deviation `bend`, and smooth over the image.
    """
    drawn = tf.random.stateless_normal([number, 2, POINTS, POINTS], key)
    down, across = (tf.constant(_blurring(side)) for side in (height, width))
    return bend * tf.einsum("ri,ncij,kj->ncrk", down, drawn, across)


def _blurring(side: int) -> Any:
    """The weights of the grid points for each pixel, `(side, POINTS)`; squares add up to 1."""
    points = np.linspace(0, side - 1, POINTS)
    near = np.exp(-0.5 * ((np.arange(side)[:, None] - points) / BLUR) ** 2)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def _bent_places(maps: Any, bend: float, key: Any, height: int, width: int) -> tuple[Any, Any]:
    """The places x and y `(n, height, width)` float32 that output pixels are read from."""
    # Another key than that of the affine maps: with the same one the two would correlate.
    fields = elastic_fields(tf.shape(maps)[0], bend, tf.stack([key[0], ~key[1]]), height, width)
    x = tf.range(width, dtype=tf.float32)[None, None, :] + fields[:, 0]
    y = tf.range(height, dtype=tf.float32)[None, :, None] + fields[:, 1]
    # Not by slices: TensorFlow 2.21 loses new axes in a slice of a stacked array.
    a, b, c, d, e, f, _, _ = tf.unstack(tf.reshape(maps, [-1, 8, 1, 1]), axis=1)
    return a * x + b * y + c, d * x + e * y + f


def _read(images: Any, x: Any, y: Any) -> Any:
    """The images interpolated at x and y `(n, height, width)`, 0 outside."""
    height, width = images.shape[1:3]
    # Places outside are read from a frame of zeros.
    framed = tf.reshape(tf.pad(images[..., 0], [[0, 0], [1, 1], [1, 1]]), [-1])
    x, y = tf.clip_by_value(x, -1.0, width) + 1, tf.clip_by_value(y, -1.0, height) + 1
    left = tf.minimum(tf.floor(x), width)
    top = tf.minimum(tf.floor(y), height)
    right, lower = x - left, y - top
    row = width + 2
    first = tf.range(tf.shape(images)[0])[:, None, None] * ((height + 2) * row)
    place = first + tf.cast(top, tf.int32) * row + tf.cast(left, tf.int32)
    above = tf.gather(framed, place) * (1 - right) + tf.gather(framed, place + 1) * right
    place += row
    below = tf.gather(framed, place) * (1 - right) + tf.gather(framed, place + 1) * right
    return (above * (1 - lower) + below * lower)[..., None]


def affine_maps(number: Any, strength: float, key: Any, middle: tuple[float, float]) -> Any:
    """Random affine maps `(n, 8)` float32, from output pixels to places in the image.

    A row (a, b, c, d, e, f, 0, 0) reads (x, y) from (a·x + b·y + c, d·x + e·y + f).
    Rotation, scale and shear keep the point `middle`, (x, y), fixed.
    """
    most = [math.radians(MAX_ROTATION), MAX_SHIFT, MAX_SHIFT, MAX_STRETCH, MAX_STRETCH, MAX_SHEAR]
    drawn = tf.random.stateless_uniform([number, len(most)], key, -1.0, 1.0)
    angle, right, down, wide, high, shear = tf.unstack(
        drawn * tf.constant(most, tf.float32) * strength, axis=1
    )
    cosine, sine = tf.cos(angle), tf.sin(angle)
    across, along = tf.exp(-wide), tf.exp(-high)
    a, b = across * (cosine + shear * sine), across * (shear * cosine - sine)
    d, e = along * sine, along * cosine
    x, y = middle
    c, f = x - a * x - b * y + right, y - d * x - e * y + down
    nothing = tf.zeros_like(a)
    return tf.stack([a, b, c, d, e, f, nothing, nothing], axis=1)
