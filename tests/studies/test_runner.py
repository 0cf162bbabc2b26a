"""Studies trained for real: carried on where they were, never the same trial twice."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import StudyError
from mnistviz.runs import metrics_log, registry
from mnistviz.runs.run_state import run_state
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import StudySpec, Trial
from mnistviz.studies.study_directory import Study

pytestmark = [pytest.mark.process, pytest.mark.slow]

COMMAND = [
    *(sys.executable, "-m", "mnistviz", "study", "--name", "small", "--recipe", "try-out"),
    *("--epochs", "1", "--plan", "2,2,2", "--plan", "3,2,2", "--seeds", "0", "--json"),
]
PATIENCE = 300


def wait_for_training(home: Path) -> None:
    """Wait until a trial has made its first step."""
    deadline = time.monotonic() + PATIENCE
    while not any(metrics_log.read(run) for run in registry.list_runs() if not run.bundled):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_study_resumes_and_trains_nothing_twice(home: Path) -> None:
    first = subprocess.Popen(COMMAND, cwd=PROJECT, stdout=subprocess.DEVNULL)
    wait_for_training(home)
    study = study_directory.open_study(home / "studies" / "small")
    assert study_directory.is_running(study)
    with pytest.raises(StudyError, match="another process carries this study on already"):
        runner.run_study(study)
    first.kill()
    first.wait()
    # The worker has a process of its own, which dies as well, as with the machine.
    (begun,) = (run for run in registry.list_runs() if not run.bundled)
    os.kill(find_worker(begun), signal.SIGKILL)

    done = subprocess.run(COMMAND, cwd=PROJECT, capture_output=True, text=True, check=True)
    value = json.loads(done.stdout)
    assert value["finished"] == value["trials"] == 2
    assert {row["plan"]: len(row["accuracies"]) for row in value["plans"]} == {
        "2/2/2": 1,
        "3/2/2": 1,
    }
    assert value["pairs"][0]["verdict"] == "too few seeds"
    names = {run.name for run in registry.list_runs() if not run.bundled}
    assert names == {"small-2-2-2-s0", "small-3-2-2-s0"}
    events = metrics_log.MetricsReader(begun.metrics_file).events()
    assert "resume" in [event["event"] for event in events]

    measured = study_directory.open_study(study.path).redundancy
    assert {trial.plan for trial in measured} == {(2, 2, 2), (3, 2, 2)}
    assert [one.channels for one in measured[Trial((3, 2, 2), 0)]] == [3, 2, 2, 10, 2, 2, 10]

    covered = study_directory.open_study(study.path).coverage[Trial((3, 2, 2), 0)]
    assert [(one.layer, one.channels) for one in covered] == [
        *(("conv1", 3), ("conv2", 2), ("conv3", 2), ("conv5", 2), ("conv6", 2))
    ]

    results = (home / "studies" / "small" / "trials.jsonl").read_bytes()
    again = subprocess.run(COMMAND, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert json.loads(again.stdout) == value
    assert (home / "studies" / "small" / "trials.jsonl").read_bytes() == results
    assert not study_directory.is_running(study)


def test_a_started_study_stops_when_asked_and_keeps_its_results(home: Path) -> None:
    study = study_directory.create_or_extend(
        StudySpec(
            name="small",
            created=datetime.now(UTC),
            recipe="try-out",
            epochs=1,
            plans=((2, 2, 2),),
            seeds=(0,),
        )
    )
    runner.start(study.path)
    wait_for_training(home)
    study_directory.stop(study)
    wait_for_end(study)
    (run,) = (run for run in registry.list_runs() if not run.bundled)
    assert run_state(run) == "stopped"
    assert study_directory.open_study(study.path).results == ()
    runner.start(study.path)
    wait_for_end(study)
    (result,) = study_directory.open_study(study.path).results
    assert result.run == run.name == "small-2-2-2-s0"
    assert 0.1 < result.test_accuracy < 1
    assert "2/2/2, seed 0: " in (study.path / "study.log").read_text()


def wait_for_end(study: Study) -> None:
    deadline = time.monotonic() + PATIENCE
    while study_directory.is_running(study):
        assert time.monotonic() < deadline, (study.path / "study.log").read_text()
        time.sleep(0.1)


def find_worker(run: registry.Run) -> int:
    """The process whose command line names the run's directory."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        if str(run.path).encode() in entry.read_bytes().split(b"\0"):
            return int(entry.parent.name)
    raise AssertionError("no worker")


def test_a_study_in_this_process_can_be_stopped(home: Path) -> None:
    study = study_directory.create_or_extend(
        StudySpec(
            name="small",
            created=datetime.now(UTC),
            recipe="try-out",
            epochs=1,
            plans=((2, 2, 2), (3, 2, 2)),
            seeds=(0,),
        )
    )
    told: list[Trial] = []

    def stop_after_the_first(trial: Trial, outcome: object) -> None:
        told.append(trial)
        study_directory.stop(study)

    first = runner.run_study(study, workers=0, report=stop_after_the_first)
    assert told == [Trial((2, 2, 2), 0)]
    assert [one.trial for one in first.results] == told
    assert first.redundancy == {}
    done = runner.run_study(study, workers=0)
    assert done.missing == ()
    assert set(done.redundancy) == set(done.coverage) == set(study.spec.trials)
    # No process was started for it.
    assert list(home.glob("*/worker.log")) == []
