"""A network with its weights in inference mode: what every reader of a network uses."""

from dataclasses import dataclass

import numpy as np

from mnistviz.core.layers.layer import Layer
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import ByteArray, FloatArray, RealArray, Weights
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.network.batches import map_batches
from mnistviz.network.layers import Replace, layer_gradients, layer_outputs, softmax

Images = FloatArray | ByteArray


@dataclass(frozen=True, eq=False)
class Network:
    """A spec with its weights, by layer and name. Its methods are safe to share between threads.

    Images are (n, 28, 28), float32 in [0, 1] or uint8. Where shapes say 10, that is the number of
    classes of the network.
    """

    spec: ModelSpec
    weights: Weights

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers whose last output are the logits: all but the softmax."""
        return self.spec.layers[:-1]

    def logits(self, images: Images, progress: Progress = no_progress) -> FloatArray:
        """Logits `(n, 10)` float32 of images. `progress` gets the number of images done."""
        parts = map_batches(self._logits, images, progress=progress)
        return np.concatenate([np.zeros((0, self.spec.num_classes), np.float32), *parts])

    def _logits(self, images: Images) -> FloatArray:
        return self.outputs(images)[self.layers[-1].name].astype(np.float32, copy=False)

    def classify(self, images: Images) -> FloatArray:
        """Probabilities `(n, 10)` float32 of images."""
        return softmax(self.logits(images)).astype(np.float32, copy=False)

    def outputs(self, images: Images, replace: Replace | None = None) -> dict[str, RealArray]:
        """The outputs of all layers for one batch of images, by name and in order.

        `replace` gets the name and the output of a layer, and returns what the next layer takes.
        """
        return layer_outputs(self.layers, self.weights, as_batch(images), replace)

    def gradients(
        self, images: Images, weights: FloatArray
    ) -> tuple[dict[str, RealArray], dict[str, RealArray]]:
        """The outputs of all layers for one batch of images, and the gradients of a score there.

        The score is the sum of the logits, each times its weight in `weights` (10,). The gradients
        are by layer, with the shape of its output, and as `input` (n, 28, 28, 1). Outputs are
        float64, gradients have the type of `weights`.
        """
        values = as_batch(images).astype(np.float64)
        outputs = layer_outputs(self.layers, self.weights, values)
        upstream = np.broadcast_to(weights, (len(images), len(weights)))
        return outputs, layer_gradients(self.layers, self.weights, values, outputs, upstream)


def as_batch(images: Images) -> FloatArray:
    """Images (n, 28, 28), float32 in [0, 1] or uint8, as input `(n, 28, 28, 1)` of a network."""
    values = images.astype(np.float32, copy=False)
    if images.dtype == np.uint8:
        values = values / np.float32(255)
    return values[..., np.newaxis]
