"""The training loop: what it reports, and that a seed names one result."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import log_softmax, xlogy

from mnistviz.core.errors import TrainingError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.training import (
    Distributions,
    MetricRow,
    TrainingState,
    WatchedAnswers,
)
from mnistviz.digits.image_order import image_order
from mnistviz.digits.mnist import Mnist, load_mnist, to_input
from mnistviz.digits.soft_labels import TEMPERATURE, soft_labels
from mnistviz.digits.tablet_digits import tablet_digits
from mnistviz.evaluation.scoring import evaluate
from mnistviz.network.fast_layers import training_logits
from mnistviz.network.keras_model import build
from mnistviz.network.network import Network
from mnistviz.training import current_distributions, loop
from mnistviz.training.loop import Command, train

pytestmark = pytest.mark.compiles

# Most of a short training is its setting up, and that of normalization takes longest. Where the
# network plays no part, it has none.
PLAIN = ModelSpec(batch_norm=False, dropout=0.0)
SPEC = TrainSpec(epochs=2, batch_size=32, num_images=100, held_out=200)
EVERYTHING = SPEC.changed(
    schedule="one-cycle",
    augmentation=0.5,
    bend=0.5,
    label_smoothing=0.1,
    weight_average=0.9,
    pen_digits=20,
)


# Soft labels need other images beside MNIST's than pen digits.
DISTILLED = EVERYTHING.changed(
    pen_digits=0, tablet_digits=20, soft_labels=0.9, ink=0.3, tablet_ink=0.9
)


PAUSE_SECONDS = 0.2


class Recorder:
    """Keeps what a training tells; asks it to stop, to tell all, or for another learning rate."""

    def __init__(
        self,
        stop_at: int | None = None,
        settle_at: Sequence[int] = (),
        rates: Mapping[int, float | None] | None = None,
    ) -> None:
        self.steps: list[int] = []
        self.rows: list[MetricRow] = []
        # At each row: the time without the seconds of training until then.
        self.uncounted: list[float] = []
        self.answers: list[WatchedAnswers] = []
        self.distributions: dict[int, Distributions] = {}
        self.snapshots: dict[int, list[FloatArray]] = {}
        self.states: dict[int, TrainingState] = {}
        self._stop_at = stop_at
        self._settle_at = settle_at
        self._rates = rates or {}
        self._rate: float | None = None

    def before_step(self, step: int, settle: Callable[[], None]) -> Command:
        if step in self._settle_at:
            settle()
            time.sleep(PAUSE_SECONDS)
        self._rate = self._rates.get(step, self._rate)
        return Command(step == self._stop_at, self._rate)

    def on_step(self, step: int) -> None:
        self.steps.append(step)

    def on_row(self, row: MetricRow) -> None:
        self.rows.append(row)
        self.uncounted.append(time.perf_counter() - row.seconds)

    def on_watched_answers(self, answers: WatchedAnswers) -> None:
        self.answers.append(answers)

    def on_distributions(self, distributions: Distributions) -> None:
        self.distributions[distributions.step] = distributions

    def on_snapshot(self, step: int, weights: Sequence[FloatArray]) -> None:
        self.snapshots[step] = [array.copy() for array in weights]

    def on_checkpoint(self, state: TrainingState) -> None:
        variables = tuple(np.array(value) for value in state.variables)
        self.states[state.step] = replace(state, variables=variables)


def assert_same_weights(one: Sequence[FloatArray], other: Sequence[FloatArray]) -> None:
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.fixture(scope="module")
def data() -> Mnist:
    """Real MNIST with a short test set, so that a validation takes no time."""
    full = load_mnist()
    return replace(full, x_test=full.x_test[:300], y_test=full.y_test[:300])


@pytest.fixture(scope="module")
def finished(data: Mnist) -> Recorder:
    recorder = Recorder()
    assert train(ModelSpec(), SPEC, data, recorder)
    return recorder


@pytest.fixture(scope="module")
def stopped(data: Mnist) -> Recorder:
    """The same training, ended by a person in its second epoch."""
    recorder = Recorder(stop_at=6)
    assert not train(ModelSpec(), SPEC, data, recorder)
    return recorder


@pytest.mark.slow
def test_every_step_is_reported(finished: Recorder) -> None:
    assert SPEC.steps_per_epoch == 4
    assert finished.steps == list(range(1, 9))


def test_rows_of_an_epoch_add_up(finished: Recorder) -> None:
    for epoch in (1, 2):
        of_epoch = [row for row in finished.rows if row.epoch == epoch]
        batches = [row for row in of_epoch if row.split == "batch"]
        (mean,) = (row for row in of_epoch if row.split == "train")
        sizes = [32, 32, 32, 4]
        losses = [row.loss * size for row, size in zip(batches, sizes, strict=True)]
        assert mean.loss == pytest.approx(sum(losses) / 100, abs=1e-5)
        right = [row.accuracy * size for row, size in zip(batches, sizes, strict=True)]
        assert mean.accuracy == pytest.approx(sum(right) / 100, abs=1e-5)


def test_the_learning_rate_follows_the_schedule(finished: Recorder) -> None:
    rates = {row.epoch: row.learning_rate for row in finished.rows}
    assert rates == {1: SPEC.learning_rate_at(0), 2: SPEC.learning_rate_at(4)}


def test_the_test_set_is_read_once_and_last(finished: Recorder) -> None:
    assert [row.split for row in finished.rows].count("test") == 1
    assert finished.rows[-1].split == "test"
    assert finished.rows[-1].step == 8


def test_without_held_out_images_the_test_set_is_read_for_validation_only(data: Mnist) -> None:
    recorder = Recorder()
    train(PLAIN, SPEC.changed(held_out=0, epochs=1), data, recorder)
    splits = [row.split for row in recorder.rows]
    assert splits[-3:] == ["train", "train_sample", "validation"]
    # One of 300 test images, not of the 200 held out.
    assert (recorder.rows[-1].accuracy * 300) == pytest.approx(
        round(recorder.rows[-1].accuracy * 300), abs=1e-3
    )


def test_a_last_batch_of_one_image_is_trained_on(data: Mnist) -> None:
    recorder = Recorder()
    model = ModelSpec(network="6C3-BN-8C3-BN-D0.1-MP2-10C1-GAP")
    assert train(model, SPEC.changed(num_images=100, batch_size=33, epochs=1), data, recorder)
    assert recorder.steps[-1] == 4
    before, after = recorder.snapshots[2], recorder.snapshots[4]
    assert all(np.isfinite(array).all() for array in after)
    assert not np.array_equal(before[0], after[0])


def test_snapshots_are_dense_in_the_first_epoch(finished: Recorder) -> None:
    assert list(finished.snapshots) == [0, 1, 2, 4, 8]


def test_a_seed_gives_the_same_result_bit_for_bit(finished: Recorder, stopped: Recorder) -> None:
    for step in (0, 1, 2, 4):
        assert_same_weights(finished.snapshots[step], stopped.snapshots[step])


@pytest.mark.slow
def test_a_seed_gives_the_same_result_at_the_end(finished: Recorder, data: Mnist) -> None:
    again = Recorder()
    train(ModelSpec(), SPEC, data, again)
    for step, weights in finished.snapshots.items():
        assert_same_weights(weights, again.snapshots[step])


@pytest.mark.slow
def test_another_seed_gives_another_result(finished: Recorder, data: Mnist) -> None:
    other = Recorder()
    train(ModelSpec(), SPEC.changed(seed=1), data, other)
    assert any(
        (once != twice).any()
        for once, twice in zip(finished.snapshots[8], other.snapshots[8], strict=True)
    )


def test_stop_stores_and_validates_the_current_step(stopped: Recorder) -> None:
    assert stopped.steps[-1] == 6
    assert max(stopped.snapshots) == 6
    last = stopped.rows[-1]
    assert (last.split, last.step, last.epoch) == ("validation", 6, 2)


@pytest.mark.slow
def test_a_resumed_training_ends_as_an_uninterrupted_one(
    finished: Recorder, stopped: Recorder, data: Mnist
) -> None:
    check_resume(stopped.states[6], finished, data)


# At once, within the first epoch, at the end of an epoch, before the last step.
@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 3, 4, 7])
def test_a_training_resumes_from_any_step(step: int, finished: Recorder, data: Mnist) -> None:
    first = Recorder(stop_at=step)
    assert not train(ModelSpec(), SPEC, data, first)
    check_resume(first.states[step], finished, data)


@pytest.mark.slow
def test_a_training_that_was_interrupted_before_its_last_score_makes_the_same_row(
    finished: Recorder, data: Mnist
) -> None:
    again = Recorder()
    # A rate that is no float32.
    assert float(np.float32(finished.rows[-1].learning_rate)) != finished.rows[-1].learning_rate
    assert train(ModelSpec(), SPEC, data, again, state=finished.states[8])
    rows = [replace(row, seconds=0) for row in again.rows]
    assert rows == [replace(finished.rows[-1], seconds=0)]


def check_resume(state: TrainingState, finished: Recorder, data: Mnist) -> None:
    """Go on from a state: what comes is what came in the training that was not interrupted."""
    second = Recorder()
    assert train(ModelSpec(), SPEC, data, second, state=state)
    assert second.steps == list(range(state.step + 1, 9))
    assert_same_weights(second.snapshots[8], finished.snapshots[8])
    later = [row for row in finished.rows if row.step > state.step]
    assert [replace(row, seconds=0) for row in second.rows] == [
        replace(row, seconds=0) for row in later
    ]
    assert second.rows[0].seconds > state.seconds


@pytest.fixture(scope="module")
def with_everything(data: Mnist) -> Recorder:
    """A training with one cycle, changed images, smoothed labels and averaged weights."""
    recorder = Recorder()
    train(ModelSpec(dropout=0.0), EVERYTHING, data, recorder)
    return recorder


@pytest.fixture(scope="module")
def distilled(data: Mnist) -> Recorder:
    """A training with soft labels and tablet digits, of plain layers."""
    recorder = Recorder()
    train(PLAIN, DISTILLED, data, recorder)
    return recorder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "spec", "fixture"),
    [
        (ModelSpec(dropout=0.0), EVERYTHING, "with_everything"),
        (PLAIN, DISTILLED, "distilled"),
    ],
)
def test_a_training_with_all_settings_resumes_bit_for_bit(
    model: ModelSpec, spec: TrainSpec, fixture: str, data: Mnist, request: pytest.FixtureRequest
) -> None:
    whole: Recorder = request.getfixturevalue(fixture)
    recorder = Recorder(stop_at=5)
    train(model, spec, data, recorder)
    again = Recorder()
    train(model, spec, data, again, state=recorder.states[5])
    assert_same_weights(again.snapshots[8], whole.snapshots[8])
    rates = [row.learning_rate for row in whole.rows if row.split == "batch"]
    assert rates == [spec.learning_rate_at(step) for step in range(8)]


def test_the_loss_of_a_step_is_that_of_labels_and_soft_labels(data: Mnist) -> None:
    spec = SPEC.changed(batch_size=100, tablet_digits=20, soft_labels=0.7, label_smoothing=0.1)
    recorder = Recorder(stop_at=1)
    train(PLAIN, spec, data, recorder)

    network = build(PLAIN, spec.seed)
    network.set_weights(recorder.snapshots[0])
    written, digits = tablet_digits(20)
    chosen = image_order(spec.seed, 0, 120)[:100]
    images = to_input(np.concatenate([data.x_train[:100], written])[chosen])
    # The logarithms of the probabilities are the logits but for a constant.
    logits = np.log(network(images[..., np.newaxis], training=False).numpy().astype(np.float64))
    labels = np.concatenate([data.y_train[:100], digits])[chosen]
    targets = 0.9 * np.eye(10)[labels] + 0.01
    hard = -(targets * log_softmax(logits, axis=1)).sum(axis=1)
    soft = soft_labels(spec)[chosen].astype(np.float64)
    logs = log_softmax(logits / TEMPERATURE, axis=1)
    divergence = (xlogy(soft, soft) - soft * logs).sum(axis=1)
    expected = 0.3 * hard + 0.7 * TEMPERATURE**2 * divergence
    assert recorder.rows[0].loss == pytest.approx(expected.mean(), rel=1e-4)


def test_soft_labels_and_changed_lines_change_the_result(data: Mnist) -> None:
    weights = []
    for changes in ({}, {"soft_labels": 0.9}, {"ink": 1.0}):
        recorder = Recorder(stop_at=1)
        train(PLAIN, SPEC.changed(**changes), data, recorder)
        weights.append(recorder.snapshots[1][0])
    assert (weights[0] != weights[1]).any()
    assert (weights[0] != weights[2]).any()


@pytest.mark.slow
def test_snapshots_and_validation_use_the_averaged_weights(
    with_everything: Recorder, data: Mnist
) -> None:
    num_arrays = len(with_everything.snapshots[8])
    learning = with_everything.states[8].variables[:num_arrays]
    averaged = with_everything.states[8].variables[num_arrays : 2 * num_arrays]
    assert_same_weights(with_everything.snapshots[8], averaged)
    assert any((one != other).any() for one, other in zip(learning, averaged, strict=True))
    network = build(ModelSpec(dropout=0.0))
    network.set_weights(averaged)
    answers = network(to_input(data.x_test)[..., np.newaxis], training=False).numpy()
    loss = -np.log(answers[np.arange(len(answers)), data.y_test]).mean()
    assert with_everything.rows[-1].split == "test"
    assert with_everything.rows[-1].loss == pytest.approx(loss, abs=1e-5)


@pytest.mark.slow
def test_a_pause_between_two_rows_changes_no_weights_and_counts_as_no_training(
    finished: Recorder, data: Mnist
) -> None:
    recorder = Recorder(settle_at=(2, 3, 5))
    train(ModelSpec(), SPEC, data, recorder)
    assert sorted(recorder.states) == [2, 3, 4, 5, 8]
    first, *_, last = recorder.uncounted
    assert last - first == pytest.approx(3 * PAUSE_SECONDS, abs=0.1)
    assert_same_weights(recorder.snapshots[8], finished.snapshots[8])


@pytest.mark.slow
def test_a_chosen_learning_rate_holds_until_it_is_reset(data: Mnist) -> None:
    recorder = Recorder(rates={2: 0.01, 6: None})
    train(ModelSpec(), SPEC, data, recorder)
    rates = [row.learning_rate for row in recorder.rows if row.split == "batch"]
    first, second = SPEC.learning_rate_at(0), SPEC.learning_rate_at(4)
    assert rates == [first, first, 0.01, 0.01, 0.01, 0.01, second, second]


@pytest.mark.slow
def test_a_fork_begins_with_the_given_weights(finished: Recorder, data: Mnist) -> None:
    recorder = Recorder(stop_at=1)
    train(ModelSpec(), SPEC, data, recorder, first_weights=finished.snapshots[4])
    assert_same_weights(recorder.snapshots[0], finished.snapshots[4])
    # Its moving averages go on by Keras' rule: one batch moves them by a hundredth.
    before, after = recorder.snapshots[0][5], recorder.snapshots[1][5]
    fresh = Recorder(stop_at=1)
    train(ModelSpec(), SPEC, data, fresh)
    assert np.abs(after - before).max() < 0.05 * np.abs(fresh.snapshots[1][5]).max()


@pytest.mark.slow
def test_the_gap_is_measured_when_the_setting_is_on(finished: Recorder, data: Mnist) -> None:
    recorder = Recorder()
    train(ModelSpec(), SPEC.changed(measure_gap=True), data, recorder)
    (first, second) = (row for row in recorder.rows if row.split == "fixed_train")
    assert (first.step, second.step) == (4, 8)
    # All of the 100 images trained on, for there are no more.
    assert second.accuracy * 100 == pytest.approx(round(second.accuracy * 100), abs=1e-3)
    assert "fixed_train" not in {row.split for row in finished.rows}
    assert_same_weights(recorder.snapshots[8], finished.snapshots[8])


def test_training_images_are_scored_like_the_validation_images(
    finished: Recorder, data: Mnist
) -> None:
    rows = [row for row in finished.rows if row.split == "train_sample"]
    assert [row.step for row in rows] == [4, 8]
    for row in rows:
        network = Network(ModelSpec(), ModelSpec().named(finished.snapshots[row.step]))
        found = evaluate(network, data.x_train[:100], data.y_train[:100])
        assert (row.loss, row.accuracy) == pytest.approx((found.loss, found.accuracy), abs=1e-4)


def test_distributions_are_reported_and_change_nothing(
    finished: Recorder, data: Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_distributions, "LEAST_STEPS", 1)
    recorder = Recorder()
    train(ModelSpec(), SPEC, data, recorder)
    assert list(recorder.distributions) == list(range(9))
    assert list(finished.distributions) == [0]
    for step, weights in finished.snapshots.items():
        assert_same_weights(recorder.snapshots[step], weights)
        kernels = ModelSpec().named(weights)
        found = recorder.distributions[step]
        assert list(found.weights) == [layer.name for layer in ModelSpec().convolutions]
        for layer, values in found.weights.items():
            kernel = kernels[layer]["kernel"]
            assert values[0] == pytest.approx(kernel.min(), rel=1e-3)
            assert values[4] == pytest.approx(np.median(kernel), rel=1e-3)
            assert values[-1] == pytest.approx(kernel.max(), rel=1e-3)
            # After the ReLU; the last convolution has none.
            assert (found.activations[layer][0] >= 0) == (layer != "conv8")


def test_the_first_gradients_are_those_of_the_first_batch(
    data: Mnist, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_distributions, "LEAST_STEPS", 1)
    recorder = Recorder(stop_at=1)
    train(PLAIN, SPEC, data, recorder)
    assert recorder.distributions[0].gradients == {}
    network = build(PLAIN, SPEC.seed)
    numbers = image_order(SPEC.seed, 0, 100)[:32]
    with tf.GradientTape() as tape:
        answers = network(to_input(data.x_train[numbers])[..., np.newaxis])
        losses = keras.losses.sparse_categorical_crossentropy(data.y_train[numbers], answers)
        mean = tf.reduce_mean(losses)
    kernel = network.layers[0].kernel
    expected = np.asarray(tape.gradient(mean, kernel.value))
    low, high = recorder.distributions[1].gradients["conv1"][::8]
    assert (low, high) == pytest.approx((expected.min(), expected.max()), rel=2e-3)


@pytest.mark.slow
def test_the_watched_digits_are_classified_throughout(finished: Recorder) -> None:
    assert [answers.step for answers in finished.answers] == list(range(9))
    for answers in finished.answers:
        assert len(answers.digits) == len(answers.probabilities) == 20
        assert all(0.1 <= value <= 1 for value in answers.probabilities)


def test_a_nan_loss_raises_with_a_remedy(data: Mnist, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        loop,
        "training_logits",
        lambda *inputs, **options: training_logits(*inputs, **options) * math.nan,
    )
    recorder = Recorder()
    with pytest.raises(TrainingError) as error:
        train(PLAIN, SPEC, data, recorder)
    assert str(error.value) == (
        "the loss is no longer a number at step 1. Start again or resume, with a learning rate "
        "below 0.003"
    )
    assert list(recorder.snapshots) == [0]


def test_the_order_of_an_epoch_has_every_image_once() -> None:
    first, second = image_order(3, 0, 1000), image_order(3, 1, 1000)
    assert sorted(first) == list(range(1000))
    assert (first != second).any()
    np.testing.assert_array_equal(first, image_order(3, 0, 1000))


@pytest.mark.slow
def test_accuracy_rises(data: Mnist) -> None:
    """Not a benchmark: a network that can't learn 500 images by heart is broken."""
    recorder = Recorder()
    spec = TrainSpec(epochs=8, batch_size=50, num_images=500, held_out=500)
    train(ModelSpec(dropout=0.0), spec, data, recorder)
    means = [row.accuracy for row in recorder.rows if row.split == "train"]
    assert means[-1] > 0.97
    assert means[0] < 0.8
