"""The run directory: create, find, read, classify the state."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry
from mnistviz.runs.registry import Run, Status
from tests.helpers.made_runs import BUNDLED

SMALL = TrainSpec(num_images=100, batch_size=10, held_out=100, epochs=2)


def new_run(name: str | None = None) -> Run:
    return registry.create_run("reference", ModelSpec(), SMALL, name)


# ---------------------------------------------------------------- create, list, find


def test_a_new_run_is_read_back_as_it_was_made(home: Path) -> None:
    run = new_run("my run")
    assert registry.open_run(run.path) == run
    assert run.path.parent == home
    assert json.loads((run.path / "spec.json").read_text())["train"]["num_images"] == 100


def test_runs_without_a_name_are_numbered() -> None:
    assert [new_run().name, new_run().name] == ["reference-1", "reference-2"]


@pytest.mark.parametrize("name", ["../out", "a/b", ".hidden", "", "a:3", "x" * 61, "é"])
def test_a_name_that_could_leave_the_folder_or_confuse_is_refused(name: str, home: Path) -> None:
    with pytest.raises(RunError) as error:
        new_run(name)
    assert str(error.value) == (
        "name: expected up to 60 letters, digits, spaces, dots, dashes or underscores, "
        f"starting with a letter or digit, got {name!r}"
    )
    assert not list(home.glob("*/spec.json"))


@pytest.mark.parametrize("name", ["reference", "mine"])
def test_a_taken_name_is_refused_bundled_ones_too(name: str) -> None:
    new_run("mine")
    with pytest.raises(RunError) as error:
        new_run(name)
    assert str(error.value) == f"name: {name!r} is taken by another run; choose another name"


def test_a_home_that_can_not_be_written_to_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path / "file" / "runs"))
    with pytest.raises(RunError) as error:
        new_run()
    assert str(error.value) == (
        f"{tmp_path}/file/runs: expected a folder for runs that can be written to, got: "
        "Not a directory; set MNISTVIZ_HOME to another folder"
    )
    assert {run.bundled for run in registry.list_runs()} == {True}


def test_the_list_has_the_bundled_runs_first_then_the_newest() -> None:
    older, newer = new_run("older"), new_run("newer")
    listed = registry.list_runs()
    assert [run.name for run in listed if not run.bundled] == [newer.name, older.name]
    assert [run.name for run in listed[:3]] == ["best", "handwriting", "reference"]
    assert listed[0].bundled


def test_a_damaged_run_is_listed_as_damaged_and_says_so_when_opened() -> None:
    good, bad = new_run("good"), new_run("bad")
    (bad.path / "spec.json").write_text('{"recipe": "refer')
    assert [run.name for run in registry.list_runs() if not run.bundled] == [good.name]
    (damaged,) = registry.damaged_runs()
    assert (damaged.id, damaged.path, damaged.name) == (bad.id, bad.path, "bad")
    with pytest.raises(RunError) as error:
        registry.open_run(bad.path)
    assert str(error.value) == damaged.reason
    assert "spec.json can't be read" in damaged.reason
    assert "the other files of the run are kept" in damaged.reason
    # Mended by hand, it could not have its name back.
    with pytest.raises(RunError, match="'bad' is taken by another run"):
        new_run("bad")


def test_a_run_that_lost_its_spec_is_damaged_but_other_folders_are_none(home: Path) -> None:
    lost = new_run("lost")
    (lost.path / "spec.json").unlink()
    (home / "slots").mkdir()
    (home / "just-being-made").mkdir()
    (home / ".import-1").mkdir()
    (home / ".import-1" / "spec.json").write_text("{}")
    (home / "a-file").touch()
    assert [(run.id, run.reason) for run in registry.damaged_runs()] == [
        (
            lost.id,
            f"{lost.id}: spec.json can't be read (it is missing); the other files of the run are "
            "kept",
        )
    ]
    assert {run.bundled for run in registry.list_runs()} == {True}


def test_a_time_without_its_zone_damages_one_run_not_the_list() -> None:
    run, other = new_run("odd"), new_run("other")
    spec = json.loads((run.path / "spec.json").read_text())
    storage.write_json(run.path / "spec.json", {**spec, "created": "2026-01-01T00:00:00"})
    assert [found.name for found in registry.list_runs()] == [*BUNDLED, other.name]
    assert "created: expected a time with its time zone, got" in registry.damaged_runs()[0].reason


def test_a_run_is_found_by_name_and_by_id() -> None:
    run = new_run("mine")
    assert registry.find_run("mine") == run
    assert registry.find_run(run.id) == run
    assert registry.find_run("reference").bundled
    with pytest.raises(RunError) as error:
        registry.find_run("nobody")
    assert str(error.value) == (
        f"run: no run has the name or id 'nobody'; there are: {', '.join(BUNDLED)}, mine"
    )


# ---------------------------------------------------------------- state


@pytest.mark.parametrize(
    ("status", "alive", "expected"),
    [
        (None, True, "starting"),
        (None, False, "crashed"),
        (Status("queued"), True, "queued"),
        (Status("running"), True, "running"),
        (Status("running"), False, "crashed"),
        (Status("queued"), False, "crashed"),
        (Status("finished"), True, "finished"),
        (Status("finished"), False, "finished"),
        (Status("stopped"), False, "stopped"),
        (Status("failed"), False, "failed"),
    ],
)
def test_state_is_what_the_worker_said_unless_it_died(
    status: Status | None, alive: bool, expected: str
) -> None:
    assert registry.state_of(status, alive) == expected


def test_a_run_that_has_ended_is_not_asked_for_its_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run()
    monkeypatch.setattr(registry, "is_alive", lambda run: pytest.fail("no lock is needed"))
    for state in ("finished", "stopped", "failed"):
        storage.write_json(run.path / "status.json", {"state": state})
        assert registry.run_state(run) == state


def test_alive_is_whether_another_process_holds_the_lock() -> None:
    run = new_run()
    lock = run.path / "worker.lock"
    assert not registry.is_alive(run)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from filelock import FileLock\n"
            f"with FileLock({str(lock)!r}): print('held', flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert registry.is_alive(run)
        holder.kill()
    assert not registry.is_alive(run)


@pytest.mark.parametrize("text", ["", ".", "..", "../outside", "/etc", "a/../outside"])
def test_no_run_is_found_outside_the_home_folder(text: str, home: Path) -> None:
    run = new_run("inside")
    shutil.copytree(run.path, home.parent / "outside")
    with pytest.raises(RunError, match="no run has the name or id"):
        registry.find_run(text)


def test_asking_whether_a_run_lives_leaves_its_lock_free() -> None:
    run = new_run()
    (run.path / "worker.lock").touch()
    assert not registry.is_alive(run)
    with FileLock(run.path / "worker.lock", timeout=0):
        pass


def test_an_unreadable_status_is_none() -> None:
    run = new_run()
    assert registry.read_status(run) is None
    (run.path / "status.json").write_text('{"state": "dancing"}')
    assert registry.read_status(run) is None
    (run.path / "status.json").write_text('{"state": "running", "step": 3, "from_the_future": 1}')
    assert registry.read_status(run) == Status("running", 3)


def test_json_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "value.json"
    storage.write_json(file, {"a": 1})
    with pytest.raises(TypeError):
        storage.write_json(file, {"a": object()})
    assert storage.read_json(file) == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["value.json"]


# ---------------------------------------------------------------- slots


@pytest.mark.parametrize(("text", "expected"), [("3", 3), ("0", 1), ("many", 1), ("-2", 1)])
def test_slots_come_from_the_environment(
    text: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_SLOTS", text)
    assert registry.num_slots() == expected


def test_only_waiting_runs_that_came_before_are_in_front() -> None:
    first, second, third = new_run("first"), new_run("second"), new_run("third")
    for run in (first, second):
        storage.write_json(run.path / "status.json", {"state": "queued"})
    # Only a queued run whose worker lives waits; the second one's does.
    with FileLock(second.path / "worker.lock"):
        assert registry.queued_before(third) == [second]
        assert registry.queued_before(second) == []
