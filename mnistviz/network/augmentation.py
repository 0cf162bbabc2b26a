"""Augmentation: each time an image is trained on, it is turned, moved, stretched and bent.

A whole batch goes through one interpolation, within the training step. What happens
to an image depends on nothing but (seed, step, place in the batch).
"""

import math
from typing import Any

import numpy as np
import tensorflow as tf

# What strength 1 does at most, each drawn evenly between minus and plus so much.
DEGREES = 15.0
PIXELS = 2.0
STRETCH = 0.15  # of the natural logarithm of each side's scale
SHEAR = 0.15

# An elastic map is random arrows on a grid of points, blurred: Simard, Steinkraus and Platt 2003,
# "Best practices for convolutional neural networks applied to visual document analysis". Their
# blur of 4 pixels bends a stroke without tearing it; points so far apart lose nothing of it.
BLUR = 4.0
POINTS = 8


def augmented(images: Any, strength: float, key: Any, bend: float = 0.0) -> Any:
    """Images with a random affine map each, then bent, `(n, height, width, 1)` float32, 0 outside.

    `key` is (2,) int32 and decides the maps; `bend` is the standard deviation in pixels by
    which an elastic map moves what it moves. Pixels in between are interpolated linearly, so
    values stay in the range that they had.
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


def elastic_fields(number: Any, bend: float, key: Any, height: int, width: int) -> Any:
    """`(n, 2, height, width)` float32: by how many pixels to read further right, and down.

    Normal at each pixel with standard deviation `bend`, and smooth: neighbours move alike.
    """
    drawn = tf.random.stateless_normal([number, 2, POINTS, POINTS], key)
    down, across = (tf.constant(_blurring(side)) for side in (height, width))
    return bend * tf.einsum("ri,ncij,kj->ncrk", down, drawn, across)


def _blurring(side: int) -> Any:
    """`(side, POINTS)` float32: how much of each grid point a pixel gets; squares add up to 1."""
    points = np.linspace(0, side - 1, POINTS)
    near = np.exp(-0.5 * ((np.arange(side)[:, None] - points) / BLUR) ** 2)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


def _bent_places(maps: Any, bend: float, key: Any, height: int, width: int) -> tuple[Any, Any]:
    """Where each output pixel is read from, x and y, `(n, height, width)` float32."""
    # Another key than that of the affine maps: the same would tie one to the other.
    fields = elastic_fields(tf.shape(maps)[0], bend, tf.stack([key[0], ~key[1]]), height, width)
    x = tf.range(width, dtype=tf.float32)[None, None, :] + fields[:, 0]
    y = tf.range(height, dtype=tf.float32)[None, :, None] + fields[:, 1]
    # Not by slices: TensorFlow 2.21 loses the new axes of a slice of what was just stacked.
    a, b, c, d, e, f, _, _ = tf.unstack(tf.reshape(maps, [-1, 8, 1, 1]), axis=1)
    return a * x + b * y + c, d * x + e * y + f


def _read(images: Any, x: Any, y: Any) -> Any:
    """The images between their pixels, 0 outside, read at x and y `(n, height, width)`."""
    height, width = images.shape[1:3]
    # With a frame of zeros, what lies outside can be read at the frame.
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
    """`(n, 8)` float32: for each output pixel the place in the image that it is read from.

    A row (a, b, c, d, e, f, 0, 0) reads (x, y) from (a·x + b·y + c, d·x + e·y + f).
    Turning, stretching and shearing leave `middle`, (x, y), where it is.
    """
    most = [math.radians(DEGREES), PIXELS, PIXELS, STRETCH, STRETCH, SHEAR]
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
