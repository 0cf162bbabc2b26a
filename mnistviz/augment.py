"""Augmentation: every time an image is trained on, it is turned, moved and stretched a little.

A whole batch goes through one interpolation, within the training step. What happens
to an image depends on nothing but (seed, step, place in the batch).
"""

import math
from typing import Any

import tensorflow as tf

# What strength 1 does at most, each drawn evenly between minus and plus so much.
DEGREES = 15.0
PIXELS = 2.0
STRETCH = 0.15  # of the natural logarithm of each side's scale
SHEAR = 0.15


def augmented(images: Any, strength: float, key: Any) -> Any:
    """Images with a random affine map each, `(n, height, width, 1)` float32, 0 outside.

    `key` is (2,) int32 and decides the maps. Pixels in between are interpolated
    linearly, so values stay in the range that they had.
    """
    height, width = images.shape[1:3]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=affine_maps(
            tf.shape(images)[0], strength, key, ((width - 1) / 2, (height - 1) / 2)
        ),
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


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
