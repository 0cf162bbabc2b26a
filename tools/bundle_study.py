"""Add plans of other studies to the bundled one: `python -m tools.bundle_study STUDY_FOLDER…`.

A plan is added when it was trained with all seeds of the bundled study, by the same recipe and over
as many epochs, and is not there yet. Its redundancy and coverage are added, too, if measured.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.studies import study_directory
from mnistviz.studies.plans import WIDTH_SETTINGS, plan_text
from mnistviz.studies.study_directory import BUNDLED_STUDIES, Study, open_study

TARGET = BUNDLED_STUDIES / "channels"


def main(arguments: Sequence[str] | None = None, target: Path = TARGET) -> None:
    parser = argparse.ArgumentParser(description="Add plans to the bundled study of channels.")
    parser.add_argument("studies", nargs="+", type=Path, help="folders with a study.json")
    for folder in parser.parse_args(arguments).studies:
        for plan in add_plans(open_study(folder), target):
            print(plan_text(plan))


def add_plans(source: Study, target: Path) -> list[tuple[int, ...]]:
    """Add the complete plans of a study to the one in the folder `target`, and return them."""
    study = open_study(target)
    there = study.spec.all_plans
    spec = study.spec
    added = [
        plan
        for plan in source.spec.all_plans
        if plan not in there and _is_complete(source, plan, spec.seeds)
    ]
    for plan in added:
        spec = spec.extended(source.spec.changed(**_settings_with(plan), seeds=spec.seeds))
        for result in source.results:
            if result.plan == plan and result.seed in spec.seeds:
                if found := source.redundancy.get(result.trial):
                    study_directory.add_redundancy(study, result.trial, found)
                if coverage := source.coverage.get(result.trial):
                    study_directory.add_coverage(study, result.trial, coverage)
                study_directory.add_result(study, result)
    storage.write_json(target / "study.json", spec.model_dump(mode="json"))
    return added


def _is_complete(study: Study, plan: tuple[int, ...], seeds: Sequence[int]) -> bool:
    return set(seeds) <= {result.seed for result in study.results if result.plan == plan}


def _settings_with(plan: tuple[int, ...]) -> dict[str, Any]:
    """Return the settings of a study that has only 10/15/20 and this plan: as a width if it can."""
    built = ModelSpec().channels
    none: dict[str, Any] = dict.fromkeys(WIDTH_SETTINGS.values(), ())
    differing = [place for place in range(3) if plan[place] != built[place]]
    if len(differing) > 1:
        return {**none, "plans": (plan,)}
    setting = list(WIDTH_SETTINGS.values())[differing[0]]
    return {**none, "plans": (built,), setting: (plan[differing[0]],)}


if __name__ == "__main__":
    main()
