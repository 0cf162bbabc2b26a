"""The training loop. It gets arrays and reports to callbacks; it uses no files or processes."""

import functools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from mnistviz.core.constants import NUM_FIXED_TRAIN, NUM_SAMPLED
from mnistviz.core.errors import TrainingError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.core.types.training import (
    Distributions,
    MetricRow,
    MetricSplit,
    TrainingState,
    WatchedAnswers,
)
from mnistviz.digits.image_order import image_order
from mnistviz.digits.mnist import Mnist, to_input, watched_digits
from mnistviz.digits.soft_labels import TEMPERATURE, soft_labels
from mnistviz.digits.synthetic_digits import with_pen_digits
from mnistviz.digits.tablet_digits import with_tablet_digits
from mnistviz.evaluation.scoring import score
from mnistviz.network.augmentation import augmented, with_changed_lines
from mnistviz.network.fast_inference import FastInference
from mnistviz.network.fast_layers import (
    NUM_AVERAGED_EVENLY,
    augmentation_key,
    cross_entropy,
    distillation_loss,
    follow,
    training_logits,
)
from mnistviz.network.flat_adam import FlatAdam
from mnistviz.network.keras_model import build
from mnistviz.network.layers import softmax
from mnistviz.training import current_distributions
from mnistviz.training.metric_sums import MetricSums

# Steps of snapshots in the first epoch, where a network changes most. Step 0: initial weights.
EARLY_SNAPSHOTS = (0, 1, 2, 5, 10, 20, 50, 100, 200)

# Approximate number of batch rows in an epoch: enough to see progress, few to draw.
BATCH_ROWS_PER_EPOCH = 100
# How often in an epoch the watched digits are classified: it takes a hundredth of the time.
WATCHED_PER_EPOCH = 20

# A killed training repeats at most this time, a step and a validation.
CHECKPOINT_SECONDS = 10.0

# (numbers of the images, step) -> (sum of their losses, number of right answers)
StepFunction = Callable[[NDArray[np.int32], int], tuple[tf.Tensor, tf.Tensor]]


@dataclass(frozen=True)
class Command:
    """The next action: stop, or make a step. `learning_rate` None: that of the schedule."""

    stop: bool = False
    learning_rate: float | None = None


class Callbacks(Protocol):
    """The callbacks of a training, which report its progress and control it."""

    def before_step(self, step: int, settle: Callable[[], None]) -> Command:
        """Return what to do after `step` steps.

        It may wait; it then calls `settle` first, which reports and saves everything so far.
        """

    def on_step(self, step: int) -> None:
        """Called after each step."""

    def on_row(self, row: MetricRow) -> None:
        """Called with each new row of metrics."""

    def on_watched_answers(self, answers: WatchedAnswers) -> None:
        """Called with the new answers to the watched digits."""

    def on_distributions(self, distributions: Distributions) -> None:
        """Called with new distributions of weights, gradients and activations."""

    def on_snapshot(self, step: int, weights: Sequence[FloatArray]) -> None:
        """Called with weights to store, in `get_weights()` order."""

    def on_checkpoint(self, state: TrainingState) -> None:
        """Called with a state from which the training can be resumed."""


def train(
    model_spec: ModelSpec,
    spec: TrainSpec,
    data: Mnist,
    callbacks: Callbacks,
    *,
    first_weights: Sequence[FloatArray] | None = None,
    state: TrainingState | None = None,
) -> bool:
    """Train a network to the end of its epochs, or until the callbacks stop it.

    It starts with `first_weights` in `get_weights()` order, by default those of the seed. With a
    `state` it resumes there, and ends with the weights of an uninterrupted training, bit for bit
    on one machine: all randomness is a function of (seed, step). Returns whether it reached the
    end. Raises `TrainingError` when the loss is not finite.
    """
    data = with_tablet_digits(with_pen_digits(data, spec), spec)
    training = _Training(model_spec, spec, data, callbacks, forked=first_weights is not None)
    if first_weights is not None:
        training.set_weights(first_weights)
    if state is not None:
        training.restore(state)
    return training.run()


class _Training:
    """The state of a training and its steps."""

    def __init__(
        self,
        model_spec: ModelSpec,
        spec: TrainSpec,
        data: Mnist,
        callbacks: Callbacks,
        *,
        forked: bool,
    ) -> None:
        self._spec, self._model_spec = spec, model_spec
        # The moving averages of a trained network get their full weight.
        self._steps_before = NUM_AVERAGED_EVENLY if forked else 0
        self._callbacks = callbacks
        self._network = build(model_spec, spec.seed)
        self._averaged = build(model_spec, spec.seed) if spec.weight_average else self._network
        self._inference = FastInference(self._averaged)
        self._optimizer = FlatAdam(self._network.trainable_variables, spec.learning_rate)
        self._data = data
        if spec.held_out:
            self._validation = data.x_train[-spec.held_out :], data.y_train[-spec.held_out :]
        else:
            self._validation = data.x_test, data.y_test
        self._watched = to_input(data.x_test[watched_digits(data.y_test, model_spec.num_classes)])
        self._step_function = self._make_step_function(data)
        self._step = 0
        self._epoch_sums, self._row_sums = MetricSums(), MetricSums()
        self._learning_rate = 0.0
        self._started = self._checkpointed = time.perf_counter()

    def _make_step_function(self, data: Mnist) -> StepFunction:
        spec, network, optimizer = self._spec, self._network, self._optimizer
        images = tf.constant(data.x_train[: spec.num_trained, ..., np.newaxis])
        labels = tf.constant(data.y_train[: spec.num_trained].astype(np.int32))
        soft = tf.constant(soft_labels(spec)) if spec.soft_labels else None
        seed = tf.constant(spec.seed, tf.int32)

        def step_function(
            chosen: tf.Tensor, step: tf.Tensor, in_halves: bool
        ) -> tuple[tf.Tensor, tf.Tensor]:
            batch = tf.cast(tf.gather(images, chosen), tf.float32) / 255.0
            targets = tf.gather(labels, chosen)
            key = augmentation_key(seed, step)
            if spec.augmentation or spec.bend:
                batch = augmented(batch, spec.augmentation, key, spec.bend)
            if spec.ink or spec.tablet_ink:
                shares = tf.where(chosen < spec.num_images, spec.ink, spec.tablet_ink)
                batch = with_changed_lines(batch, shares, key)
            with tf.GradientTape() as tape:
                logits = training_logits(
                    network,
                    batch,
                    seed,
                    step,
                    steps_before=self._steps_before,
                    in_halves=in_halves,
                )
                losses = cross_entropy(targets, logits, spec.label_smoothing)
                if soft is not None:
                    taught = distillation_loss(tf.gather(soft, chosen), logits, TEMPERATURE)
                    losses = (1 - spec.soft_labels) * losses + spec.soft_labels * taught
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizer.apply(gradients)
            if spec.weight_average:
                follow(self._averaged.weights, network.weights, spec.weight_average, step)
            right = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), targets)
            return tf.reduce_sum(losses), tf.reduce_sum(tf.cast(right, tf.int32))

        signature = [tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)]

        @functools.cache
        def traced(in_halves: bool) -> Any:
            one = functools.partial(step_function, in_halves=in_halves)
            return tf.function(one, input_signature=signature).get_concrete_function()

        # Traced here: a call then checks nothing but its two tensors.
        traced(True)
        return lambda chosen, step: cast(
            tuple[tf.Tensor, tf.Tensor],
            traced(len(chosen) > 1)(tf.constant(chosen), tf.constant(step, tf.int32)),
        )

    def set_weights(self, weights: Sequence[FloatArray]) -> None:
        """Replace the weights of the seed."""
        self._network.set_weights(weights)
        self._averaged.set_weights(weights)

    def run(self) -> bool:
        """Train to the end or until stopped. Return whether it reached the end."""
        spec = self._spec
        if self._step == 0:
            self._snapshot()
            self._classify_watched()
            self._report_distributions()
        order: NDArray[np.int32] | None = None
        while self._step < spec.num_steps:
            command = self._next_command()
            if command.stop:
                self._end_early()
                return False
            epoch, within = divmod(self._step, spec.steps_per_epoch)
            if order is None or within == 0:
                order = image_order(spec.seed, epoch, spec.num_trained)
            self._set_learning_rate(command.learning_rate)
            self._make_step(order[within * spec.batch_size :][: spec.batch_size])
            if self._at_end_of_epoch:
                self._end_epoch()
            elif time.perf_counter() - self._checkpointed > CHECKPOINT_SECONDS:
                self._checkpoint()
        if spec.held_out:
            self._evaluate("test", self._data.x_test, self._data.y_test)
        return True

    @property
    def _at_end_of_epoch(self) -> bool:
        return self._step % self._spec.steps_per_epoch == 0

    def _next_command(self) -> Command:
        """Return the command of the callbacks. A pause does not count as training time."""
        paused_at: float | None = None

        def settle() -> None:
            nonlocal paused_at
            self._settle()
            paused_at = time.perf_counter()

        command = self._callbacks.before_step(self._step, settle)
        if paused_at is not None:
            self._started += time.perf_counter() - paused_at
        return command

    def _set_learning_rate(self, wanted: float | None) -> None:
        rate = self._spec.learning_rate_at(self._step) if wanted is None else wanted
        if rate != self._learning_rate:
            self._learning_rate = rate
            self._optimizer.learning_rate.assign(rate)

    def _make_step(self, chosen: NDArray[np.int32]) -> None:
        loss, right = self._step_function(chosen, self._step)
        self._step += 1
        self._row_sums.add(float(loss), int(right), len(chosen))
        per_epoch = self._spec.steps_per_epoch
        if self._step % max(1, per_epoch // BATCH_ROWS_PER_EPOCH) == 0 or self._at_end_of_epoch:
            self._end_row()
        if self._step % max(1, per_epoch // WATCHED_PER_EPOCH) == 0:
            self._classify_watched()
        if current_distributions.is_due(self._step, per_epoch):
            self._report_distributions()
        if self._step in EARLY_SNAPSHOTS and self._step < per_epoch:
            self._snapshot()
        self._callbacks.on_step(self._step)

    def _end_row(self) -> None:
        """Report the metrics of the steps since the last row."""
        if not self._row_sums.images:
            return
        if not math.isfinite(self._row_sums.loss):
            raise TrainingError(
                f"the loss is no longer a number at step {self._step:,}. Start again or resume, "
                f"with a learning rate below {self._learning_rate:g}"
            )
        self._report("batch", self._row_sums.mean_loss, self._row_sums.accuracy)
        self._epoch_sums.add(self._row_sums.loss, self._row_sums.right, self._row_sums.images)
        self._row_sums = MetricSums()

    def _settle(self) -> None:
        """Report and store everything so far, for a pause or an end between two rows."""
        self._end_row()
        self._classify_watched()
        self._snapshot()
        self._checkpoint()

    def _end_early(self) -> None:
        self._settle()
        if self._step and not self._at_end_of_epoch:
            self._validate()

    def _end_epoch(self) -> None:
        # The snapshot first, so that it is stored even if the validation is interrupted.
        self._snapshot()
        self._validate()
        self._epoch_sums = MetricSums()
        self._checkpoint()

    def _validate(self) -> None:
        self._report("train", self._epoch_sums.mean_loss, self._epoch_sums.accuracy)
        if not self._spec.measure_gap:
            self._evaluate("train_sample", *self._first_images(NUM_SAMPLED))
        self._evaluate("validation", *self._validation)
        if self._spec.measure_gap:
            self._evaluate("fixed_train", *self._first_images(NUM_FIXED_TRAIN))

    def _first_images(self, most: int) -> tuple[ByteArray, ByteArray]:
        count = min(most, self._spec.num_images)
        return self._data.x_train[:count], self._data.y_train[:count]

    def _evaluate(self, split: MetricSplit, images: ByteArray, labels: ByteArray) -> None:
        result = score(self._inference.logits(images), labels)
        self._report(split, result.loss, result.accuracy)

    def _classify_watched(self) -> None:
        probabilities = softmax(self._inference.logits(self._watched))
        self._callbacks.on_watched_answers(
            WatchedAnswers(
                self._step,
                tuple(probabilities.argmax(axis=1).tolist()),
                tuple(probabilities.max(axis=1).astype(float).round(4).tolist()),
            )
        )

    def _report_distributions(self) -> None:
        found = current_distributions.measured(
            self._step,
            self._model_spec,
            self._averaged.get_weights(),
            current_distributions.mean_gradients(self._network, self._optimizer),
            self._watched[::2],  # one of each class
        )
        if found is not None:
            self._callbacks.on_distributions(found)

    def _report(self, split: MetricSplit, loss: float, accuracy: float) -> None:
        self._callbacks.on_row(
            MetricRow(
                step=self._step,
                epoch=-(-self._step // self._spec.steps_per_epoch),
                split=split,
                loss=round(loss, 6),
                accuracy=round(accuracy, 6),
                learning_rate=self._learning_rate,
                seconds=round(time.perf_counter() - self._started, 3),
            )
        )

    def _snapshot(self) -> None:
        self._callbacks.on_snapshot(self._step, self._averaged.get_weights())

    @property
    def _weights(self) -> list[Any]:
        """All weights that change from step to step."""
        averaged = self._averaged.weights if self._spec.weight_average else []
        return [*self._network.weights, *averaged]

    def _checkpoint(self) -> None:
        state = TrainingState(
            step=self._step,
            seconds=time.perf_counter() - self._started,
            sums=(*self._epoch_sums.sums, *self._row_sums.sums),
            variables=(*map(np.asarray, self._weights), *self._optimizer.state),
        )
        if all(np.isfinite(value).all() for value in state.variables):
            self._callbacks.on_checkpoint(state)
        self._checkpointed = time.perf_counter()

    def restore(self, state: TrainingState) -> None:
        """Resume from a state."""
        weights = self._weights
        for weight, value in zip(weights, state.variables, strict=False):
            weight.assign(value)
        self._optimizer.state = state.variables[len(weights) :]
        self._step = state.step
        self._epoch_sums, self._row_sums = MetricSums(*state.sums[:3]), MetricSums(*state.sums[3:])
        # The state has the rate as float32, and rows have it as it was planned.
        rate = self._optimizer.learning_rate.numpy()
        planned = self._spec.learning_rate_at(max(0, state.step - 1))
        self._learning_rate = planned if np.float32(planned) == rate else float(str(rate))
        self._started = time.perf_counter() - state.seconds
