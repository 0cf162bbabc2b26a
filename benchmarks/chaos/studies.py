"""A study whose process and trainings are killed, and its results beside those of another."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks.chaos.findings import Findings
from benchmarks.chaos.trainings import kill, wait_for
from mnistviz.core import storage
from mnistviz.runs import registry
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import StudySpec
from mnistviz.studies.study_directory import Study, TrialResult

PLANS = ((2, 2, 2), (3, 2, 2))


def study_of(name: str) -> Study:
    spec = StudySpec(
        name=name,
        created=datetime.now(UTC),
        recipe="try-out",
        epochs=1,
        plans=PLANS,
        seeds=(0,),
    )
    return study_directory.create_or_extend(spec)


def results_of(study: Study) -> list[TrialResult]:
    """Return the results without the names and times, which differ."""
    found = study_directory.open_study(study.path).results
    return sorted(
        (replace(one, run="", seconds=0.0, epoch_seconds=0.0) for one in found),
        key=lambda one: one.trial.title,
    )


def disturb(rounds: int, moments: random.Random) -> Findings:
    """Kill a study and its trainings so many times, carry it on to its end, and compare."""
    findings = Findings()
    whole = study_of("whole")
    runner.start(whole.path)
    wait_for(lambda: not study_directory.is_running(whole), "the end of a study")
    study = study_of("victim")
    for _ in range(rounds):
        runner.start(study.path)
        time.sleep(moments.uniform(0.5, 12))
        kill(storage.home())
        findings.done["study killed with its trainings"] += 1
    while study_directory.open_study(study.path).missing:
        runner.start(study.path)
        wait_for(lambda: not study_directory.is_running(study), "the end of a study")
    findings.checked["results of studies"] += len(results_of(study))
    if results_of(study) != results_of(whole):
        findings.wrong.append(f"study: {results_of(study)} instead of {results_of(whole)}")
    names = [run.name for run in registry.list_runs() if run.name.startswith("victim")]
    if len(names) != len(PLANS):
        findings.wrong.append(f"study: trials were trained twice: {names}")
    return findings
