"""What a run is, as one frozen value: the network, its training, its split of the data.

Limits, defaults and help texts stand in the fields below and nowhere else: the
forms, the command line and the validator all read them from here.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from mnistviz.core.errors import SpecError

IMAGE_SIZE = 28
NUM_CLASSES = 10
NUM_TRAINING_IMAGES = 60_000
NUM_TEST_IMAGES = 10_000

# The 1x1 convolutions squeeze whatever comes in down to this many channels.
NUM_SQUEEZED = 10
MAX_CHANNELS = 64


@dataclass(frozen=True)
class Layer:
    """One layer of the network, known without building it.

    `output_shape` is (height, width, channels), or (classes,) at the end.
    `weights` names the arrays of the layer with their shapes, in the order in
    which Keras' `get_weights()` returns them.
    """

    name: str
    type: str
    output_shape: tuple[int, ...]
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()
    relu: bool = False

    @property
    def parameters(self) -> int:
        return sum(_size(shape) for _, shape in self.weights)

    @property
    def non_trainable(self) -> int:
        return sum(_size(shape) for name, shape in self.weights if name.startswith("moving_"))

    @property
    def multiply_accumulates(self) -> int:
        """Multiplications, each with its addition, that a convolution makes for one image."""
        kernels = [shape for name, shape in self.weights if name == "kernel"]
        return sum(_size(shape) * _size(self.output_shape[:2]) for shape in kernels)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def three_channel_counts(channels: tuple[int, ...]) -> tuple[int, ...]:
    if len(channels) != 3 or not all(1 <= count <= MAX_CHANNELS for count in channels):
        raise ValueError(f"three whole numbers from 1 to {MAX_CHANNELS}")
    return channels


class Frozen(BaseModel):
    """Settings that can't be changed once made, and take no unknown name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SpecError(_sentence(error)) from None

    def changed(self, **values: Any) -> Self:
        """A copy with some settings changed, validated like a new one."""
        return type(self)(**{**self.model_dump(), **values})

    @classmethod
    def limits(cls, name: str) -> dict[str, Any]:
        """Limits of a number, as `ge`, `gt`, `le`, `lt`: whichever the field has."""
        found: dict[str, Any] = {}
        for rule in cls.model_fields[name].metadata:
            for bound in ("ge", "gt", "le", "lt"):
                if (value := getattr(rule, bound, None)) is not None:
                    found[bound] = value
        return found

    @classmethod
    def help(cls, name: str) -> str:
        """One sentence on what the setting does."""
        return cls.model_fields[name].description or ""


# What pydantic would say in a programmer's words.
_EXPECTED = {
    "missing": "a value",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "tuple_type": "a list of numbers",
    "timezone_aware": "a time with its time zone",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}


def _sentence(error: ValidationError) -> str:
    """All that is wrong with some settings, as one line a person can act on."""
    parts = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
        message = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        message = _EXPECTED.get(problem["type"], message).format(**problem.get("ctx", {}))
        found = "none" if problem["type"] == "missing" else repr(problem["input"])
        if problem["type"] == "extra_forbidden":
            parts.append(f"{name} is not a setting")
        elif name:
            parts.append(f"{name}: expected {message}, got {found}")
        else:
            parts.append(message)
    return "; ".join(parts)


class ModelSpec(Frozen):
    """The network: its channel plan, with or without batch normalization and dropout."""

    channels: Annotated[
        tuple[int, ...],
        AfterValidator(three_channel_counts),
        Field(
            description="Channel plan a,b,c: the channels of the three 3×3 convolutions of the "
            "first block; the second block repeats b and c."
        ),
    ] = (10, 15, 20)
    batch_norm: Annotated[
        bool,
        Field(description="Batch normalization after every convolution but the last."),
    ] = True
    dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            description="Share of activations set to zero after every convolution but the last, "
            "while training. 0 leaves dropout out.",
        ),
    ] = 0.1

    @property
    def plan(self) -> str:
        """The channel plan as people write it, `10/15/20`."""
        return "/".join(str(count) for count in self.channels)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Every layer in order, from the first convolution to the softmax."""
        first, second, third = self.channels
        block = [
            ("conv1", 3, first),
            ("conv2", 3, second),
            ("conv3", 3, third),
            ("pool", 2, third),
            ("conv4", 1, NUM_SQUEEZED),
            ("conv5", 3, second),
            ("conv6", 3, third),
            ("conv7", 1, NUM_SQUEEZED),
        ]
        layers: list[Layer] = []
        size, depth = IMAGE_SIZE, 1
        for name, kernel, channels in block:
            if name == "pool":
                size //= 2
                layers.append(Layer(name, "MaxPooling2D", (size, size, depth)))
                continue
            size += 1 - kernel
            shape = (size, size, channels)
            layers.append(_convolution(name, kernel, depth, shape, relu=True))
            number = name.removeprefix("conv")
            if self.batch_norm:
                names = ("gamma", "beta", "moving_mean", "moving_variance")
                weights = tuple((weight, (channels,)) for weight in names)
                layers.append(Layer(f"bn{number}", "BatchNormalization", shape, weights))
            if self.dropout:
                layers.append(Layer(f"dropout{number}", "Dropout", shape))
            depth = channels
        layers.append(_convolution("conv8", size, depth, (1, 1, NUM_CLASSES), relu=False))
        layers.append(Layer("flatten", "Flatten", (NUM_CLASSES,)))
        layers.append(Layer("softmax", "Softmax", (NUM_CLASSES,)))
        return tuple(layers)

    @property
    def convolutions(self) -> tuple[Layer, ...]:
        """The convolutions alone, in order."""
        return tuple(layer for layer in self.layers if layer.type == "Conv2D")

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def non_trainable(self) -> int:
        return sum(layer.non_trainable for layer in self.layers)

    @property
    def trainable(self) -> int:
        return self.parameters - self.non_trainable

    @property
    def multiply_accumulates(self) -> int:
        """Multiplications, each with its addition, of all convolutions for one image."""
        return sum(layer.multiply_accumulates for layer in self.layers)


def _convolution(
    name: str, kernel: int, depth: int, shape: tuple[int, int, int], *, relu: bool
) -> Layer:
    channels = shape[-1]
    weights = (("kernel", (kernel, kernel, depth, channels)), ("bias", (channels,)))
    return Layer(name, "Conv2D", shape, weights, relu)


class TrainSpec(Frozen):
    """How a network is trained, and on which of the 60,000 training images."""

    epochs: Annotated[
        int, Field(ge=1, le=200, description="Times that every training image is seen.")
    ] = 20
    batch_size: Annotated[
        int, Field(ge=8, le=1024, description="Images between two changes of the weights.")
    ] = 128
    learning_rate: Annotated[
        float,
        Field(
            ge=1e-6, le=0.1, description="Adam's step size: in the first epoch, or at its highest."
        ),
    ] = 0.003
    schedule: Annotated[
        Literal["decay", "one-cycle"],
        Field(
            description="How the learning rate changes. decay: from epoch to epoch, ever lower. "
            "one-cycle: up to its highest and down to zero, in straight lines from step to step."
        ),
    ] = "decay"
    decay: Annotated[
        float,
        Field(
            ge=0,
            le=10,
            description="Of the schedule decay: the learning rate of epoch e, counted from 0, is "
            "learning_rate / (1 + decay × e).",
        ),
    ] = 0.319
    warm_up: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            description="Of the schedule one-cycle: share of the training in which the learning "
            "rate rises.",
        ),
    ] = 0.25
    augmentation: Annotated[
        float,
        Field(
            ge=0,
            le=2,
            description="How far images are changed each time they are trained on. 1: turned by up "
            "to 15°, moved by up to 2 pixels, stretched and sheared by up to 15 %. 0: not at all.",
        ),
    ] = 0.0
    bend: Annotated[
        float,
        Field(
            ge=0,
            le=5,
            description="How far images are bent each time they are trained on, like rubber: by "
            "how many pixels a place moves, as a standard deviation. 0: not at all.",
        ),
    ] = 0.0
    label_smoothing: Annotated[
        float,
        Field(
            ge=0,
            le=0.5,
            description="Share of each label that is spread evenly over all ten digits.",
        ),
    ] = 0.0
    weight_average: Annotated[
        float,
        Field(
            ge=0,
            le=0.9999,
            description="Keep an average of the weights: each step, so large a share of it stays "
            "and the rest is the new weights. Validation and snapshots use the average. 0: none.",
        ),
    ] = 0.0
    num_images: Annotated[
        int,
        Field(
            ge=100,
            le=NUM_TRAINING_IMAGES,
            description="Train on the first N images of the training set.",
        ),
    ] = NUM_TRAINING_IMAGES
    pen_digits: Annotated[
        int,
        Field(
            ge=0,
            le=NUM_TRAINING_IMAGES,
            description="Train on so many digits beside them that are drawn as with a pen, also in "
            "ways that MNIST hardly has: a 1 with a long upstroke, a crossed 7.",
        ),
    ] = 0
    held_out: Annotated[
        int,
        Field(
            ge=0,
            le=30_000,
            description="The last N training images are not trained on but validate every epoch; "
            "the test set is then read once, at the end. 0 validates on the test set.",
        ),
    ] = 0
    measure_gap: Annotated[
        bool,
        Field(
            description="After every epoch, also score the first 10,000 of the images trained on, "
            "with dropout off: what the network does better on them than on images it never saw "
            "is the gap. Changes nothing about the training."
        ),
    ] = False
    seed: Annotated[
        int,
        Field(
            ge=0,
            le=2**31 - 1,
            description="Names one result: first weights, order of the images, dropout.",
        ),
    ] = 0

    @model_validator(mode="after")
    def _images_suffice(self) -> Self:
        most = NUM_TRAINING_IMAGES - self.held_out
        if self.num_images > most:
            raise ValueError(
                f"num_images: expected at most {most:,}, because the last {self.held_out:,} of the "
                f"{NUM_TRAINING_IMAGES:,} training images are held out, got {self.num_images}"
            )
        if self.batch_size > self.num_images:
            raise ValueError(
                f"batch_size: expected at most the number of training images, {self.num_images}, "
                f"got {self.batch_size}"
            )
        return self

    @property
    def num_trained(self) -> int:
        """How many images an epoch has."""
        return self.num_images + self.pen_digits

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.num_trained // self.batch_size)

    @property
    def num_steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @property
    def validated_on(self) -> Literal["test", "held_out"]:
        """Where the validation accuracy comes from."""
        return "held_out" if self.held_out else "test"

    def learning_rate_at(self, step: int) -> float:
        """Learning rate of a step, counted from 0, rounded as the published log prints it."""
        if self.schedule == "decay":
            epoch = step // self.steps_per_epoch
            return round(self.learning_rate / (1 + self.decay * epoch), 10)
        # The middle of the step, so that no step is made at rate 0.
        done = (step + 0.5) / self.num_steps
        rising = done / self.warm_up if self.warm_up else 1.0
        return round(self.learning_rate * min(rising, (1 - done) / (1 - self.warm_up)), 10)

    def after(self, epoch: int) -> Self:
        """What is left of this training after an epoch, as a training of its own.

        Its epochs are counted from 0 again and its learning rate goes on where this one's
        was; of a training that is over, one more epoch is left. What is left of a cycle
        that still rises starts from zero again, and is as high and at its highest as soon.
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
        """How many epochs `step` optimizer steps are."""
        return step / self.steps_per_epoch


class Parent(Frozen):
    """The snapshot that a run began from: the id of another run, and a step of it."""

    run: str
    step: Annotated[int, Field(ge=0)]


class OwnDigits(Frozen):
    """A person's own digits that a run trains on beside MNIST's, kept in its `own.npz`.

    `fold` says which of four parts of the set is held out, None: none is. `sha256` is of what the
    file holds, `of_sha256` of the whole set, whichever part is held out.
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
    """Everything that decides the outcome of a run. `spec.json` holds exactly this.

    A run with a parent is a fork: its first weights are the parent's, kept in `start.npz`. One with
    `own` trains on a person's digits, too.
    """

    schema_version: Literal[1] = 1
    recipe: str
    created: AwareDatetime
    model: ModelSpec
    train: TrainSpec
    parent: Parent | None = None
    own: OwnDigits | None = None


def parse_channels(text: str) -> tuple[int, ...]:
    """Read a channel plan, `10,15,20` or `10/15/20`. Raises `SpecError` when it is none."""
    try:
        channels = tuple(int(part) for part in text.replace("/", ",").split(","))
    except ValueError:
        channels = ()
    try:
        return three_channel_counts(channels)
    except ValueError as error:
        raise SpecError(f"channels: expected {error}, like 10,15,20, got {text!r}") from None
