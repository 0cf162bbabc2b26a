"""Specs: limits, help texts and refused settings."""

from typing import Any

import pytest
from pydantic import ValidationError

from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec

NUMBERS = [
    (spec, name)
    for spec in (ModelSpec, TrainSpec)
    for name, field in spec.model_fields.items()
    if field.annotation in (int, float)
]


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
        few, all_own = {"num_images": 100, "batch_size": 8}, {"available": 200_000}
        others: dict[str, Any] = {
            "num_images": {"batch_size": 8, **all_own},
            "soft_labels": {"num_images": 55_000},
            "held_out": {**few, "available": 200_000},
            "available": few,
        }.get(name, {})
        if name == "held_out" and bound == "le":
            # All but the images that a training has at least.
            limits = {**limits, "le": 199_900}
        changed = spec(**{**others, name: limits[bound]})
        assert getattr(changed, name) == limits[bound]


def test_the_numbers_are_all_there() -> None:
    assert [name for _, name in NUMBERS] == [
        "dropout",
        "num_classes",
        "epochs",
        "batch_size",
        "learning_rate",
        "decay",
        "warm_up",
        "augmentation",
        "bend",
        "ink",
        "label_smoothing",
        "soft_labels",
        "weight_average",
        "num_images",
        "pen_digits",
        "tablet_digits",
        "tablet_ink",
        "held_out",
        "available",
        "seed",
    ]
    assert TrainSpec.limits("epochs") == {"ge": 1, "le": 200}


@pytest.mark.parametrize("spec", [ModelSpec, TrainSpec])
def test_every_setting_says_what_it_does(spec: type[ModelSpec] | type[TrainSpec]) -> None:
    for name in spec.model_fields:
        assert spec.help(name).endswith("."), name


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
