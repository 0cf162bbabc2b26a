"""Widths of one layer of a study, each compared with the plan that was built."""

from datetime import UTC, datetime

import pytest

from mnistviz.core.model_spec import ModelSpec
from mnistviz.studies import study_directory
from mnistviz.studies.plans import StudySpec
from mnistviz.studies.study_directory import Study, TrialResult
from mnistviz.studies.width_sweeps import built_width, cost_of_a_channel, width_scores

BUILT = (10, 15, 20)
ACCURACIES = {BUILT: (0.995, 0.996, 0.9955), (2, 15, 20): (0.990, 0.9912, 0.9905)}


def study_with(accuracies: dict[tuple[int, ...], tuple[float, ...]]) -> Study:
    spec = StudySpec(
        name="mine",
        created=datetime(2026, 1, 2, tzinfo=UTC),
        epochs=2,
        plans=(BUILT,),
        conv1_widths=(2, 20),
        seeds=(0, 1, 2),
    )
    study = study_directory.create_or_extend(spec)
    versions = {"tensorflow": "2", "keras": "3", "machine": "x"}
    for plan, values in accuracies.items():
        for seed, accuracy in enumerate(values):
            result = TrialResult(plan, seed, "r", accuracy, 0.1, 0.9, 0.1, 60, 9, versions)
            study_directory.add_result(study, result)
    return study_directory.open_study(study.path)


def test_each_trained_width_is_compared_with_the_built_one_seed_by_seed() -> None:
    narrow, built = width_scores(study_with(ACCURACIES), "conv1")
    assert (narrow.width, built.width) == (2, 10)
    assert built.comparison is None
    assert narrow.comparison is not None
    assert narrow.comparison.verdict == "worse"
    assert narrow.comparison.differences == pytest.approx((-0.005, -0.0048, -0.005))
    assert narrow.score.parameters == ModelSpec(channels=(2, 15, 20)).parameters


@pytest.mark.parametrize(
    "accuracies",
    [{}, {BUILT: (0.99,)}, {(2, 15, 20): (0.99,)}],
    ids=["nothing trained", "only the built plan", "not the built plan"],
)
def test_without_two_widths_there_is_no_comparison(
    accuracies: dict[tuple[int, ...], tuple[float, ...]],
) -> None:
    assert width_scores(study_with(accuracies), "conv1") == []


def test_a_layer_that_was_not_varied_has_no_widths() -> None:
    assert width_scores(study_with(ACCURACIES), "conv2") == []


def test_a_channel_costs_its_weights_and_those_of_the_next_layers() -> None:
    assert [built_width(layer) for layer in ("conv1", "conv2", "conv3")] == [10, 15, 20]
    # 9 weights, a bias and 4 numbers of the normalization; 9 weights in each of 15 channels.
    assert cost_of_a_channel("conv1") == 9 + 1 + 4 + 9 * 15
