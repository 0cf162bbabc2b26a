"""Studies on disk: what they train, what has come out, what a half-written file costs."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mnistviz.core.errors import RunError, SpecError, StudyError
from mnistviz.core.run_spec import DataRef
from mnistviz.core.types.inspection import LayerCoverage, LayerRedundancy
from mnistviz.core.types.studies import MeanRedundancy
from mnistviz.studies import study_directory
from mnistviz.studies.plans import StudySpec, Trial
from mnistviz.studies.study_directory import Study, TrialResult


def spec(**changes: Any) -> StudySpec:
    values: dict[str, Any] = {
        "name": "mine",
        "created": datetime(2026, 1, 2, tzinfo=UTC),
        "epochs": 2,
        "plans": ((8, 16, 32), (10, 15, 20)),
        "seeds": (0, 1),
    }
    return StudySpec(**{**values, **changes})


def result(plan: tuple[int, ...], seed: int, accuracy: float = 0.99) -> TrialResult:
    versions = {"tensorflow": "2", "keras": "3", "machine": "x"}
    return TrialResult(plan, seed, "run", accuracy, 0.03, 0.98, 0.04, 60.0, 9.0, versions)


@pytest.fixture
def study() -> Study:
    return study_directory.create_or_extend(spec())


def test_trials_are_ordered_by_seed() -> None:
    titles = [trial.title for trial in spec().trials]
    assert titles == [
        "8/16/32, seed 0",
        "10/15/20, seed 0",
        "8/16/32, seed 1",
        "10/15/20, seed 1",
    ]


def test_a_sweep_changes_one_width_and_repeats_no_plan() -> None:
    swept = spec(widths=(20, 4))
    assert swept.sweep("conv3") == {4: (10, 15, 4), 20: (10, 15, 20)}
    assert swept.all_plans == ((8, 16, 32), (10, 15, 20), (10, 15, 4))


def test_each_layer_has_a_sweep_of_its_own() -> None:
    swept = spec(conv1_widths=(2, 10), conv2_widths=(5,), widths=(4,))
    assert swept.sweep("conv1") == {2: (2, 15, 20), 10: (10, 15, 20)}
    assert swept.sweep("conv2") == {5: (10, 5, 20), 15: (10, 15, 20)}
    assert swept.all_plans[2:] == ((2, 15, 20), (10, 5, 20), (10, 15, 4))


def test_a_plan_that_differs_in_one_layer_belongs_to_its_sweep() -> None:
    swept = spec(plans=((5, 15, 20), (10, 15, 20), (8, 16, 20)))
    assert list(swept.sweep("conv1")) == [5, 10]
    assert list(swept.sweep("conv2")) == [15]


def test_the_command_names_the_layer_of_each_sweep() -> None:
    study = study_directory.create_or_extend(spec(conv1_widths=(2,), widths=(4, 8)))
    assert "--layer conv1 --widths 2 --layer conv3 --widths 4,8 --seeds" in study.command


def test_trials_differ_only_in_plan_and_seed() -> None:
    one, other = spec().trials[0], spec().trials[-1]
    assert spec().model_of(one).changed(channels=(10, 15, 20)) == spec().model_of(other)
    assert spec().train_of(one).changed(seed=1) == spec().train_of(other)
    assert spec().train_of(one).epochs == 2


def test_a_finished_trial_is_no_longer_missing(study: Study) -> None:
    study_directory.add_result(study, result((10, 15, 20), 1, 0.9931))
    found = study_directory.open_study(study.path)
    assert [trial.title for trial in found.missing] == [
        "8/16/32, seed 0",
        "10/15/20, seed 0",
        "8/16/32, seed 1",
    ]
    assert found.accuracies(found.spec.plans) == {"10/15/20": {1: 0.9931}}
    assert found.results[0] == result((10, 15, 20), 1, 0.9931)


def test_an_incomplete_line_is_skipped(study: Study) -> None:
    study_directory.add_result(study, result((10, 15, 20), 0))
    file = study.path / "trials.jsonl"
    whole = file.read_text()
    file.write_text(whole + whole[: len(whole) // 2])
    assert len(study_directory.open_study(study.path).results) == 1
    study_directory.add_result(study, result((8, 16, 32), 0))
    assert [one.plan for one in study_directory.open_study(study.path).results] == [
        (10, 15, 20),
        (8, 16, 32),
    ]


@pytest.mark.parametrize("name", ["trials.jsonl", "redundancy.jsonl", "coverage.jsonl"])
def test_a_line_that_is_no_result_is_skipped_and_stops_no_list(name: str, study: Study) -> None:
    wrong = [b"\xff\xfe", b"7", b'{"plan": 7, "seed": 0}', b'{"plan": [8, 16, 32], "seed": 0}']
    wrong.append(b'{"plan": [8, 16, 32], "seed": 0, "layers": "none", "run": []}')
    wrong.append(b'{"plan": [8, 16, 32], "seed": 0, "layers": ["none"]}')
    wrong.append(b"[" * 100_000)
    (study.path / name).write_bytes(b"\n".join(wrong))
    opened = study_directory.list_studies()[0]
    assert opened.path == study.path
    assert not any((opened.results, opened.redundancy, opened.coverage))


def test_the_first_result_of_a_trial_is_taken(study: Study) -> None:
    for accuracy in (0.991, 0.995):
        study_directory.add_result(study, result((10, 15, 20), 0, accuracy))
    (only,) = study_directory.open_study(study.path).results
    assert only.test_accuracy == 0.991


def test_plans_and_seeds_may_be_added(study: Study) -> None:
    study_directory.add_result(study, result((10, 15, 20), 0))
    wider = study_directory.create_or_extend(spec(plans=((5, 15, 20),), seeds=(7,), widths=(8,)))
    wider = study_directory.create_or_extend(spec(conv1_widths=(2,)).changed(plans=((5, 15, 20),)))
    assert wider.spec.conv1_widths == (2,)
    assert wider.spec.plans == ((8, 16, 32), (10, 15, 20), (5, 15, 20))
    assert wider.spec.seeds == (0, 1, 7)
    assert wider.spec.widths == (8,)
    assert wider.spec.created == study.spec.created
    assert len(wider.results) == 1


@pytest.mark.parametrize("changes", [{"epochs": 3}, {"recipe": "best"}])
def test_other_training_settings_need_another_study(study: Study, changes: dict[str, Any]) -> None:
    before = (study.path / "study.json").read_bytes()
    with pytest.raises(StudyError, match="choose another --name"):
        study_directory.create_or_extend(spec(**changes))
    assert (study.path / "study.json").read_bytes() == before


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden"])
def test_a_name_with_a_path_raises(name: str, home: Path) -> None:
    with pytest.raises(RunError, match="name: expected"):
        study_directory.create_or_extend(spec(name=name))
    assert not home.exists()


@pytest.mark.parametrize(
    "changes",
    [{"plans": ()}, {"plans": ((1, 2),)}, {"seeds": ()}, {"seeds": (-1,)}, {"widths": (0,)}],
)
def test_invalid_specs_raise(changes: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match=next(iter(changes))):
        spec(**changes)


def test_redundancy_is_stored_and_averaged_over_the_seeds(study: Study) -> None:
    for seed, needed in ((0, 12), (1, 13)):
        use = LayerRedundancy("conv3", 20, 9.5, needed - 3, needed, (4,), ((0, 1), (2, 3))[:seed])
        study_directory.add_redundancy(study, Trial((10, 15, 20), seed), [use])
    found = study_directory.open_study(study.path)
    assert found.redundancy[Trial((10, 15, 20), 1)] == (
        LayerRedundancy("conv3", 20, 9.5, 10, 13, (4,), ((0, 1),)),
    )
    assert found.mean_redundancy((10, 15, 20)) == [
        MeanRedundancy("conv3", 20, 2, 9.5, 9.5, 12.5, 1.0, 0.5)
    ]
    assert found.mean_redundancy((8, 16, 32)) == []


def test_coverage_is_stored_and_averaged_by_the_number_of_channels(study: Study) -> None:
    for seed, held in ((0, 0), (1, 3)):
        one = LayerCoverage("conv3", 20, (0.5, *[0.0] * 14), (held, *[1] * 14))
        study_directory.add_coverage(study, Trial((10, 15, 20), seed), [one])
    other = LayerCoverage("conv3", 32, (0.1,) * 15, (0,) * 15)
    study_directory.add_coverage(study, Trial((8, 16, 32), 0), [other])
    found = study_directory.open_study(study.path)
    assert found.coverage[Trial((8, 16, 32), 0)] == (other,)
    twenty, wide = found.mean_coverage("conv3")
    assert (twenty.channels, twenty.count, wide.channels, wide.count) == (20, 2, 32, 1)
    assert (twenty.shares[0], twenty.holders[0], twenty.covered[0]) == (0.5, 1.5, 0.5)
    assert twenty.covered_of("gradient") == 7.5
    assert (twenty.covered_of("line"), wide.covered_of("line")) == (4, 0)
    assert found.mean_coverage("conv1") == []


def test_a_damaged_study_is_not_listed_and_raises_when_opened(study: Study) -> None:
    (study.path / "study.json").write_text("{")
    assert study.spec.name not in [one.spec.name for one in study_directory.list_studies()]
    with pytest.raises(StudyError, match=r"mine: study\.json can't be read"):
        study_directory.open_study(study.path)


def test_run_names_have_study_plan_and_seed(study: Study) -> None:
    assert study.spec.run_name(Trial((8, 16, 32), 4)) == "mine-8-16-32-s4"


def test_results_are_stored_as_json_lines(study: Study) -> None:
    study_directory.add_result(study, result((8, 16, 32), 1))
    (line,) = (study.path / "trials.jsonl").read_text().splitlines()
    assert json.loads(line)["plan"] == [8, 16, 32]


def test_a_study_on_own_data_has_networks_of_its_classes() -> None:
    data = DataRef(
        id="signs-1",
        name="signs",
        sha256="0" * 64,
        class_names=("A", "B", "C"),
        num_train=900,
        num_validation=100,
        num_test=50,
    )
    own = spec(data=data)
    model, train = own.specs_of(own.trials[0])
    assert model.layers[-1].output_shape == (3,)
    assert (train.num_images, train.held_out, train.epochs) == (900, 100, 2)
    assert StudySpec(**own.model_dump(mode="json")) == own
    with pytest.raises(StudyError, match=r"data is signs \(000000\) in this study, got MNIST"):
        own.extended(spec())
