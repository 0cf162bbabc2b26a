"""Attribution of a score to pixels: Grad-CAM, integrated gradients, SmoothGrad, occlusion.

A score is one logit, or the difference of two, which decides between two digits. It is never a
probability, whose gradient vanishes where the network is confident. The network is in inference
mode throughout. The attributions of an image without ink are 0.
"""

import threading
from dataclasses import dataclass
from typing import Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.lib.stride_tricks import sliding_window_view

from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import SpecError
from mnistviz.core.types.arrays import DoubleArray, FloatArray
from mnistviz.inspection.layer_outputs import IMAGES_SPEC, convolutions, last_output, layer_outputs
from mnistviz.network.fast_layers import inference_logits

Method = Literal["integrated-gradients", "smoothgrad", "occlusion", "grad-cam"]

# Images at once in the backward pass: more is no faster, and takes memory.
GRADIENT_BATCH = 512

# Steps of integrated gradients at first and at most: steps are divided until the parts add up.
FIRST_STEPS = 256
MOST_STEPS = 4096
# Half of the 1 % that pages state; the rest is for rounding and cancellation.
COMPLETENESS_GOAL = 0.005

# Samples, and noise as a share of the image's range. The paper of SmoothGrad recommends 50 samples
# and 10 to 20 %.
SMOOTH_SAMPLES = 64
SMOOTH_NOISE = 0.15

# Side of the square that occlusion covers: as wide as two strokes.
OCCLUDER_SIZE = 5


@dataclass(frozen=True)
class Attribution:
    """The contribution of each pixel to a score.

    `values` is (28, 28) float32: positive values raise the score, negative ones lower it. `score`
    is the image's, `baseline` that of an image without ink. `steps` is the number of evaluations.
    """

    values: FloatArray
    score: float
    baseline: float
    steps: int

    @property
    def completeness_error(self) -> float:
        """The difference between the pixels' sum and score - baseline, as a share of the latter.

        Small for integrated gradients alone, the only complete method here. 0 where both are 0.
        """
        expected = self.score - self.baseline
        error = abs(float(self.values.sum(dtype=np.float64)) - expected)
        return error / abs(expected) if expected else float(error > 0)


def contrast(target: int, against: int | None = None) -> FloatArray:
    """The weights `(10,)` of the logits in a score: the target's, minus that of `against`.

    Raises `SpecError` when one is no digit or both are the same.
    """
    for name, digit in (("target", target), ("against", against)):
        if digit is not None and not 0 <= digit < NUM_CLASSES:
            raise SpecError(f"{name}: expected a digit from 0 to {NUM_CLASSES - 1}, got {digit}")
    if target == against:
        raise SpecError(f"against: expected another digit than the target, got {against} for both")
    weights = np.zeros(NUM_CLASSES, np.float32)
    weights[target] = 1
    if against is not None:
        weights[against] = -1
    return weights


class Explainer:
    """Scores of a network and their gradients, safe to share between threads.

    A score is the sum of the logits, each times its weight in `(10,)` float32.
    """

    def __init__(self, network: keras.Sequential) -> None:
        self.network = network
        self._lock = threading.Lock()
        weights = tf.TensorSpec((NUM_CLASSES,), tf.float32)
        self._scores = tf.function(
            lambda values, weights: tf.linalg.matvec(inference_logits(network, values), weights)
        ).get_concrete_function(IMAGES_SPEC, weights)
        self._gradients = tf.function(self._with_gradient).get_concrete_function(
            IMAGES_SPEC, weights
        )
        self._by_layer = tf.function(self._with_gradients_by_layer).get_concrete_function(
            IMAGES_SPEC, weights
        )

    def scores(self, images: FloatArray, weights: FloatArray) -> FloatArray:
        """Scores `(n,)` float32 of images `(n, 28, 28)` float32."""
        with self._lock:
            scores: FloatArray = self._scores(images[..., np.newaxis], weights).numpy()
        return scores

    def gradients(self, images: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Scores `(n,)` and their gradients `(n, 28, 28)`, float32, of images `(n, 28, 28)`."""
        parts = range(0, len(images), GRADIENT_BATCH)
        with self._lock:
            found = [
                self._gradients(images[start : start + GRADIENT_BATCH, ..., np.newaxis], weights)
                for start in parts
            ]
        return (
            np.concatenate([scores.numpy() for scores, _ in found]),
            np.concatenate([gradients.numpy()[..., 0] for _, gradients in found]),
        )

    def by_layer(
        self, image: FloatArray, weights: FloatArray
    ) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Of each convolution: its maps of an image `(28, 28)` and the score's gradient there.

        Both are (height, width, channels) float32, the maps after the ReLU where there is one.
        """
        with self._lock:
            found = self._by_layer(image[np.newaxis, ..., np.newaxis], weights)
        return {name: (maps[0].numpy(), slope[0].numpy()) for name, (maps, slope) in found.items()}

    def _with_gradient(self, images: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            scores = tf.linalg.matvec(inference_logits(self.network, images), weights)
        return scores, tape.gradient(scores, images)

    def _with_gradients_by_layer(
        self, images: tf.Tensor, weights: tf.Tensor
    ) -> dict[str, tuple[tf.Tensor, tf.Tensor]]:
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer_outputs(self.network.layers[:-1], images)
            maps = {layer.name: outputs[layer.name] for layer in convolutions(self.network)}
            scores = tf.linalg.matvec(last_output(outputs), weights)
        gradients = tape.gradient(scores, maps)
        return {name: (maps[name], gradients[name]) for name in maps}


# ---------------------------------------------------------------- the methods


def integrated_gradients(
    explainer: Explainer, image: FloatArray, weights: FloatArray
) -> Attribution:
    """Integrated gradients of an image `(28, 28)` against one without ink (Sundararajan,
    Taly and Yan 2017, "Axiomatic attribution for deep networks").

    The image times the mean gradient on the straight path from no ink to the image. The
    attributions add up to the difference of the two scores: the path is divided into smaller steps
    until they do, up to `MOST_STEPS`.
    """
    score, baseline = _score_and_baseline(explainer, image, weights)
    if not image.any():
        return _nothing(score)
    places = np.linspace(0, 1, FIRST_STEPS + 1)
    scores, gradients = _on_the_path(explainer, image, weights, places)
    while True:
        shares, errors = _path_weights(places, scores, np.tensordot(gradients, image, 2))
        values = image * np.tensordot(shares, gradients, 1)
        steps = len(places) - 1
        result = Attribution(values.astype(np.float32), score, baseline, steps)
        if result.completeness_error <= COMPLETENESS_GOAL or steps >= MOST_STEPS:
            return result
        # The middles of the steps with the largest errors: no point is evaluated twice.
        (worst,) = np.nonzero(errors >= errors.mean())
        between = (places[worst] + places[worst + 1]) / 2
        new_scores, new_gradients = _on_the_path(explainer, image, weights, between)
        places = np.insert(places, worst + 1, between)
        scores = np.insert(scores, worst + 1, new_scores)
        gradients = np.insert(gradients, worst + 1, new_gradients, axis=0)


def _on_the_path(
    explainer: Explainer, image: FloatArray, weights: FloatArray, places: DoubleArray
) -> tuple[FloatArray, FloatArray]:
    """Scores `(n,)` and gradients `(n, 28, 28)` at these shares of the image."""
    return explainer.gradients(places.astype(np.float32)[:, None, None] * image, weights)


def _path_weights(
    places: DoubleArray, scores: FloatArray, slopes: FloatArray
) -> tuple[DoubleArray, DoubleArray]:
    """The weight of each point `(n,)` of the path, which add up to 1, and each step's error.

    The error `(n - 1,)` is the difference between the integral over a step and the rise of the
    score. The network is piecewise linear, so the score along the path is too. Where it bends
    between two points follows from score and slope at both; the trapezoidal rule, which assumes a
    bend halfway, would need four times the steps. A step with several bends has an error.
    """
    steps, rises = np.diff(places), np.diff(scores.astype(np.float64))
    left, right = slopes[:-1].astype(np.float64), slopes[1:].astype(np.float64)
    straight = np.isclose(left, right)
    bend = np.where(straight, 0.5, (rises / steps - right) / np.where(straight, 1, left - right))
    before = bend.clip(0, 1) * steps
    after = steps - before
    errors = np.abs(left * before + right * after - rises)
    return np.append(before, 0) + np.append(0, after), errors


def smoothgrad(
    explainer: Explainer, image: FloatArray, weights: FloatArray, seed: int = 0
) -> Attribution:
    """SmoothGrad of an image `(28, 28)` (Smilkov, Thorat, Kim, Viégas and Wattenberg 2017,
    "SmoothGrad: removing noise by adding noise").

    The mean gradient over copies of the image with Gaussian noise. The noise depends on
    nothing but `seed`: the same image has the same attribution each time.
    """
    score, baseline = _score_and_baseline(explainer, image, weights)
    if not image.any():
        return _nothing(score)
    shape = (SMOOTH_SAMPLES, *image.shape)
    noise = tf.random.stateless_normal(shape, (seed, 0), alg="philox").numpy()
    deviation = SMOOTH_NOISE * (image.max() - image.min())
    _, gradients = explainer.gradients(image + deviation * noise, weights)
    return Attribution(gradients.mean(axis=0), score, baseline, SMOOTH_SAMPLES)


def occlusion(
    explainer: Explainer, image: FloatArray, weights: FloatArray, size: int = OCCLUDER_SIZE
) -> Attribution:
    """Occlusion of an image `(28, 28)` (Zeiler and Fergus 2014, "Visualizing and understanding
    convolutional networks").

    Each pixel's value is the drop of the score when the square of `size` (odd) pixels around it is
    set to 0. It is 0 where the square has no ink; the network isn't evaluated there.
    """
    score, baseline = _score_and_baseline(explainer, image, weights)
    pad = size // 2
    covered = np.zeros((*image.shape, IMAGE_SIZE + 2 * pad, IMAGE_SIZE + 2 * pad), bool)
    # [y, x] is a view of the square that begins at (y, x), in the image with its margin.
    squares = sliding_window_view(covered, (size, size), axis=(2, 3), writeable=True)
    rows, columns = np.indices(image.shape)
    squares[rows, columns, rows, columns] = True
    covered = covered[..., pad : pad + IMAGE_SIZE, pad : pad + IMAGE_SIZE]
    inked = (covered & (image != 0)).any(axis=(2, 3))
    values = np.zeros_like(image)
    if inked.any():
        values[inked] = score - explainer.scores(np.where(covered[inked], 0, image), weights)
    return Attribution(values, score, baseline, int(inked.sum()))


def grad_cam(
    explainer: Explainer, image: FloatArray, weights: FloatArray, layer: str
) -> Attribution:
    """Grad-CAM of an image `(28, 28)` at a convolution (Selvaraju et al. 2017, "Grad-CAM: visual
    explanations from deep networks via gradient-based localization").

    The ReLU of the sum of the layer's maps, each weighted with the mean of the score's gradient
    over it. A map is smaller than the image: each position is put at the centre of its receptive
    field, with linear interpolation between, and 0 outside.
    """
    score, baseline = _score_and_baseline(explainer, image, weights)
    if not image.any():
        return _nothing(score)
    maps, gradient = explainer.by_layer(image, weights)[layer]
    coarse = np.maximum(maps @ gradient.mean(axis=(0, 1)), 0)
    start, stride = _geometry(explainer.network, layer)
    pixels = np.arange(IMAGE_SIZE, dtype=np.float64)
    places = start + stride * np.arange(len(coarse))
    spread = np.array([np.interp(pixels, places, column) for column in coarse.T]).T
    values = np.array([np.interp(pixels, places, row) for row in spread]).astype(np.float32)
    covered = (pixels > places[0] - stride) & (pixels < places[-1] + stride)
    values *= np.outer(covered, covered)
    return Attribution(values, score, baseline, 1)


def attribute(
    explainer: Explainer,
    image: FloatArray,
    weights: FloatArray,
    method: Method,
    layer: str = "conv6",
) -> Attribution:
    """The attribution of an image `(28, 28)` by a method; only Grad-CAM uses `layer`."""
    match method:
        case "integrated-gradients":
            return integrated_gradients(explainer, image, weights)
        case "smoothgrad":
            return smoothgrad(explainer, image, weights)
        case "occlusion":
            return occlusion(explainer, image, weights)
        case "grad-cam":
            return grad_cam(explainer, image, weights, layer)


def _score_and_baseline(
    explainer: Explainer, image: FloatArray, weights: FloatArray
) -> tuple[float, float]:
    scores = explainer.scores(np.stack([image, np.zeros_like(image)]), weights)
    return float(scores[0]), float(scores[1])


def _nothing(score: float) -> Attribution:
    return Attribution(np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32), score, score, 0)


def _geometry(network: keras.Sequential, name: str) -> tuple[float, int]:
    """The centre of the receptive field of a layer's first position, and the stride, in pixels."""
    start, stride = 0.0, 1
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            start += stride * (layer.kernel_size[0] - 1) / 2
        elif isinstance(layer, keras.layers.MaxPooling2D):
            start += stride * (layer.pool_size[0] - 1) / 2
            stride *= layer.pool_size[0]
        if layer.name == name:
            break
    return start, stride
