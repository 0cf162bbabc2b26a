"""The spec of a run, stored in `spec.json`: network, training, parent and own digits."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.frozen import Frozen
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec


class Parent(Frozen):
    """The snapshot that a run started from: the id of another run, and a step of it."""

    run: str
    step: Annotated[int, Field(ge=0)]


class OwnDigits(Frozen):
    """A person's own digits that a run trains on besides MNIST's, stored in its `own.npz`.

    `fold` is the part of the set that is held out (`fine_tune_set.FOLDS`), None: none is. `sha256`
    is that of the file's content, `of_sha256` that of the whole set.
    """

    trained_on: Annotated[int, Field(ge=1)]
    held_out: Annotated[int, Field(ge=0)]
    fold: Annotated[int, Field(ge=0)] | None
    share: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            description="Share of what it trains on that is your digits, repeated; the rest are "
            "training images of MNIST, so that it does not forget them.",
        ),
    ]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    of_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class DataRef(Frozen):
    """The data set of one's own that a run is trained on, stored in `<home>/data-sets`.

    `sha256` is that of its images, labels and names of classes: an import of the same files with
    the same choices has the same one.
    """

    id: str
    name: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    class_names: Annotated[tuple[str, ...], Field(min_length=2, max_length=62)]
    num_train: Annotated[int, Field(ge=0)]
    num_validation: Annotated[int, Field(ge=0)]
    num_test: Annotated[int, Field(ge=0)]


class RunSpec(Frozen):
    """Everything that determines the result of a run, as stored in `spec.json`.

    A run with a parent is a fork: its first weights are the parent's, stored in `start.npz`. A run
    with `own` also trains on a person's digits. One without `data` is trained on MNIST.
    """

    schema_version: Literal[1] = 1
    recipe: str
    created: AwareDatetime
    model: ModelSpec
    train: TrainSpec
    parent: Parent | None = None
    own: OwnDigits | None = None
    data: DataRef | None = None

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the scores."""
        return self.data.class_names if self.data else DIGIT_NAMES

    @model_validator(mode="after")
    def _network_is_for_this_data(self) -> Self:
        if self.model.num_classes != len(self.class_names):
            raise ValueError(
                f"network: expected one score for each of {len(self.class_names)} classes, got "
                f"{self.model.num_classes}"
            )
        if self.data and self.train.uses_mnist:
            raise ValueError(
                "data: expected MNIST where a run trains on soft labels, pen digits or tablet "
                f"digits, got {self.data.name!r}"
            )
        return self

    @model_validator(mode="after")
    def _soft_labels_are_of_these_images(self) -> Self:
        if self.own and self.train.soft_labels:
            raise ValueError(
                "soft_labels: expected 0 where a run trains on own digits, because only MNIST's "
                f"images have soft labels, got {self.train.soft_labels:g}"
            )
        return self
