"""How many channels of a layer a trained network needs: its accuracy without some of them.

What comes before the layer is worked out once; only what is behind it runs again for each set of
channels that is off. A channel that is off hands on its mean over the training images, or 0.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerAblation, Replacement
from mnistviz.digits.mnist import to_input
from mnistviz.inspection.channels.activation_survey import BATCH_SIZE
from mnistviz.inspection.channels.knockout import switches

# Orders drawn at random, beside the two by importance.
NUM_DRAWS = 5


class SplitNetwork:
    """A network cut behind the channels of one convolution, on labelled images.

    `layer` is a convolution whose channels can be switched off, `mean` (channels,) what each of
    them hands on on average (`knockout.channel_means`), which `replacement`
    puts in the place of those that are off, or 0. `images` (n, 28, 28) and `labels` (n,) are uint8.
    """

    def __init__(
        self,
        network: keras.Sequential,
        layer: str,
        mean: FloatArray,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        replacement: Replacement = "mean",
    ) -> None:
        after = {name: last for last, (name, _) in switches(network).items()}
        layers = list(network.layers[:-1])
        place = [one.name for one in layers].index(after[layer]) + 1
        self.layer = layer
        self.replacement: Replacement = replacement
        self._labels = labels
        self._fill = tf.constant(mean if replacement == "mean" else np.zeros_like(mean), tf.float32)
        head = _chain(layers[:place], (None, IMAGE_SIZE, IMAGE_SIZE, 1))
        self._maps = [
            head(tf.constant(to_input(images[start : start + BATCH_SIZE])[..., np.newaxis]))
            for start in range(0, len(images), BATCH_SIZE)
        ]
        self._tail = _chain(layers[place:], (None, *self._maps[0].shape[1:]))

    @property
    def channels(self) -> int:
        return int(self._fill.shape[0])

    @property
    def images(self) -> int:
        return len(self._labels)

    def right(self, off: Collection[int]) -> NDArray[np.bool_]:
        """Which of the images are read right with those channels off, (n,)."""
        on = np.ones(self.channels, bool)
        on[list(off)] = False
        answers = [
            self._tail(tf.where(on, maps, self._fill)).numpy().argmax(axis=1) for maps in self._maps
        ]
        right: NDArray[np.bool_] = np.concatenate(answers) == self._labels
        return right

    def accuracy(self, off: Collection[int]) -> float:
        """Share of the images, in [0, 1], that are read right with those channels off."""
        return float(self.right(off).mean())


def _chain(layers: Sequence[keras.layers.Layer], shape: Sequence[int | None]) -> Callable[..., Any]:
    """Layers one after another, in inference mode, traced once."""

    def walk(values: tf.Tensor) -> tf.Tensor:
        for layer in layers:
            values = layer(values, training=False)
        return values

    spec = tf.TensorSpec(shape, tf.float32)
    traced: Callable[..., Any] = tf.function(walk).get_concrete_function(spec)
    return traced


def ablate(
    cut: SplitNetwork, progress: Callable[[float], object] = lambda done: None, seed: int = 0
) -> LayerAblation:
    """Switch channels off one by one, then ever more of them in several orders.

    By importance, the least important first and the most important first, and in five orders
    drawn at random from `seed`. `progress` is told the share that is done.
    """
    count = cut.channels
    total = 1 + count * (3 + NUM_DRAWS)
    done = 0

    def right(off: Collection[int]) -> NDArray[np.bool_]:
        nonlocal done
        found = cut.right(off)
        done += 1
        progress(done / total)
        return found

    whole = right(())
    alone = np.stack([right((channel,)) for channel in range(count)])
    lost, gained = (whole & ~alone).sum(axis=1), (~whole & alone).sum(axis=1)

    def ever_more(order: Sequence[int]) -> list[float]:
        rest = (right(order[:number]) for number in range(1, count + 1))
        return [float(whole.mean()), *(float(one.mean()) for one in rest)]

    least_first = np.argsort(lost - gained, kind="stable").tolist()
    generator = np.random.default_rng(seed)
    return LayerAblation(
        layer=cut.layer,
        replacement=cut.replacement,
        images=cut.images,
        lost=lost,
        gained=gained,
        order=np.array(least_first),
        least_first=np.array(ever_more(least_first)),
        most_first=np.array(ever_more(least_first[::-1])),
        random=np.array(
            [ever_more(generator.permutation(count).tolist()) for _ in range(NUM_DRAWS)]
        ),
    )
