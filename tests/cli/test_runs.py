"""`python -m mnistviz runs …`, in this process: what it prints and what it does."""

import json
import os
import signal
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry
from mnistviz.runs.registry import Run
from mnistviz.training import launcher
from tests.helpers.command_line import error_of, invoke, run, run_json
from tests.helpers.made_runs import BUNDLED
from tests.helpers.trainings import LONG, wait_for_rows, worker_pids


def new_run(name: str = "mine") -> Run:
    return registry.create_run("reference", ModelSpec(), TrainSpec(), name)


def printed(*words: str) -> str:
    return run("runs", *words)


def answer(*words: str) -> Any:
    return run_json("runs", *words)


def test_without_a_command_it_lists() -> None:
    new_run()
    assert printed() == printed("list")
    assert answer() == answer("list")
    assert [row["name"] for row in answer()] == [*BUNDLED, "mine"]


@pytest.mark.slow
def test_a_training_that_stands_still_is_told_and_goes_on() -> None:
    """A stopped process is what the sleep of a computer looks like."""
    asleep = launcher.start("reference", ModelSpec(channels=(2, 2, 2)), LONG, "asleep")
    wait_for_rows(asleep, 3)
    for pid in worker_pids(asleep):
        os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + 30
    while "no sign of life for 1" not in printed():
        assert time.monotonic() < deadline
        time.sleep(1)
    assert answer()[-1]["silent_seconds"] >= 10
    for pid in worker_pids(asleep):
        os.kill(pid, signal.SIGCONT)
    while "no sign of life" in printed():
        assert time.monotonic() < deadline + 30
        time.sleep(1)
    assert answer()[-1]["state"] == "running"


def test_a_damaged_run_is_named_on_standard_error() -> None:
    mine = new_run()
    (mine.path / "spec.json").write_text("{")
    result = invoke("runs", "--json")
    assert [row["name"] for row in json.loads(result.stdout)] == list(BUNDLED)
    assert result.stderr == f"damaged: {registry.damaged_runs()[0].reason}\n"


def test_rename_and_note_say_what_is_now() -> None:
    mine = new_run()
    assert printed("rename", "mine", "yours") == "mine is now yours\n"
    assert answer("rename", mine.id, "ours")["name"] == "ours"
    assert printed("note", "ours", "a good one") == "ours: a good one\n"
    assert answer("note", "ours", "a better one")["note"] == "a better one"
    assert printed("note", "ours", "") == "ours: no note\n"
    assert registry.find_run(mine.id).name == "ours"


def test_delete_names_the_way_back_and_restore_goes_it() -> None:
    mine = new_run()
    assert printed("delete", "mine") == (
        f"mine is deleted; to bring it back: python -m mnistviz runs restore {mine.id}\n"
    )
    assert [row["name"] for row in answer()] == list(BUNDLED)
    assert [(row["id"], row["deleted"]) for row in answer("list", "--deleted")] == [(mine.id, True)]
    assert printed("restore", mine.id) == "mine is back\n"
    assert answer("delete", "mine")["deleted"]
    new_run("mine")
    assert printed("restore", "mine") == "mine-2 is back (mine is another run now)\n"


def test_export_and_import_bring_a_run_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "reference.zip"
    words = ["export", "reference:2", "--out", str(out), "--no-keras"]
    assert answer(*words, "--snapshots", "chosen") == {
        "run": "reference",
        "file": str(out),
        "bytes": out.stat().st_size,
        "step": 938,
        "snapshots": [938],
    }
    assert [path.name for path in tmp_path.glob("*.zip*")] == ["reference.zip"]
    assert printed("import", str(out)) == "imported as reference-2 (reference is here already)\n"
    assert answer("import", str(out))["name"] == "reference-3"

    num_snapshots = len(list((registry.find_run("reference").path / "snapshots").iterdir()))
    assert printed(*words).startswith(f"reference: {num_snapshots} snapshots, 2.")
    with zipfile.ZipFile(out) as archive:
        assert "model.keras" not in archive.namelist()


def test_a_run_without_snapshots_is_exported_without_weights(tmp_path: Path) -> None:
    new_run()
    exported = answer("export", "mine", "--out", str(tmp_path / "mine.zip"))
    assert (exported["step"], exported["snapshots"]) == (None, [])


def test_an_export_that_can_not_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "old.zip").write_text("old")
    new_run()
    words = ["runs", "export", "mine:3", "--out", str(tmp_path / "old.zip")]
    assert "'mine' has no snapshot yet" in str(error_of(*words))
    assert (tmp_path / "old.zip").read_text() == "old"
    words = ["runs", "export", "mine", "--out", str(tmp_path / "nowhere" / "x.zip")]
    assert str(error_of(*words)) == (
        f"{tmp_path}/nowhere/x.zip: expected a file that can be written, got: No such file or "
        "directory; choose another place"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rename", "nobody", "x"], "no run has the name or id 'nobody'"),
        (["rename", "mine", "reference"], "'reference' is taken by another run"),
        (["note", "reference", "x"], "reference: is bundled with the program"),
        (["delete", "reference"], "reference: is bundled with the program"),
        (["import", "nowhere.zip"], "got no file at nowhere.zip; nothing was imported"),
        (["export", "nobody", "--out", "x.zip"], "no run has the name or id 'nobody'"),
        (["restore", "mine"], "no deleted run has the name or id 'mine'"),
    ],
)
def test_bad_input_is_an_error_for_people(words: list[str], message: str) -> None:
    new_run()
    error = error_of("runs", *words)
    assert isinstance(error, RunError)
    assert message in str(error)
