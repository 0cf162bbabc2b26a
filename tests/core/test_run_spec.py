"""The spec of a run, as JSON."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given

from mnistviz.core.assets import ASSETS
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import DataRef, OwnDigits, RunSpec
from mnistviz.core.train_spec import TrainSpec
from tests.helpers.spec_strategies import models, trainings

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


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
        "model": {
            "channels": [10, 15, 20],
            "batch_norm": True,
            "dropout": 0.1,
            "network": "",
            "num_classes": 10,
        },
        "train": {
            "epochs": 20,
            "batch_size": 128,
            "learning_rate": 0.003,
            "schedule": "decay",
            "decay": 0.319,
            "warm_up": 0.25,
            "augmentation": 0.0,
            "bend": 0.0,
            "ink": 0.0,
            "label_smoothing": 0.0,
            "soft_labels": 0.0,
            "weight_average": 0.0,
            "num_images": 60_000,
            "pen_digits": 0,
            "tablet_digits": 0,
            "tablet_ink": 0.0,
            "held_out": 0,
            "available": 60_000,
            "measure_gap": False,
            "seed": 0,
        },
        "parent": None,
        "own": None,
        "data": None,
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


def test_own_digits_have_no_soft_labels() -> None:
    train = TrainSpec(num_images=1_000, soft_labels=0.9)
    own = OwnDigits(
        trained_on=1, held_out=0, fold=None, share=0.1, sha256="0" * 64, of_sha256="0" * 64
    )
    with pytest.raises(SpecError, match="soft_labels"):
        RunSpec(recipe="best", created=NOON, model=ModelSpec(), train=train, own=own)
    assert RunSpec(
        recipe="best", created=NOON, model=ModelSpec(), train=train.changed(soft_labels=0), own=own
    ).own


DATA = DataRef(
    id="signs-1",
    name="signs",
    sha256="0" * 64,
    class_names=("A", "B", "C"),
    num_train=900,
    num_validation=100,
    num_test=50,
)


def test_a_run_on_own_data_has_its_classes() -> None:
    train = TrainSpec(soft_labels=0.9, num_images=55_000, held_out=5_000).for_data(900, 100)
    assert (train.num_images, train.held_out, train.uses_mnist) == (900, 100, False)
    model = ModelSpec().for_classes(3)
    spec = RunSpec(recipe="reference", created=NOON, model=model, train=train, data=DATA)
    assert spec.class_names == ("A", "B", "C")
    assert model.layers[-1].output_shape == (3,)
    assert RunSpec(**json.loads(spec.model_dump_json())) == spec
    assert RunSpec(recipe="a", created=NOON, model=ModelSpec(), train=TrainSpec()).class_names == (
        *"0123456789",
    )
    with pytest.raises(SpecError, match="one score for each of 3 classes, got 10"):
        RunSpec(recipe="reference", created=NOON, model=ModelSpec(), train=train, data=DATA)
    changed = train.changed(pen_digits=10)
    with pytest.raises(SpecError, match="data: expected MNIST"):
        RunSpec(recipe="reference", created=NOON, model=model, train=changed, data=DATA)
    with pytest.raises(SpecError, match="at least 100 images to train on, got 99"):
        TrainSpec().for_data(99, 10)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("8C3-BN-MP2-10C13", "8C3-BN-MP2-5C13"),
        ("F-32FC-10FC", "F-32FC-5FC"),
        ("8C3-MP2-10C1-GAP", "8C3-MP2-5C1-GAP"),
        ("", ""),
    ],
)
def test_the_head_has_the_size_of_the_data_set(network: str, expected: str) -> None:
    model = ModelSpec(network=network).for_classes(5)
    assert model.network == expected
    assert model.layers[-1].output_shape == (5,)
    assert model.for_classes(10) == ModelSpec(network=network)
