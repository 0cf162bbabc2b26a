"""Attribution of a score to pixels: Grad-CAM, integrated gradients, SmoothGrad, occlusion.

A score is one logit, or the difference of two, which decides between two digits. It is never a
probability, whose gradient vanishes where the network is confident. The network is in inference
mode throughout. The attributions of an image without ink are 0.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mnistviz.core.constants import IMAGE_SIZE, NUM_CLASSES
from mnistviz.core.errors import SpecError
from mnistviz.core.types.arrays import DoubleArray, FloatArray, RealArray
from mnistviz.inspection.image.receptive_field import first_pixel, size_and_stride
from mnistviz.network.batches import map_batches
from mnistviz.network.network import Network

Method = Literal["integrated-gradients", "smoothgrad", "occlusion", "grad-cam"]

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


def contrast(target: int, against: int | None = None, num_classes: int = NUM_CLASSES) -> FloatArray:
    """The weights `(10,)` of the logits in a score: the target's, minus that of `against`.

    Raises `SpecError` when one is no digit or both are the same.
    """
    for name, digit in (("target", target), ("against", against)):
        if digit is not None and not 0 <= digit < num_classes:
            raise SpecError(f"{name}: expected a digit from 0 to {num_classes - 1}, got {digit}")
    if target == against:
        raise SpecError(f"against: expected another digit than the target, got {against} for both")
    weights = np.zeros(num_classes, np.float32)
    weights[target] = 1
    if against is not None:
        weights[against] = -1
    return weights


def scores_of(network: Network, images: FloatArray, weights: FloatArray) -> FloatArray:
    """The scores `(n,)` float32 of images `(n, 28, 28)`: their logits times `weights` (10,)."""
    scores: FloatArray = network.logits(images) @ weights
    return scores


def gradients_of(
    network: Network, images: FloatArray, weights: FloatArray
) -> tuple[RealArray, RealArray]:
    """The scores `(n,)` of images `(n, 28, 28)` float32 and their gradients `(n, 28, 28)`."""
    last = network.layers[-1].name

    def gradients(batch: FloatArray) -> tuple[RealArray, RealArray]:
        outputs, slopes = network.gradients(batch, weights)
        return outputs[last] @ weights, slopes["input"][..., 0]

    scores, slopes = zip(*map_batches(gradients, images), strict=True)
    return np.concatenate(scores), np.concatenate(slopes)


# ---------------------------------------------------------------- the methods


def integrated_gradients(network: Network, image: FloatArray, weights: FloatArray) -> Attribution:
    """Integrated gradients of an image `(28, 28)` against one without ink (Sundararajan,
    Taly and Yan 2017, "Axiomatic attribution for deep networks").

    The image times the mean gradient on the straight path from no ink to the image. The
    attributions add up to the difference of the two scores: the path is divided into smaller steps
    until they do, up to `MOST_STEPS`.
    """
    score, baseline = _score_and_baseline(network, image, weights)
    if not image.any():
        return _nothing(score)
    places = np.linspace(0, 1, FIRST_STEPS + 1)
    scores, gradients = _on_the_path(network, image, weights, places)
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
        new_scores, new_gradients = _on_the_path(network, image, weights, between)
        places = np.insert(places, worst + 1, between)
        scores = np.insert(scores, worst + 1, new_scores)
        gradients = np.insert(gradients, worst + 1, new_gradients, axis=0)


def _on_the_path(
    network: Network, image: FloatArray, weights: FloatArray, places: DoubleArray
) -> tuple[RealArray, RealArray]:
    """Scores `(n,)` and gradients `(n, 28, 28)` at these shares of the image."""
    return gradients_of(network, places.astype(np.float32)[:, None, None] * image, weights)


def _path_weights(
    places: DoubleArray, scores: RealArray, slopes: RealArray
) -> tuple[DoubleArray, DoubleArray]:
    """The weight of each point `(n,)` of the path, which add up to 1, and each step's error.

    The error `(n - 1,)` is the difference between the integral over a step and the rise of the
    score. The network is piecewise linear, so the score along the path is too. Where it bends
    between two points follows from score and slope at both; the trapezoidal rule, which assumes a
    bend halfway, would need four times the steps. A step with several bends has an error.
    """
    steps, rises = np.diff(places), np.diff(scores)
    left, right = slopes[:-1], slopes[1:]
    straight = np.isclose(left, right)
    bend = np.where(straight, 0.5, (rises / steps - right) / np.where(straight, 1, left - right))
    before = bend.clip(0, 1) * steps
    after = steps - before
    errors = np.abs(left * before + right * after - rises)
    return np.append(before, 0) + np.append(0, after), errors


def smoothgrad(
    network: Network, image: FloatArray, weights: FloatArray, seed: int = 0
) -> Attribution:
    """SmoothGrad of an image `(28, 28)` (Smilkov, Thorat, Kim, Viégas and Wattenberg 2017,
    "SmoothGrad: removing noise by adding noise").

    The mean gradient over copies of the image with Gaussian noise. The noise depends on nothing
    but `seed` (NumPy's Philox generator): the same image has the same attribution each time.
    """
    score, baseline = _score_and_baseline(network, image, weights)
    if not image.any():
        return _nothing(score)
    shape = (SMOOTH_SAMPLES, *image.shape)
    noise = np.random.Generator(np.random.Philox(seed)).standard_normal(shape, np.float32)
    deviation = SMOOTH_NOISE * (image.max() - image.min())
    _, gradients = gradients_of(network, image + deviation * noise, weights)
    values = gradients.mean(axis=0).astype(np.float32)
    return Attribution(values, score, baseline, SMOOTH_SAMPLES)


def occlusion(
    network: Network, image: FloatArray, weights: FloatArray, size: int = OCCLUDER_SIZE
) -> Attribution:
    """Occlusion of an image `(28, 28)` (Zeiler and Fergus 2014, "Visualizing and understanding
    convolutional networks").

    Each pixel's value is the drop of the score when the square of `size` (odd) pixels around it is
    set to 0. It is 0 where the square has no ink; the network isn't evaluated there.
    """
    score, baseline = _score_and_baseline(network, image, weights)
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
        values[inked] = score - scores_of(network, np.where(covered[inked], 0, image), weights)
    return Attribution(values, score, baseline, int(inked.sum()))


def grad_cam(network: Network, image: FloatArray, weights: FloatArray, layer: str) -> Attribution:
    """Grad-CAM of an image `(28, 28)` at a convolution (Selvaraju et al. 2017, "Grad-CAM: visual
    explanations from deep networks via gradient-based localization").

    The ReLU of the sum of the layer's maps, each weighted with the mean of the score's gradient
    over it. A map is smaller than the image: each position is put at the centre of its receptive
    field, with linear interpolation between, and 0 outside.
    """
    score, baseline = _score_and_baseline(network, image, weights)
    if not image.any():
        return _nothing(score)
    outputs, gradients = network.gradients(image[np.newaxis], weights)
    coarse = np.maximum(outputs[layer][0] @ gradients[layer][0].mean(axis=(0, 1)), 0)
    size, stride = size_and_stride(network.spec, layer)
    start = first_pixel(network.spec, layer) + (size - 1) / 2
    pixels = np.arange(IMAGE_SIZE, dtype=np.float64)
    places = start + stride * np.arange(len(coarse))
    spread = np.array([np.interp(pixels, places, column) for column in coarse.T]).T
    values = np.array([np.interp(pixels, places, row) for row in spread]).astype(np.float32)
    covered = (pixels > places[0] - stride) & (pixels < places[-1] + stride)
    values *= np.outer(covered, covered)
    return Attribution(values, score, baseline, 1)


def attribute(
    network: Network,
    image: FloatArray,
    weights: FloatArray,
    method: Method,
    layer: str = "conv6",
) -> Attribution:
    """The attribution of an image `(28, 28)` by a method; only Grad-CAM uses `layer`."""
    match method:
        case "integrated-gradients":
            return integrated_gradients(network, image, weights)
        case "smoothgrad":
            return smoothgrad(network, image, weights)
        case "occlusion":
            return occlusion(network, image, weights)
        case "grad-cam":
            return grad_cam(network, image, weights, layer)


def _score_and_baseline(
    network: Network, image: FloatArray, weights: FloatArray
) -> tuple[float, float]:
    scores = scores_of(network, np.stack([image, np.zeros_like(image)]), weights)
    return float(scores[0]), float(scores[1])


def _nothing(score: float) -> Attribution:
    return Attribution(np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.float32), score, score, 0)
