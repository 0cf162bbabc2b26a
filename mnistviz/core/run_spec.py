"""The spec of a run, stored in `spec.json`: network, training, parent and own digits."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

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


class RunSpec(Frozen):
    """Everything that determines the result of a run, as stored in `spec.json`.

    A run with a parent is a fork: its first weights are the parent's, stored in `start.npz`. A run
    with `own` also trains on a person's digits.
    """

    schema_version: Literal[1] = 1
    recipe: str
    created: AwareDatetime
    model: ModelSpec
    train: TrainSpec
    parent: Parent | None = None
    own: OwnDigits | None = None

    @model_validator(mode="after")
    def _soft_labels_are_of_these_images(self) -> Self:
        if self.own and self.train.soft_labels:
            raise ValueError(
                "soft_labels: expected 0 where a run trains on own digits, because only MNIST's "
                f"images have soft labels, got {self.train.soft_labels:g}"
            )
        return self
