"""A person's digits as a part of a training: what is held out, what is mixed, what is kept."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnistviz.core.errors import DataError, RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import Parent
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import fine_tune_set, registry
from mnistviz.runs.registry import Run

DATA = load_mnist()
SET = LabelledSet("mine", DATA.x_test[:23], DATA.y_test[:23])
TRAIN = TrainSpec(num_images=1_000, batch_size=100, held_out=5_000, epochs=1)


def make_run(fold: int | None = 0, name: str | None = None) -> Run:
    parts = fine_tune_set.split(SET, fold)
    own = fine_tune_set.described(parts, SET, 0.2, fold)
    run = registry.create_run("best", ModelSpec(), TRAIN, name, Parent(run="best", step=6880), own)
    fine_tune_set.write(run.path, parts)
    return run


@given(st.integers(4, 60), st.integers(0, 3))
def test_every_digit_is_held_out_once_and_each_class_by_turns(number: int, fold: int) -> None:
    found = LabelledSet("mine", DATA.x_test[:number], DATA.y_test[:number])
    parts = fine_tune_set.split(found, fold)
    held = {my_digits.id_of(image) for image in parts.held_images}
    rest = {my_digits.id_of(image) for image in parts.images}
    assert not held & rest
    assert len(held) + len(rest) == number
    others = [fine_tune_set.split(found, other).held_images for other in range(4) if other != fold]
    assert not held & {my_digits.id_of(image) for part in others for image in part}
    of_class = np.bincount(found.labels, minlength=10)
    assert (np.abs(np.bincount(parts.held_labels, minlength=10) - of_class / 4) < 1).all()


def test_none_or_too_few_are_held_out() -> None:
    everything = fine_tune_set.split(SET, None)
    assert (len(everything.labels), len(everything.held_labels)) == (23, 0)
    one = LabelledSet("mine", SET.images[:1], SET.labels[:1])
    assert len(fine_tune_set.split(one, None).labels) == 1
    with pytest.raises(DataError) as caught:
        fine_tune_set.split(one, 0)
    assert str(caught.value) == (
        "mine: expected 1 to 2,000 digits to train on, and some to hold out, got 1 in all; keep "
        "more of them, or hold none out"
    )


def test_a_fifth_of_an_epoch_is_the_digits_and_the_rest_is_mnist() -> None:
    parts = fine_tune_set.split(SET, 0)
    own = fine_tune_set.described(parts, SET, 0.2, 0)
    data = fine_tune_set.mixed(DATA, TRAIN, own, parts)
    mine = {image.tobytes(): label for image, label in zip(parts.images, parts.labels, strict=True)}
    times = dict.fromkeys(mine, 0)
    for image, label in zip(data.x_train[:200], data.y_train[:200], strict=True):
        times[image.tobytes()] += 1
        assert mine[image.tobytes()] == label
    assert max(times.values()) - min(times.values()) == 1
    mnist = {image.tobytes(): i for i, image in enumerate(DATA.x_train)}
    places = [mnist[image.tobytes()] for image in data.x_train[200:1_000]]
    assert len(set(places)) == 800
    # Nothing that is held out, and not just the first images, which other trainings see.
    assert max(places) < 55_000
    assert np.mean(places) > 25_000
    assert np.array_equal(data.y_train[200:1_000], DATA.y_train[places])
    assert np.array_equal(data.x_train[1_000:], DATA.x_train[1_000:])
    assert data.x_test is DATA.x_test
    again = fine_tune_set.mixed(DATA, TRAIN, own, parts)
    assert np.array_equal(again.x_train, data.x_train)
    other = fine_tune_set.mixed(DATA, TRAIN.changed(seed=1), own, parts)
    assert not np.array_equal(other.x_train, data.x_train)


def test_the_file_in_the_run_is_the_one_that_its_spec_names() -> None:
    run = make_run()
    for found, kept in zip(
        fine_tune_set.read(run).arrays, fine_tune_set.split(SET, 0).arrays, strict=True
    ):
        assert np.array_equal(found, kept)
    file = run.path / fine_tune_set.FILE
    with np.load(file) as arrays:
        assert arrays["x_train"].shape == (17, 28, 28)
    fine_tune_set.write(run.path, fine_tune_set.split(SET, 1))
    for reason in ("others than spec.json names", "[Errno 2] No such file or directory"):
        with pytest.raises(RunError) as caught:
            fine_tune_set.read(run)
        assert str(caught.value).startswith(
            f"best-1: expected the digits that it trains on in own.npz, got {reason}"
        )
        assert str(caught.value).endswith("; fine-tune anew")
        file.unlink(missing_ok=True)


def test_what_a_run_was_trained_on_is_told_through_its_parents() -> None:
    run = make_run()
    trained = {my_digits.id_of(image) for image in fine_tune_set.split(SET, 0).images}
    assert fine_tune_set.trained_ids(run) == trained
    fork = registry.create_run("best", ModelSpec(), TRAIN, "fork", Parent(run=run.id, step=10))
    assert fine_tune_set.trained_ids(fork) == trained
    assert fine_tune_set.trained_ids(registry.find_run("best")) == set()
    assert fine_tune_set.num_trained_on(fork, SET.images) == 17
    assert fine_tune_set.num_trained_on(fork, DATA.x_train[:9]) == 0


def test_the_four_parts_of_a_set_find_each_other() -> None:
    made = [make_run(fold) for fold in (2, 0, 1)]
    newer = replace(
        made[1], spec=made[1].spec.changed(created=made[1].spec.created + timedelta(seconds=1))
    )
    found = fine_tune_set.siblings(
        made[0], [*made, newer, registry.find_run("best"), make_run(None)]
    )
    assert found == [newer, made[2], made[0]]
