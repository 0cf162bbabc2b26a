"""Temperature scaling: calibrated probabilities, fitted on held-out training images.

Guo, Pleiss, Sun and Weinberger 2017, "On calibration of modern neural networks".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.errors import MnistVizError
from mnistviz.core.statistics import negative_log_likelihood
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.digits.data_sets.library import data_of
from mnistviz.evaluation.reliability import reliability
from mnistviz.network.layers import softmax
from mnistviz.network.network import Network
from mnistviz.runs import registry
from mnistviz.runs.load import load
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot

# Bounds of the fitted temperature: without any information the best one would be infinite.
MAX_TEMPERATURE = 20.0
MIN_TEMPERATURE = 0.05
# Fewer held-out images say nothing about the temperature.
MIN_FITTED = 20


@dataclass(frozen=True)
class Calibration:
    """The temperature that logits are divided by, and its effect on the held-out images.

    Loss is the mean negative log likelihood in nats, `error` the expected calibration
    error in [0, 1]; `before` is at temperature 1.
    """

    temperature: float
    images: int
    loss_before: float
    loss_after: float
    error_before: float
    error_after: float

    def probabilities(self, logits: FloatArray) -> FloatArray:
        """Return the calibrated probabilities `(n, 10)` of logits `(n, 10)`."""
        return softmax(logits / np.float32(self.temperature))


CACHE = ResultCache("calibration", dataclass_codec(Calibration))


def probabilities(logits: FloatArray, calibration: Calibration | None) -> FloatArray:
    """Return the probabilities `(…, 10)` of logits `(…, 10)`, calibrated unless it is None."""
    return softmax(logits) if calibration is None else calibration.probabilities(logits)


def with_calibration(
    outputs: Sequence[LayerOutput], calibration: Calibration | None
) -> tuple[LayerOutput, ...]:
    """Return the outputs of all layers with calibrated probabilities as those of the softmax.

    `outputs` begin with the first layer; the softmax follows the logits. None changes nothing.
    """
    *rest, scores, last = outputs
    logits = scores.values.reshape(1, -1)
    return (*rest, scores, replace(last, values=probabilities(logits, calibration)[0]))


def calibration_of(
    snapshot: Snapshot,
    network: Network | None = None,
    cache: ResultCache[Calibration] = CACHE,
    logits_of: Callable[[Network, ByteArray], FloatArray] = Network.logits,
) -> Calibration | None:
    """The calibration of a snapshot, None where every training image was trained on.

    Fitted at the first call, in about a second, and stored in `cache`. The network is
    loaded where `network` is not it already. `logits_of` returns the logits `(n, 10)` of a network
    for images `(n, 28, 28)`.
    """
    number = held_out(snapshot.run)
    if not number:
        return None

    def compute() -> Calibration:
        data = data_of(snapshot.run.spec.data)
        logits = logits_of(network or load(snapshot), data.x_train[-number:])
        return fit(logits, data.y_train[-number:])

    return cache.get(snapshot, compute)


def held_out(run: Run) -> int:
    """Return how many of the last training images neither a run nor its ancestors trained on.

    0 also where an ancestor is missing: its training images are unknown.
    """
    number = run.spec.train.held_out
    # A validation part of one's own may be too small to fit on.
    if number < MIN_FITTED:
        return 0
    seen = {run.id}
    while run.spec.parent and number:
        try:
            run = registry.find_run(run.spec.parent.run)
        except MnistVizError:
            return 0
        if run.id in seen:
            return 0
        seen.add(run.id)
        number = min(number, run.spec.train.held_out)
    return number


def fit(logits: FloatArray, labels: ByteArray) -> Calibration:
    """Return the temperature with the lowest loss of logits `(n, 10)` for labels `(n,)`."""
    # It takes 0.2 s, and only a new snapshot needs it.
    from scipy.optimize import minimize_scalar

    minimum = minimize_scalar(
        lambda log: _loss(logits / np.exp(log), labels),
        bounds=(np.log(MIN_TEMPERATURE), np.log(MAX_TEMPERATURE)),
        method="bounded",
        options={"xatol": 1e-5},
    )
    best = float(np.exp(minimum.x))
    return Calibration(
        temperature=best,
        images=len(labels),
        loss_before=_loss(logits, labels),
        loss_after=_loss(logits / best, labels),
        error_before=calibration_error(softmax(logits), labels),
        error_after=calibration_error(softmax(logits / np.float32(best)), labels),
    )


def calibration_error(probabilities: FloatArray, labels: ByteArray) -> float:
    """Return the expected calibration error in [0, 1] of probabilities `(n, 10)`."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    return reliability(confidence, probabilities.argmax(axis=1) == labels).error


def _loss(logits: NDArray[np.floating], labels: ByteArray) -> float:
    return float(negative_log_likelihood(logits, labels).mean())
