"""The spec of a training: its settings, its schedule, its split of the data.

Limits, defaults, help texts and presentation are in the fields: forms, command line, summaries and
the validator read them from here (`mnistviz.core.settings`).
"""

import functools
from typing import Literal, Self

from pydantic import model_validator

from mnistviz.core.constants import (
    MAX_OWN_IMAGES,
    NUM_SOFT_LABELS,
    NUM_TABLET_DIGITS,
    NUM_TRAINING_IMAGES,
)
from mnistviz.core.errors import SpecError
from mnistviz.core.frozen import Frozen
from mnistviz.core.settings import setting

# Images that a training has at least.
MIN_TRAINED = 100

# A setting that only recipes change: neither in the form nor on the command line.
_recipe_setting = functools.partial(setting, column=None, option=None)


class TrainSpec(Frozen):
    """The settings of a training on MNIST's 60,000 training images, or on an own data set."""

    epochs: int = setting(
        20, "Times that every training image is seen.", (1, 200), form_position=1, option_position=1
    )
    batch_size: int = setting(
        128,
        "Images between two changes of the weights.",
        (8, 1024),
        form_position=2,
        option_position=6,
    )
    learning_rate: float = setting(
        0.003,
        "Adam's step size: in the first epoch, or at its highest.",
        (1e-6, 0.1),
        form_position=3,
        option_position=7,
        step=0.0005,
        digits=6,
    )
    schedule: Literal["decay", "one-cycle"] = _recipe_setting(
        "decay",
        "How the learning rate changes. decay: from epoch to epoch, ever lower. one-cycle: up to "
        "its highest and down to zero, in straight lines from step to step.",
    )
    decay: float = _recipe_setting(
        0.319,
        "Of the schedule decay: the learning rate of epoch e, counted from 0, is learning_rate / "
        "(1 + decay × e).",
        (0, 10),
    )
    warm_up: float = _recipe_setting(
        0.25,
        "Of the schedule one-cycle: share of the training in which the learning rate rises.",
        (0, 0.9),
    )
    augmentation: float = _recipe_setting(
        0.0,
        "How far images are changed each time they are trained on. 1: turned by up to 15°, moved "
        "by up to 2 pixels, stretched and sheared by up to 15 %. 0: not at all.",
        (0, 2),
    )
    bend: float = _recipe_setting(
        0.0,
        "How far images are bent each time they are trained on, like rubber: by how many pixels a "
        "place moves, as a standard deviation. 0: not at all.",
        (0, 5),
    )
    ink: float = _recipe_setting(
        0.0,
        "Share of MNIST's images whose lines are made thinner, thicker, softer or harder each time "
        "they are trained on.",
        (0, 1),
    )
    label_smoothing: float = _recipe_setting(
        0.0, "Share of each label that is spread evenly over all ten digits.", (0, 0.5)
    )
    soft_labels: float = _recipe_setting(
        0.0,
        "Share of the loss that compares the answers with soft labels: the stored answers of "
        "larger networks (Hinton, Vinyals and Dean 2015). The rest is that of the labels. 0: none.",
        (0, 1),
    )
    weight_average: float = _recipe_setting(
        0.0,
        "Keep an average of the weights: each step, so large a share of it stays and the rest is "
        "the new weights. Validation and snapshots use the average. 0: none.",
        (0, 0.9999),
    )
    num_images: int = setting(
        NUM_TRAINING_IMAGES,
        "Train on the first N images of the training set.",
        (MIN_TRAINED, MAX_OWN_IMAGES),
        title="Training images",
        column="data",
        form_position=1,
        option="limit",
        option_position=8,
        step=1000,
    )
    pen_digits: int = _recipe_setting(
        0,
        "Train on so many digits beside them that are drawn as with a pen, also in ways that MNIST "
        "hardly has: a 1 with a long upstroke, a crossed 7.",
        (0, NUM_TRAINING_IMAGES),
    )
    tablet_digits: int = _recipe_setting(
        0,
        "Train on so many digits beside them that people wrote with a pen on a tablet.",
        (0, NUM_TABLET_DIGITS),
    )
    tablet_ink: float = _recipe_setting(
        0.0, "Share of these digits whose lines are changed, as that of MNIST's images.", (0, 1)
    )
    held_out: int = _recipe_setting(
        0,
        "The last N training images are not trained on but validate every epoch; the test set is "
        "then read once, at the end. 0 validates on the test set.",
        (0, MAX_OWN_IMAGES),
    )
    available: int = _recipe_setting(
        NUM_TRAINING_IMAGES,
        "Images that the data set has to train and validate on.",
        (MIN_TRAINED, MAX_OWN_IMAGES),
        changes_result=False,
    )
    measure_gap: bool = setting(
        False,
        "After every epoch, also score the first 10,000 of the images trained on, with dropout "
        "off: what the network does better on them than on images it never saw is the gap. "
        "Changes nothing about the training.",
        title="Measure the gap",
        column="data",
        form_position=3,
        form_value=True,
        option="gap",
        option_position=9,
        changes_result=False,
    )
    seed: int = setting(
        0,
        "Names one result: first weights, order of the images, dropout.",
        (0, 2**31 - 1),
        column="data",
        form_position=2,
        option_position=2,
    )

    @model_validator(mode="after")
    def _images_suffice(self) -> Self:
        most = self.available - self.held_out
        if self.num_images > most:
            reason = (
                f"because the last {self.held_out:,} of the {self.available:,} training images "
                "are held out"
                if self.held_out
                else "the number of training images"
            )
            raise ValueError(
                f"num_images: expected at most {most:,}, {reason}, got {self.num_images}"
            )
        if self.batch_size > self.num_images:
            raise ValueError(
                f"batch_size: expected at most the number of training images, {self.num_images}, "
                f"got {self.batch_size}"
            )
        return self

    @model_validator(mode="after")
    def _every_image_has_a_soft_label(self) -> Self:
        if self.soft_labels and (self.num_images > NUM_SOFT_LABELS or self.pen_digits):
            raise ValueError(
                f"soft_labels: expected at most {NUM_SOFT_LABELS:,} training images and no pen "
                f"digits, because the others have no soft labels, got {self.num_images} and "
                f"{self.pen_digits}"
            )
        return self

    @property
    def uses_mnist(self) -> bool:
        """Whether it trains on what belongs to MNIST: soft labels and further digits."""
        return bool(self.soft_labels or self.pen_digits or self.tablet_digits)

    def for_data(self, num_train: int, num_validation: int) -> Self:
        """Return the settings for a data set of one's own: all its images are used.

        It is validated on the set's validation part. What belongs to MNIST is left out.
        Raises `SpecError` for a set with too few images.
        """
        if num_train < MIN_TRAINED:
            raise SpecError(
                f"data: expected at least {MIN_TRAINED} images to train on, got {num_train:,}"
            )
        return self.changed(
            num_images=num_train,
            held_out=num_validation,
            available=num_train + num_validation,
            batch_size=min(self.batch_size, num_train),
            soft_labels=0.0,
            pen_digits=0,
            tablet_digits=0,
            tablet_ink=0.0,
        )

    @property
    def num_trained(self) -> int:
        """The number of images in an epoch: MNIST's, then tablet digits, then pen digits."""
        return self.num_images + self.tablet_digits + self.pen_digits

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.num_trained // self.batch_size)

    @property
    def num_steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @property
    def validated_on(self) -> Literal["test", "held_out"]:
        """The images that the validation accuracy is measured on."""
        return "held_out" if self.held_out else "test"

    def learning_rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0, rounded as in the published log."""
        if self.schedule == "decay":
            epoch = step // self.steps_per_epoch
            return round(self.learning_rate / (1 + self.decay * epoch), 10)
        # At the middle of the step, so that no step has the rate 0.
        done = (step + 0.5) / self.num_steps
        rising = done / self.warm_up if self.warm_up else 1.0
        return round(self.learning_rate * min(rising, (1 - done) / (1 - self.warm_up)), 10)

    def after(self, epoch: int) -> Self:
        """Return the spec of the rest of this training after an epoch.

        Its epochs are counted from 0 and its learning rate continues that of this one; of a
        finished training one more epoch is left. A cycle in its rising part starts from zero
        again, and reaches the same maximum at the same time.
        """
        epoch = min(epoch, self.epochs - 1)
        left = self.epochs - epoch
        if self.schedule == "decay":
            return self.changed(
                epochs=left,
                learning_rate=self.learning_rate_at(epoch * self.steps_per_epoch),
                decay=self.decay / (1 + self.decay * epoch),
            )
        rising = max(0.0, self.warm_up * self.epochs - epoch) / left
        share = 1.0 if rising else left / self.epochs / (1 - self.warm_up)
        return self.changed(epochs=left, learning_rate=self.learning_rate * share, warm_up=rising)

    def epoch_at(self, step: int) -> float:
        """Return the number of epochs in `step` optimizer steps."""
        return step / self.steps_per_epoch
