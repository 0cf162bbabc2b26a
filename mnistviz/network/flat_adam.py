"""The optimizer of training: Adam over all weights as one vector."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from mnistviz.core.types.arrays import FloatArray

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7


class FlatAdam:
    """Adam (Kingma and Ba 2015) with the constants of Keras, equal to it bit for bit.

    Keras updates each weight by itself, 12 small operations each; here the moments of all are two
    vectors. `variables` are Keras' variables, float32.
    """

    def __init__(self, variables: Sequence[Any], learning_rate: float) -> None:
        self._variables = list(variables)
        self._sizes = [int(np.prod(variable.shape)) for variable in self._variables]
        self.learning_rate = tf.Variable(learning_rate, dtype=tf.float32)
        self._steps = tf.Variable(0, dtype=tf.int64)
        self._momentum, self._velocity = (tf.Variable(tf.zeros(sum(self._sizes))) for _ in range(2))

    def apply(self, gradients: Sequence[Any]) -> None:
        """Make a step along the gradients, one for each variable."""
        gradient = tf.concat([tf.reshape(part, [-1]) for part in gradients], 0)
        step = tf.cast(self._steps.assign_add(1), tf.float32)
        one, two = (1 - tf.pow(beta, step) for beta in (BETA_1, BETA_2))
        rate = self.learning_rate * tf.sqrt(two) / one
        momentum = self._momentum.assign_add((gradient - self._momentum) * (1 - BETA_1))
        velocity = self._velocity.assign_add((tf.square(gradient) - self._velocity) * (1 - BETA_2))
        change = momentum * rate / (tf.sqrt(velocity) + EPSILON)
        parts = tf.split(change, self._sizes)
        for variable, part in zip(self._variables, parts, strict=True):
            variable.assign_sub(tf.reshape(part, variable.shape))

    @property
    def state(self) -> list[Any]:
        """The arrays that a step changes, in the order of Keras' own optimizer variables."""
        pairs = zip(self._split(self._momentum), self._split(self._velocity), strict=True)
        moments = [moment for pair in pairs for moment in pair]
        return [self._steps.numpy(), self.learning_rate.numpy(), *moments]

    @state.setter
    def state(self, arrays: Sequence[Any]) -> None:
        steps, rate, *moments = arrays
        self._steps.assign(steps)
        self.learning_rate.assign(rate)
        for vector, parts in ((self._momentum, moments[::2]), (self._velocity, moments[1::2])):
            vector.assign(np.concatenate([np.ravel(part) for part in parts]))

    def mean_gradients(self) -> list[FloatArray]:
        """The mean of the last gradients of each variable; empty before the first step.

        It is the first moment, about that of the last ten steps, divided by the sum of its weights
        (Kingma and Ba 2015). So nothing is computed for it.
        """
        steps = int(self._steps)
        total = np.float32(1 - BETA_1**steps)
        return [moment / total for moment in self._split(self._momentum)] if steps else []

    def _split(self, vector: Any) -> list[FloatArray]:
        parts = np.split(vector.numpy(), np.cumsum(self._sizes)[:-1])
        shapes = [variable.shape for variable in self._variables]
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]
