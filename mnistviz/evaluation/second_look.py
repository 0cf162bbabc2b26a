"""A second look: the mean answer of a network to seven versions of a picture.

Test-time augmentation, as in Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with
deep convolutional neural networks". The amounts of slant, turn and size were chosen on held-out
training images and on digits written on a tablet. The mean probability has a calibration of its
own, fitted on the same held-out images as that of a single look.
"""

import functools
import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from mnistviz.core.constants import DIGIT_NAMES, IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.evaluation import calibration
from mnistviz.evaluation.calibration import Calibration
from mnistviz.evaluation.digit_reader import Reading
from mnistviz.network import rejection
from mnistviz.network.network import Images, Network, as_batch
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot

SHEAR = 0.1
ANGLE = math.radians(5)
STRETCH = 1.08
# Images at once: their versions need 11 MB.
BATCH_SIZE = 500

CACHE = ResultCache("second-look-calibration", dataclass_codec(Calibration))

Matrix = tuple[tuple[float, float], tuple[float, float]]


def _turn(angle: float) -> Matrix:
    return (math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))


# The versions, each with the linear map from a pixel (x, y) of it, relative to the centre of the
# picture and y downwards, to the place in the picture that it shows.
VERSIONS: dict[str, Matrix] = {
    "as it is": ((1, 0), (0, 1)),
    "slanted to the left": ((1, -SHEAR), (0, 1)),
    "slanted to the right": ((1, SHEAR), (0, 1)),
    "turned to the left": _turn(ANGLE),
    "turned to the right": _turn(-ANGLE),
    "smaller": ((STRETCH, 0), (0, STRETCH)),
    "larger": ((1 / STRETCH, 0), (0, 1 / STRETCH)),
}


@dataclass(frozen=True)
class SecondLook:
    """The answer to one picture looked at in several versions.

    `reading` has the logarithm of the mean probability as logits, and that probability,
    calibrated. `images` `(7, 28, 28)` float32 in [0, 1] are the versions in the order of
    `VERSIONS`, `digits` the most likely digit of each.
    """

    reading: Reading
    images: FloatArray
    digits: tuple[int, ...]

    @property
    def votes(self) -> list[tuple[int, int]]:
        """The digits that versions are read as, each with their number, most first."""
        return Counter(self.digits).most_common()

    @property
    def votes_text(self) -> str:
        """The votes in words, as "6 say 7, 1 says 1"."""
        if len(self.votes) == 1:
            return f"all say {self.digits[0]}"
        return ", ".join(
            f"{count} {'says' if count == 1 else 'say'} {digit}" for digit, count in self.votes
        )


def versions_of(images: Images) -> FloatArray:
    """Return the versions `(n, 7, 28, 28)` float32 in [0, 1] of images `(n, 28, 28)`.

    Bilinear interpolation about the centre; outside of an image is no ink. uint8 is scaled.
    """
    flat = as_batch(images).reshape(len(images), -1)
    versions: FloatArray = (_interpolation() @ flat.T).T.reshape(
        -1, len(VERSIONS), IMAGE_SIZE, IMAGE_SIZE
    )
    return versions


@functools.cache
def _interpolation() -> csr_array:
    """The weights `(7 * 784, 784)` of an image's pixels in the pixels of its versions."""
    pixels = np.arange(IMAGE_SIZE)
    middle = (IMAGE_SIZE - 1) / 2
    y, x = np.mgrid[:IMAGE_SIZE, :IMAGE_SIZE].reshape(2, -1, 1) - middle
    blocks = []
    for (xx, xy), (yx, yy) in VERSIONS.values():
        across = np.clip(1 - abs(xx * x + xy * y + middle - pixels), 0, None)
        down = np.clip(1 - abs(yx * x + yy * y + middle - pixels), 0, None)
        blocks.append((down[:, :, np.newaxis] * across[:, np.newaxis]).reshape(len(x), -1))
    return csr_array(np.concatenate(blocks).astype(np.float32))


def probabilities_of(network: Network, versions: FloatArray) -> FloatArray:
    """Return the probabilities `(n, 7, 10)`, at temperature 1, of versions `(n, 7, 28, 28)`."""
    count = len(versions)
    found = network.classify(versions.reshape(-1, IMAGE_SIZE, IMAGE_SIZE))
    return found.reshape(count, len(VERSIONS), -1)


def mean_logits(probabilities: FloatArray) -> FloatArray:
    """Return the logarithms `(n, 10)` of mean probabilities, from those `(n, 7, 10)` of versions.

    Their softmax is the mean probability, so that they can be used like logits.
    """
    mean = np.maximum(probabilities.mean(axis=1), np.finfo(np.float32).tiny)
    logits: FloatArray = np.log(mean)
    return logits


def logits(network: Network, images: Images, progress: Progress = no_progress) -> FloatArray:
    """Return the logarithms `(n, 10)` of the mean probabilities of images `(n, 28, 28)`.

    `progress` is called with the number of images done.
    """
    parts = [np.zeros((0, network.spec.num_classes), np.float32)]
    for start in range(0, len(images), BATCH_SIZE):
        part = images[start : start + BATCH_SIZE]
        parts.append(mean_logits(probabilities_of(network, versions_of(part))))
        progress(start + len(part))
    return np.concatenate(parts)


def calibration_of(snapshot: Snapshot, network: Network | None = None) -> Calibration | None:
    """Return the calibration of a snapshot's second look, None where no image was held out.

    Fitted at the first call, in about 5 s, and cached. The network is loaded where `network` is
    not it already.
    """
    return calibration.calibration_of(snapshot, network, CACHE, logits)


def read(
    network: Network,
    fitted: Calibration | None,
    image: FloatArray,
    class_names: tuple[str, ...] = DIGIT_NAMES,
    *,
    refuse: bool = True,
) -> SecondLook:
    """Return the second look at an image `(28, 28)` float32 in [0, 1].

    `fitted` is the calibration of the network's second look. The picture itself is judged for
    being a digit at all, with `refuse`, and the mean probability for being sure.
    """
    versions = versions_of(image[np.newaxis])
    probabilities = probabilities_of(network, versions)
    mean = mean_logits(probabilities)
    calibrated = calibration.probabilities(mean, fitted)
    verdict = rejection.verdicts(image[np.newaxis], calibrated, refuse=refuse)[0]
    digits = tuple(probabilities[0].argmax(axis=1).tolist())
    return SecondLook(Reading(mean[0], calibrated[0], verdict, class_names), versions[0], digits)
