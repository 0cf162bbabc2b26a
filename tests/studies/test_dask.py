"""A study on a real Dask cluster of separate processes, one of which is killed mid-trial."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import StudyError
from mnistviz.runs import registry
from mnistviz.studies import executors, study_directory
from mnistviz.studies.executors import trainer_of
from mnistviz.studies.plans import StudySpec, Trial

PATIENCE = 240
WORDS = [
    *(sys.executable, "-m", "mnistviz", "study", "--name", "small", "--recipe", "try-out"),
    *("--epochs", "1", "--plan", "2,2,2", "--plan", "3,2,2", "--seeds", "0", "--json"),
]


def start(words: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=PROJECT,
            stdout=output,
            stderr=output,
            # A worker has no home but its own.
            env={**os.environ, "MNISTVIZ_HOME": "/nowhere"},
        )


def wait_for(found: Path, folder: str = "") -> list[Path]:
    """Files that are there and not empty."""
    deadline = time.monotonic() + PATIENCE
    while True:
        files = [file for file in found.glob(folder) if file.stat().st_size] if folder else []
        if files or (not folder and found.exists() and found.stat().st_size):
            return files or [found]
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    file = tmp_path / "scheduler.json"
    words = ["scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1"]
    process = start([*words, "--scheduler-file", str(file)], tmp_path / "scheduler.log")
    wait_for(file)
    yield str(json.loads(file.read_text())["address"])
    process.kill()
    process.wait()


@pytest.fixture
def workers(scheduler: str, tmp_path: Path) -> Iterator[dict[Path, subprocess.Popen[bytes]]]:
    """Two workers by the folders that they work in."""
    started = {}
    for name in ("one", "other"):
        folder = tmp_path / name
        words = ["worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        words += ["--local-directory", str(folder), "--host", "127.0.0.1"]
        started[folder] = start(words, tmp_path / f"{name}.log")
    yield started
    for process in started.values():
        process.kill()
        process.wait()


@pytest.mark.process
@pytest.mark.slow
def test_a_trial_whose_worker_is_killed_is_trained_by_another(
    scheduler: str, workers: dict[Path, subprocess.Popen[bytes]], home: Path, tmp_path: Path
) -> None:
    study = subprocess.Popen(
        [*WORDS, "--dask", scheduler], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    (log, *_) = wait_for(tmp_path, "o*/**/mnistviz/*/metrics.jsonl")
    killed = next(folder for folder in workers if folder in log.parents)
    workers[killed].send_signal(signal.SIGKILL)
    workers[killed].wait()
    begun = registry.open_run(log.parent)
    assert registry.run_state(begun) == "crashed"
    output, _ = study.communicate(timeout=PATIENCE)
    value = json.loads(output)
    assert (value["finished"], value["trials"]) == (2, 2)

    # What was trained elsewhere is here: results, measurements and the runs themselves.
    assert registry.run_state(begun) == "crashed"
    done = study_directory.open_study(home / "studies" / "small")
    trials = {Trial((2, 2, 2), 0), Trial((3, 2, 2), 0)}
    assert set(done.redundancy) == set(done.coverage) == trials
    here = {run.name: run for run in registry.list_runs() if not run.bundled}
    assert set(here) == {"small-2-2-2-s0", "small-3-2-2-s0"}
    assert {registry.run_state(run) for run in here.values()} == {"finished"}
    assert {run.imported for run in here.values()} == {True}


SPEC = StudySpec(name="small", created="2026-01-02T00:00:00Z", epochs=1, seeds=(0,))


def test_without_the_packages_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    message = (
        "dask: expected the optional packages, not installed; pip install -r requirements-dask.txt"
    )
    with pytest.raises(StudyError, match=f"^{message}$"), trainer_of(SPEC, bool, dask="tcp://x:1"):
        pass


def test_where_no_scheduler_answers_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(executors, "CLUSTER_TIMEOUT_SECONDS", 0.3)
    with (
        pytest.raises(
            StudyError, match=r"expected a scheduler that answers at 'tcp://127.0.0.1:9'"
        ),
        trainer_of(SPEC, bool, dask="tcp://127.0.0.1:9"),
    ):
        pass
