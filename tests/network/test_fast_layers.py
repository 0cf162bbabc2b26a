"""The training layers against stock Keras layers."""

from collections import Counter
from collections.abc import Iterator

import keras
import numpy as np
import pytest
import tensorflow as tf

from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist
from mnistviz.network.fast_layers import (
    convolution,
    cross_entropy,
    distillation_loss,
    dropout,
    follow,
    max_pool,
    relu_normalization_dropout,
    training_logits,
)
from mnistviz.network.keras_model import build

EPSILON = 1e-3

WITHOUT_DROPOUT = [
    ModelSpec(dropout=0),
    ModelSpec(dropout=0, batch_norm=False),
    *(
        ModelSpec(network=text)
        for text in (
            "4C3same-BN-MP3S2-DW3-BN-6C3S2-AP2-F-8FC-BN-10FC",
            "BN-4C5:tanh-BN-MP2same-5C3:none-BN-DW3S2same:sigmoid-10C1-BN-GAP",
            "F-6FC:tanh-10FC",
        )
    ),
]


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def double_precision() -> Iterator[None]:
    """Keras in float64, where rounding hides no difference between two formulas."""
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy("float32")


def halves(values: tf.Tensor) -> list[tf.Tensor]:
    """Two parts of unequal size, as an odd batch makes them."""
    return [values[: len(values) // 2], values[len(values) // 2 :]]


@pytest.mark.compiles
@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_relu_normalization_dropout_equal_the_stock_layers(
    generator: np.random.Generator, rate: float
) -> None:
    values = tf.constant(generator.normal(0.5, 3, (17, 5, 4, 6)))
    upstream = tf.constant(generator.normal(size=values.shape))
    stock = keras.layers.BatchNormalization(momentum=0.0)
    stock.build(values.shape)
    stock.gamma.assign(generator.normal(size=6))
    stock.beta.assign(generator.normal(size=6))
    sources = [stock.gamma.value, stock.beta.value]
    key = tf.constant([3, 4])
    ones = dropout(halves(tf.ones(values.shape, tf.float64)), rate, key)
    mask = tf.concat(ones, 0)

    with tf.GradientTape() as tape:
        tape.watch(values)
        expected = stock(tf.nn.relu(values), training=True) * mask
        loss = tf.reduce_sum(expected * upstream)
    expected_gradients = tape.gradient(loss, [values, *sources])
    with tf.GradientTape() as tape:
        tape.watch(values)
        parts, mean, variance = relu_normalization_dropout(
            halves(values), *sources, EPSILON, rate, key
        )
        result = tf.concat(parts, 0)
        loss = tf.reduce_sum(result * upstream)
    gradients = tape.gradient(loss, [values, *sources])

    assert (mask.numpy() == 0).any() == (rate > 0)
    np.testing.assert_allclose(result, expected, atol=1e-9)
    for found, wanted in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-9)
    # With momentum 0 the stock layer's averages are the batch's own statistics.
    np.testing.assert_allclose(mean, stock.moving_mean, atol=1e-9)
    np.testing.assert_allclose(variance, stock.moving_variance, atol=1e-9)


def test_batch_normalization_loses_no_precision_on_small_variances(
    generator: np.random.Generator,
) -> None:
    """The first layer's variances are near 0.001: mean(x²) - mean(x)² would be off by 4e-4."""
    values = (0.5 + 0.03 * generator.normal(size=(64, 6, 6, 3))).astype(np.float32)
    exact = values.astype(np.float64)
    centred = exact - exact.mean(axis=(0, 1, 2))
    expected = centred / np.sqrt(exact.var(axis=(0, 1, 2)) + EPSILON)
    parts, _, _ = relu_normalization_dropout(
        halves(tf.constant(values)), tf.ones(3), tf.zeros(3), EPSILON, 0.0, tf.constant([0, 0])
    )
    np.testing.assert_allclose(tf.concat(parts, 0), expected, atol=1e-5)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize(("size", "kernel"), [(7, 7), (7, 3), (5, 1)])
def test_convolution_equals_the_stock_layer(
    generator: np.random.Generator, size: int, kernel: int
) -> None:
    values = tf.constant(generator.normal(size=(3, size, size, 4)))
    stock = keras.layers.Conv2D(5, kernel, bias_initializer="normal")
    expected = stock(values)
    result = convolution(values, stock.kernel.value, stock.bias.value)
    np.testing.assert_allclose(result, expected, atol=1e-9)


def test_max_pool_and_its_gradient_equal_tensorflows(generator: np.random.Generator) -> None:
    # Few different numbers make many equal ones, of which the first gets the gradient.
    values = tf.constant(generator.integers(0, 3, (4, 8, 6, 5)), tf.float32)
    upstream = tf.constant(generator.normal(size=(4, 4, 3, 5)), tf.float32)
    found = []
    for pool in (max_pool, keras.layers.MaxPooling2D()):
        with tf.GradientTape() as tape:
            tape.watch(values)
            result = pool(values)
            loss = tf.reduce_sum(result * upstream)
        found.append((result, tape.gradient(loss, values)))
    (result, gradient), (expected, expected_gradient) = found
    np.testing.assert_array_equal(result, expected)
    np.testing.assert_array_equal(gradient, expected_gradient)


@pytest.mark.compiles
@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("spec", WITHOUT_DROPOUT, ids=lambda spec: spec.text)
def test_a_network_without_dropout_trains_like_stock_keras(
    generator: np.random.Generator, spec: ModelSpec
) -> None:
    images = tf.constant(load_mnist().x_train[:32, ..., np.newaxis] / 255)
    labels = tf.constant(generator.integers(0, 10, 32), tf.int32)
    ours, stock = build(spec, seed=3), build(spec, seed=3)
    cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

    with tf.GradientTape() as tape:
        expected = images
        for layer in stock.layers[:-1]:
            expected = layer(expected, training=True)
        loss = tf.reduce_mean(cross_entropy(labels, expected))
    expected_gradients = tape.gradient(loss, stock.trainable_variables)
    with tf.GradientTape() as tape:
        logits = training_logits(ours, images, tf.constant(0), tf.constant(0))
        loss = tf.reduce_mean(cross_entropy(labels, logits))
    gradients = tape.gradient(loss, ours.trainable_variables)

    np.testing.assert_allclose(logits, expected, atol=1e-9)
    for found, wanted in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-9)


@pytest.mark.compiles
def test_moving_averages_forget_their_start_and_then_follow_keras_rule(
    generator: np.random.Generator,
) -> None:
    network = build(ModelSpec(dropout=0))
    first = network.get_layer("bn1")
    batches = generator.random((3, 8, 28, 28, 1), np.float32)
    means = []
    for step, batch in enumerate(batches):
        training_logits(network, tf.constant(batch), tf.constant(0), tf.constant(step))
        means.append(network.get_layer("conv1")(batch).numpy().mean(axis=(0, 1, 2)))
    np.testing.assert_allclose(first.moving_mean, np.mean(means, axis=0), rtol=1e-4)

    before = first.moving_mean.numpy()
    training_logits(network, tf.constant(batches[0]), tf.constant(0), tf.constant(5_000))
    np.testing.assert_allclose(first.moving_mean, before * 0.99 + means[0] * 0.01, rtol=1e-4)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.5])
def test_dropout_keeps_its_share_and_the_mean(rate: float) -> None:
    values = tf.ones((200, 13, 13, 10))
    dropped = tf.concat(dropout(halves(values), rate, tf.constant([0, 1])), 0).numpy()
    gone = dropped == 0
    # Four standard deviations of a share of 338,000 elements, and of 1,690 for each channel
    # and place: no corner of the array is favoured.
    deviation = np.sqrt(rate * (1 - rate))
    assert gone.mean() == pytest.approx(rate, abs=4 * deviation / np.sqrt(gone.size))
    for axes in ((0, 1, 2), (0, 3), (1, 2, 3)):
        shares = gone.mean(axis=axes)
        bound = 5 * deviation / np.sqrt(gone.size / shares.size)
        np.testing.assert_allclose(shares, rate, atol=bound)
    np.testing.assert_allclose(dropped[~gone], 1 / (1 - rate), rtol=1e-6)


def test_dropout_of_neighbours_and_of_two_keys_is_independent() -> None:
    gone = np.stack(
        [
            np.ravel(dropout([tf.ones((100, 13, 13, 10))], 0.5, tf.constant(key))[0]) == 0
            for key in ([0, 1], [0, 2], [1, 1], [0, 65])
        ]
    ).astype(np.float64)
    bound = 5 / np.sqrt(gone.shape[1])
    correlations = np.corrcoef(gone) - np.eye(len(gone))
    assert np.abs(correlations).max() < bound
    for distance in (1, 2, 10, 130, 1690, 845 * 100):
        assert abs(np.corrcoef(gone[0, distance:], gone[0, :-distance])[0, 1]) < bound, distance


def test_dropout_is_a_function_of_its_key_alone() -> None:
    values = tf.ones((5, 7, 7, 10))
    once, again, other = (dropout([values], 0.3, tf.constant([5, key]))[0] for key in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert (once.numpy() != other.numpy()).any()
    parted = tf.concat(dropout(halves(values), 0.3, tf.constant([5, 1])), 0)
    np.testing.assert_array_equal(once, parted)


def test_dropout_sends_the_gradient_through_what_it_kept() -> None:
    values = tf.ones((2, 7, 7, 3))
    with tf.GradientTape() as tape:
        tape.watch(values)
        (result,) = dropout([values], 0.5, tf.constant([0, 0]))
    np.testing.assert_allclose(tape.gradient(result, values), result, rtol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_that_of_keras(generator: np.random.Generator, smoothing: float) -> None:
    logits = tf.constant(generator.normal(size=(6, 10)), tf.float32)
    labels = tf.constant(generator.integers(0, 10, 6), tf.int32)
    stock = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=smoothing, reduction=None
    )
    found = cross_entropy(labels, logits, smoothing)
    np.testing.assert_allclose(found, stock(tf.one_hot(labels, 10), logits), rtol=1e-5)


def test_the_distillation_loss_and_its_gradient_equal_their_formulas(
    generator: np.random.Generator,
) -> None:
    logits = generator.normal(0, 3, (20, 10))
    soft = generator.dirichlet(np.full(10, 0.2), 20)
    soft[0] = np.eye(10)[3]  # A probability of 0 adds nothing.
    temperature = 2.0
    with tf.GradientTape() as tape:
        variable = tf.Variable(logits)
        losses = distillation_loss(tf.constant(soft), variable, temperature)
    gradients = tape.gradient(losses, variable)

    for row in range(20):
        raised = np.exp(logits[row] / temperature)
        answers = raised / raised.sum()
        divergence = sum(
            p * np.log(p / q) for p, q in zip(soft[row], answers, strict=True) if p > 0
        )
        assert float(losses[row]) == pytest.approx(temperature**2 * divergence, abs=1e-9)
        expected = temperature * (answers - soft[row])
        np.testing.assert_allclose(gradients[row], expected, atol=1e-9)
    same = tf.nn.softmax(variable / temperature)
    np.testing.assert_allclose(distillation_loss(same, variable, temperature), 0, atol=1e-9)


def test_the_average_forgets_its_start_and_then_follows_its_decay() -> None:
    average, weight = tf.Variable([7.0]), tf.Variable([1.0])
    found, expected = [], 7.0
    for step in range(60):
        weight.assign([float(step)])
        follow([average], [weight], 0.8, tf.constant(step))
        kept = min(0.8, (step + 2) / (step + 11))
        expected = expected * kept + step * (1 - kept)
        found.append(float(average[0]))
        assert found[-1] == pytest.approx(expected, rel=1e-5)
    # A weight that grows by one a step is four steps ahead of an average that keeps 0.8.
    assert found[-1] == pytest.approx(55, abs=0.01)


@pytest.mark.compiles
def test_no_compiled_sum_is_shared_by_two_calls() -> None:
    """Threads that set up the same sum at once crash TensorFlow 2.21."""
    network = build(ModelSpec())

    @tf.function
    def gradients(images: tf.Tensor) -> list[tf.Tensor]:
        weights = [variable.value for variable in network.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = tf.reduce_sum(training_logits(network, images, tf.constant(0), tf.constant(0)))
        return tape.gradient(loss, weights)

    graph = gradients.get_concrete_function(tf.TensorSpec((None, 28, 28, 1))).graph.as_graph_def()
    compiled = {
        function.signature.name: {node.op for node in function.node_def}
        for function in graph.library.function
        if function.attr["_XlaMustCompile"].b
    }
    calls = Counter(node.attr["f"].func.name for node in graph.node if "f" in node.attr)
    shared = {name: count for name, count in calls.items() if name in compiled and count > 1}
    sums = {name for name, operations in compiled.items() if "Sum" in operations}
    assert sums & calls.keys()
    assert shared
    assert not sums & shared.keys()
