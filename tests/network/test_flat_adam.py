"""The optimizer of training against Keras' own."""

import keras
import numpy as np

from mnistviz.network.flat_adam import FlatAdam

SHAPES = ((3, 3, 1, 10), (10,), (7, 7, 10, 10))
RATES = (0.01, 0.01, 0.02)


def variables() -> list[keras.Variable]:
    generator = np.random.default_rng(1)
    return [keras.Variable(generator.normal(size=shape), dtype="float32") for shape in SHAPES]


def gradients(step: int) -> list[np.ndarray]:
    generator = np.random.default_rng(100 + step)
    scales = (1.0, 1e-5, 100.0)
    pairs = zip(SHAPES, scales, strict=True)
    return [scale * generator.normal(size=shape).astype(np.float32) for shape, scale in pairs]


def test_the_weights_and_the_state_are_keras_own_bit_for_bit() -> None:
    ours, theirs = variables(), variables()
    keras_adam = keras.optimizers.Adam(RATES[0])
    keras_adam.build(theirs)
    flat_adam = FlatAdam(ours, RATES[0])
    for step, rate in enumerate(RATES):
        keras_adam.learning_rate.assign(rate)
        flat_adam.learning_rate.assign(rate)
        keras_adam.apply(gradients(step))
        flat_adam.apply(gradients(step))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    for array, variable in zip(flat_adam.state, keras_adam.variables, strict=True):
        np.testing.assert_array_equal(array, variable.numpy())


def test_mean_gradients_are_the_first_moments_without_their_start() -> None:
    optimizer = FlatAdam(variables(), RATES[0])
    assert optimizer.mean_gradients() == []
    for step in range(3):
        optimizer.apply(gradients(step))
    shares = np.array([0.9**2, 0.9, 1]) / (0.9**2 + 0.9 + 1)
    for number, mean in enumerate(optimizer.mean_gradients()):
        parts = [share * gradients(step)[number] for step, share in enumerate(shares)]
        np.testing.assert_allclose(mean, np.sum(parts, axis=0), atol=1e-5 * np.abs(mean).max())


def test_a_step_from_a_state_is_that_of_the_optimizer_it_is_of() -> None:
    whole, resumed = variables(), variables()
    first, second = FlatAdam(whole, RATES[0]), FlatAdam(resumed, 1.0)
    first.apply(gradients(0))
    for one, other in zip(resumed, whole, strict=True):
        one.assign(other)
    second.state = first.state
    for adam in (first, second):
        adam.apply(gradients(1))
    for one, other in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
