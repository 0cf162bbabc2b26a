"""The specification of a run: its layer table, its limits, its words."""

import json
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.core.run_spec import RunSpec
from mnistviz.core.train_spec import TrainSpec

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)

# The table of docs/architecture.md, layer by layer: name, output, parameters.
REFERENCE_LAYERS = [
    ("conv1", (26, 26, 10), 100),
    ("bn1", (26, 26, 10), 40),
    ("dropout1", (26, 26, 10), 0),
    ("conv2", (24, 24, 15), 1_365),
    ("bn2", (24, 24, 15), 60),
    ("dropout2", (24, 24, 15), 0),
    ("conv3", (22, 22, 20), 2_720),
    ("bn3", (22, 22, 20), 80),
    ("dropout3", (22, 22, 20), 0),
    ("pool", (11, 11, 20), 0),
    ("conv4", (11, 11, 10), 210),
    ("bn4", (11, 11, 10), 40),
    ("dropout4", (11, 11, 10), 0),
    ("conv5", (9, 9, 15), 1_365),
    ("bn5", (9, 9, 15), 60),
    ("dropout5", (9, 9, 15), 0),
    ("conv6", (7, 7, 20), 2_720),
    ("bn6", (7, 7, 20), 80),
    ("dropout6", (7, 7, 20), 0),
    ("conv7", (7, 7, 10), 210),
    ("bn7", (7, 7, 10), 40),
    ("dropout7", (7, 7, 10), 0),
    ("conv8", (1, 1, 10), 4_910),
    ("flatten", (10,), 0),
    ("softmax", (10,), 0),
]

NUMBERS = [
    (spec, name)
    for spec in (ModelSpec, TrainSpec)
    for name, field in spec.model_fields.items()
    if field.annotation in (int, float)
]

plans = st.tuples(*[st.integers(1, 64)] * 3)
models = st.builds(
    ModelSpec, channels=plans, batch_norm=st.booleans(), dropout=st.sampled_from([0, 0.1, 0.9])
)


@st.composite
def trainings(draw: st.DrawFn) -> TrainSpec:
    held_out = draw(st.integers(0, 30_000))
    num_images = draw(st.integers(100, 60_000 - held_out))
    return TrainSpec(
        epochs=draw(st.integers(1, 200)),
        batch_size=draw(st.integers(8, min(1024, num_images))),
        learning_rate=draw(st.floats(1e-6, 0.1)),
        decay=draw(st.floats(0, 10)),
        num_images=num_images,
        held_out=held_out,
        seed=draw(st.integers(0, 2**31 - 1)),
    )


# ---------------------------------------------------------------- the network


def test_the_reference_network_is_the_published_table() -> None:
    spec = ModelSpec()
    table = [(layer.name, layer.output_shape, layer.parameters) for layer in spec.layers]
    assert table == REFERENCE_LAYERS
    assert spec.plan == "10/15/20"
    trainable = spec.parameters - spec.non_trainable
    assert (spec.parameters, trainable, spec.non_trainable) == (14_000, 13_800, 200)


def test_only_the_last_convolution_has_no_relu() -> None:
    relu = {layer.name: layer.relu for layer in ModelSpec().convolutions}
    assert relu == {**{f"conv{number}": True for number in range(1, 8)}, "conv8": False}


def test_weights_are_named_as_keras_names_them() -> None:
    weights = {layer.name: layer.weights for layer in ModelSpec().layers}
    assert weights["conv8"] == (("kernel", (7, 7, 10, 10)), ("bias", (10,)))
    assert weights["conv4"] == (("kernel", (1, 1, 20, 10)), ("bias", (10,)))
    assert weights["bn2"] == (
        ("gamma", (15,)),
        ("beta", (15,)),
        ("moving_mean", (15,)),
        ("moving_variance", (15,)),
    )


@pytest.mark.parametrize(
    ("channels", "batch_norm", "parameters"),
    [
        ((10, 15, 20), True, 14_000),
        ((8, 16, 32), True, 18_050),
        ((8, 16, 20), True, 14_234),
        ((5, 15, 20), True, 13_255),
        ((10, 15, 20), False, 13_600),
        ((10, 12, 16), False, 11_022),
    ],
)
def test_the_totals_of_the_channel_plans(
    channels: tuple[int, ...], batch_norm: bool, parameters: int
) -> None:
    assert ModelSpec(channels=channels, batch_norm=batch_norm).parameters == parameters


@given(models)
def test_every_plan_has_the_parameters_of_the_closed_formula(spec: ModelSpec) -> None:
    a, b, c = spec.channels
    first_block = 10 * a + (9 * a + 1) * b + (9 * b + 1) * c
    second_block = (c + 1) * 10 + 91 * b + (9 * b + 1) * c + (c + 1) * 10
    normalized_channels = a + 2 * b + 2 * c + 20 if spec.batch_norm else 0
    last = 7 * 7 * 10 * 10 + 10
    assert spec.parameters == first_block + second_block + 4 * normalized_channels + last
    assert spec.non_trainable == 2 * normalized_channels


def test_no_dropout_and_no_normalization_leave_their_layers_out() -> None:
    bare = ModelSpec(batch_norm=False, dropout=0)
    names = [name for name, _, _ in REFERENCE_LAYERS]
    expected = [name for name in names if not name.startswith(("bn", "dropout"))]
    assert [layer.name for layer in bare.layers] == expected
    only_dropout = [layer.name for layer in ModelSpec(batch_norm=False).layers]
    assert only_dropout == [name for name in names if not name.startswith("bn")]
    only_norm = [layer.name for layer in ModelSpec(dropout=0).layers]
    assert only_norm == [name for name in names if not name.startswith("dropout")]


# ---------------------------------------------------------------- limits and help


@pytest.mark.parametrize(("spec", "name"), NUMBERS)
def test_every_number_has_both_limits_and_keeps_to_them(
    spec: type[ModelSpec] | type[TrainSpec], name: str
) -> None:
    limits = spec.limits(name)
    assert set(limits) == {"ge", "le"}
    assert limits["ge"] <= getattr(spec(), name) <= limits["le"]
    for bound, beyond in (("ge", limits["ge"] - 1), ("le", limits["le"] + 1)):
        with pytest.raises(SpecError, match=f"^{name}: expected "):
            spec(**{name: beyond})
        # A form starts from the default and may go to the very end of its range.
        most = {"num_images": 60_000 - limits["le"]} if name == "held_out" else {}
        images = {"batch_size": 8} if name == "num_images" else {}
        changed = spec(**{**most, **images, name: limits[bound]})
        assert getattr(changed, name) == limits[bound]


def test_the_numbers_are_all_there() -> None:
    assert [name for _, name in NUMBERS] == [
        "dropout",
        "epochs",
        "batch_size",
        "learning_rate",
        "decay",
        "warm_up",
        "augmentation",
        "bend",
        "label_smoothing",
        "weight_average",
        "num_images",
        "pen_digits",
        "held_out",
        "seed",
    ]
    assert TrainSpec.limits("epochs") == {"ge": 1, "le": 200}


@pytest.mark.parametrize("spec", [ModelSpec, TrainSpec])
def test_every_setting_says_what_it_does(spec: type[ModelSpec] | type[TrainSpec]) -> None:
    for name in spec.model_fields:
        assert spec.help(name).endswith("."), name


# ---------------------------------------------------------------- refused settings


@pytest.mark.parametrize(
    ("spec", "settings", "message"),
    [
        (TrainSpec, {"epochs": 0}, "epochs: expected at least 1, got 0"),
        (TrainSpec, {"epochs": 201}, "epochs: expected at most 200, got 201"),
        (
            TrainSpec,
            {"batch_size": 1025},
            "batch_size: expected at most 1024, got 1025",
        ),
        (
            TrainSpec,
            {"batch_size": 128, "num_images": 100},
            "batch_size: expected at most the number of training images, 100, got 128",
        ),
        (
            TrainSpec,
            {"num_images": 55_001, "held_out": 5_000},
            "num_images: expected at most 55,000, because the last 5,000 of the 60,000 training "
            "images are held out, got 55001",
        ),
        (
            TrainSpec,
            {"learning_rate": float("nan")},
            "learning_rate: expected a finite number, got nan",
        ),
        (TrainSpec, {"epoch": 3}, "epoch is not a setting"),
        (
            TrainSpec,
            {"epochs": 0, "seed": -1},
            "epochs: expected at least 1, got 0; seed: expected at least 0, got -1",
        ),
        (
            ModelSpec,
            {"channels": (10, 15)},
            "channels: expected three whole numbers from 1 to 64, got (10, 15)",
        ),
        (
            ModelSpec,
            {"channels": (0, 15, 20)},
            "channels: expected three whole numbers from 1 to 64, got (0, 15, 20)",
        ),
        (
            ModelSpec,
            {"channels": (10, 15, 65)},
            "channels: expected three whole numbers from 1 to 64, got (10, 15, 65)",
        ),
        (ModelSpec, {"dropout": float("nan")}, "dropout: expected a finite number, got nan"),
        (ModelSpec, {"dropout": 0.95}, "dropout: expected at most 0.9, got 0.95"),
        (ModelSpec, {"batchnorm": True}, "batchnorm is not a setting"),
    ],
)
def test_a_refused_setting_is_named_with_what_was_expected(
    spec: type[ModelSpec] | type[TrainSpec], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(SpecError) as error:
        spec(**settings)
    assert str(error.value) == message


def test_a_change_is_validated_like_a_new_spec() -> None:
    spec = TrainSpec(num_images=1_000)
    assert spec.changed(epochs=3) == TrainSpec(num_images=1_000, epochs=3)
    with pytest.raises(SpecError) as error:
        spec.changed(batch_size=1_001)
    assert str(error.value) == (
        "batch_size: expected at most the number of training images, 1000, got 1001"
    )


@pytest.mark.parametrize("name", ["channels", "dropout"])
def test_a_spec_is_frozen(name: str) -> None:
    spec = ModelSpec()
    with pytest.raises(ValidationError, match="Instance is frozen"):
        setattr(spec, name, getattr(spec, name))
    assert hash(spec) == hash(ModelSpec())


@pytest.mark.parametrize("text", ["10,15,20", "10/15/20", " 10, 15 ,20"])
def test_a_channel_plan_is_read_as_people_write_it(text: str) -> None:
    assert parse_channels(text) == (10, 15, 20)


@pytest.mark.parametrize(
    "text", ["0,x", "", "10,15", "10,15,20,", "0,15,20", "10,15,65", "1.5,2,3"]
)
def test_what_is_no_channel_plan_is_refused(text: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_channels(text)
    assert str(error.value) == (
        f"channels: expected three whole numbers from 1 to 64, like 10,15,20, got {text!r}"
    )


@given(plans)
def test_a_plan_is_read_back_from_its_text(channels: tuple[int, ...]) -> None:
    assert parse_channels(ModelSpec(channels=channels).plan) == channels


# ---------------------------------------------------------------- training


@pytest.mark.parametrize(
    ("num_images", "batch_size", "steps"),
    [(60_000, 128, 469), (5_000, 32, 157), (100, 100, 1), (101, 100, 2), (200, 100, 2)],
)
def test_a_partial_batch_is_a_step_too(num_images: int, batch_size: int, steps: int) -> None:
    spec = TrainSpec(num_images=num_images, batch_size=batch_size, epochs=3)
    assert spec.steps_per_epoch == steps
    assert spec.num_steps == 3 * steps
    assert spec.epoch_at(2 * steps) == 2


def test_held_out_images_decide_what_a_run_is_validated_on() -> None:
    assert TrainSpec().validated_on == "test"
    assert TrainSpec(num_images=55_000, held_out=5_000).validated_on == "held_out"


@given(trainings())
def test_the_decaying_learning_rate_starts_as_set_and_never_grows(spec: TrainSpec) -> None:
    rates = [spec.learning_rate_at(epoch * spec.steps_per_epoch) for epoch in range(5)]
    assert rates[0] == pytest.approx(spec.learning_rate, abs=1e-10)
    assert rates == sorted(rates, reverse=True)


def test_one_cycle_goes_straight_up_and_straight_down() -> None:
    spec = TrainSpec(
        schedule="one-cycle",
        epochs=4,
        num_images=100,
        batch_size=50,
        learning_rate=0.08,
        warm_up=0.25,
    )
    # Eight steps: two to rise in, six to fall in.
    rates = [spec.learning_rate_at(step) for step in range(8)]
    up, down = [0.02, 0.06], [0.08 * (11 - 2 * step) / 12 for step in range(6)]
    assert rates == pytest.approx([*up, *down], abs=1e-9)
    only_down = spec.changed(warm_up=0.0)
    assert only_down.learning_rate_at(0) == pytest.approx(0.08 * 15 / 16)
    assert only_down.learning_rate_at(7) == pytest.approx(0.08 * 1 / 16)


# ---------------------------------------------------------------- JSON


@given(models, trainings())
def test_a_run_comes_back_from_its_json(model: ModelSpec, train: TrainSpec) -> None:
    spec = RunSpec(recipe="try-out", created=NOON, model=model, train=train)
    text = json.dumps(spec.model_dump(mode="json"), allow_nan=False)
    assert RunSpec(**json.loads(text)) == spec


def test_the_json_is_that_of_the_runs_on_disk() -> None:
    """A changed name or default would make another spec of the runs people have."""
    spec = RunSpec(recipe="reference", created=NOON, model=ModelSpec(), train=TrainSpec())
    expected = {
        "schema_version": 1,
        "recipe": "reference",
        "created": "2026-02-03T12:00:00Z",
        "model": {"channels": [10, 15, 20], "batch_norm": True, "dropout": 0.1},
        "train": {
            "epochs": 20,
            "batch_size": 128,
            "learning_rate": 0.003,
            "schedule": "decay",
            "decay": 0.319,
            "warm_up": 0.25,
            "augmentation": 0.0,
            "bend": 0.0,
            "label_smoothing": 0.0,
            "weight_average": 0.0,
            "num_images": 60_000,
            "pen_digits": 0,
            "held_out": 0,
            "measure_gap": False,
            "seed": 0,
        },
        "parent": None,
        "own": None,
    }
    assert spec.model_dump(mode="json") == expected
    bundled = ASSETS / "runs" / "reference"
    stored = json.loads((bundled / "spec.json").read_text())
    # Made before there were forks, gaps and cycles: what it doesn't name means what it meant then.
    assert RunSpec(**{**stored, "created": NOON}) == spec


def test_a_newer_schema_is_refused() -> None:
    with pytest.raises(SpecError) as error:
        RunSpec(
            schema_version=2, recipe="plain", created=NOON, model=ModelSpec(), train=TrainSpec()
        )
    assert str(error.value) == "schema_version: expected 1, got 2"


@pytest.mark.parametrize("epoch", [0, 3, 4, 19])
@pytest.mark.parametrize("schedule", ["decay", "one-cycle"])
def test_what_is_left_after_an_epoch_goes_on_at_the_same_learning_rates(
    schedule: Literal["decay", "one-cycle"], epoch: int
) -> None:
    whole = TrainSpec(schedule=schedule, warm_up=0.1)
    rest = whole.after(epoch)
    assert rest.epochs == 20 - epoch
    start = epoch * whole.steps_per_epoch
    for step in range(0, rest.num_steps, 100):
        assert rest.learning_rate_at(step) == pytest.approx(
            whole.learning_rate_at(step + start), rel=1e-6, abs=2e-10
        )


def test_one_epoch_is_left_of_a_training_that_is_over() -> None:
    whole = TrainSpec()
    assert whole.after(20) == whole.after(19)
    assert whole.after(19).epochs == 1


def test_what_is_left_of_a_rising_cycle_rises_from_zero_to_the_same_height() -> None:
    rest = TrainSpec(schedule="one-cycle", warm_up=0.5).after(5)
    assert (rest.epochs, rest.learning_rate) == (15, 0.003)
    assert rest.warm_up == pytest.approx(1 / 3)
