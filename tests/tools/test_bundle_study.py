"""Plans of other studies that are added to the bundled one."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from mnistviz.core.types.inspection import LayerCoverage
from mnistviz.studies import study_directory
from mnistviz.studies.plans import StudySpec, Trial
from mnistviz.studies.study_directory import TrialResult, open_study
from tools.bundle_study import TARGET, add_plans

COVERAGE = (LayerCoverage("conv1", 3, (0.5, 0.5), (1, 2)),)


def test_only_plans_with_all_seeds_are_added_as_widths_of_their_layer(tmp_path: Path) -> None:
    target = tmp_path / "channels"
    shutil.copytree(TARGET, target)
    before = open_study(target)
    spec = StudySpec(
        name="wide",
        created=datetime.now(UTC),
        epochs=5,
        plans=((3, 15, 20), (10, 3, 20), (3, 3, 3)),
    )
    source = study_directory.create_or_extend(spec)
    versions = {"tensorflow": "2", "keras": "3", "machine": "x"}
    for plan, seeds in (((3, 15, 20), range(5)), ((10, 3, 20), range(4)), ((3, 3, 3), range(6))):
        for seed in seeds:
            result = TrialResult(plan, seed, "r", 0.99, 0.1, 0.9, 0.1, 60, 9, versions)
            study_directory.add_result(source, result)
    study_directory.add_coverage(source, Trial((3, 15, 20), 2), COVERAGE)

    added = add_plans(open_study(source.path), target)
    assert added == [(3, 15, 20), (3, 3, 3)]
    after = open_study(target)
    assert set(after.spec.conv1_widths) == {*before.spec.conv1_widths, 3}
    assert after.spec.conv2_widths == before.spec.conv2_widths
    assert after.spec.plans == (*before.spec.plans, (3, 3, 3))
    assert len(after.results) == len(before.results) + 10
    assert after.coverage[Trial((3, 15, 20), 2)] == COVERAGE
    assert after.missing == before.missing == ()
    assert add_plans(open_study(source.path), target) == []
