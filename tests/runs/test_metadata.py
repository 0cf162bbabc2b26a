"""Names, notes, and deleting with a way back."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from filelock import FileLock

from mnistviz.core import storage
from mnistviz.core.assets import PROJECT
from mnistviz.core.errors import RunError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metadata, registry
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State


def new_run(name: str) -> Run:
    return registry.create_run("reference", ModelSpec(), TrainSpec(), name)


def own_names() -> list[str]:
    return [run.name for run in registry.list_runs() if not run.bundled]


def message_of(action: Callable[[], object]) -> str:
    with pytest.raises(RunError) as error:
        action()
    return str(error.value)


# ---------------------------------------------------------------- name and note


def test_a_run_gets_another_name_and_keeps_its_id_and_note() -> None:
    run = metadata.annotate(new_run("before"), "a note")
    renamed = metadata.rename(run, " after ")
    assert (renamed.name, renamed.id, renamed.note) == ("after", run.id, "a note")
    assert registry.find_run("after") == renamed
    assert registry.find_run(run.id) == renamed
    assert new_run("before").name == "before"


@pytest.mark.parametrize("name", ["reference", "other"])
def test_a_name_that_another_run_has_is_refused(name: str) -> None:
    run, _ = new_run("mine"), new_run("other")
    assert message_of(lambda: metadata.rename(run, name)) == (
        f"name: {name!r} is taken by another run; choose another name"
    )
    assert sorted(own_names()) == ["mine", "other"]


def test_the_id_of_another_run_is_no_name_but_ones_own_name_is() -> None:
    run, other = new_run("mine"), new_run("other")
    assert "is taken" in message_of(lambda: metadata.rename(run, other.id))
    assert metadata.rename(run, "mine").name == "mine"


@pytest.mark.parametrize("name", ["../out", "", "a:3"])
def test_an_invalid_name_is_refused(name: str) -> None:
    run = new_run("mine")
    assert message_of(lambda: metadata.rename(run, name)).startswith("name: expected up to 60")


def test_a_run_is_renamed_to_a_name_in_another_script() -> None:
    assert metadata.rename(new_run("Klasse 8b"), "训练-1").name == "训练-1"


def test_a_note_is_a_text_of_any_kind_up_to_a_length() -> None:
    run = new_run("mine")
    note = 'zwei Zeilen\n"ü" <b>'
    assert metadata.annotate(run, f" {note} ").note == note
    assert registry.find_run("mine").note == note
    assert metadata.annotate(run, "").note == ""
    assert message_of(lambda: metadata.annotate(run, "x" * 2_001)) == (
        "note: expected up to 2,000 characters, got 2,001; shorten it"
    )


def test_a_label_keeps_what_another_page_wrote_meanwhile() -> None:
    run = new_run("mine")
    metadata.annotate(run, "written by another page")
    assert metadata.rename(run, "renamed").note == "written by another page"


@pytest.mark.parametrize(
    ("action", "done"),
    [
        (lambda run: metadata.rename(run, "mine"), "renamed"),
        (lambda run: metadata.annotate(run, "text"), "annotated"),
        (metadata.delete, "deleted"),
        (metadata.restore, "restored"),
        (metadata.delete_permanently, "removed"),
    ],
)
def test_bundled_runs_are_never_written_to(action: Callable[[Run], object], done: str) -> None:
    reference = registry.find_run("reference")
    assert message_of(lambda: action(reference)) == (
        f"reference: is bundled with the program and can't be {done}"
    )


# ---------------------------------------------------------------- delete and back


def test_a_deleted_run_is_gone_from_the_lists_and_comes_back_as_it_was() -> None:
    run = metadata.annotate(new_run("mine"), "a note")
    deleted = metadata.delete(run)
    assert deleted.deleted
    assert own_names() == []
    assert [found.id for found in registry.deleted_runs()] == [run.id]
    message = message_of(lambda: registry.find_run(run.id))
    assert message == (
        f"run: 'mine' is deleted; bring it back with `runs restore {run.id}` or on the Runs page"
    )
    assert message_of(lambda: registry.find_run("mine")).startswith(
        "run: no run has the name or id"
    )

    assert metadata.restore(metadata.find_deleted("mine")) == metadata.NamedRun(run)
    assert registry.find_run("mine") == run
    assert registry.deleted_runs() == []
    assert message_of(lambda: metadata.restore(run)) == (
        "mine: is not deleted, so there is nothing to restore"
    )


def test_a_run_whose_name_was_taken_meanwhile_comes_back_under_another() -> None:
    first = new_run("mine")
    metadata.delete(first)
    second = new_run("mine")
    restored = metadata.restore(first)
    assert (restored.run.name, restored.name_before) == ("mine-2", "mine")
    assert sorted(own_names()) == ["mine", "mine-2"]
    assert second.id != first.id


@pytest.mark.parametrize("state", ["queued", "starting", "running", "paused"])
def test_a_run_at_work_can_not_be_deleted(state: State) -> None:
    run = new_run("busy")
    storage.write_json(run.path / "status.json", {"state": state})
    with FileLock(run.path / "worker.lock"):
        assert message_of(lambda: metadata.delete(run)) == (
            f"busy: is {state} and can't be deleted; stop it first"
        )
    assert own_names() == ["busy"]
    # Its worker is gone: nothing is at work any more.
    metadata.delete(run)
    assert own_names() == []


def test_only_a_deleted_run_can_be_removed_and_then_nothing_is_left() -> None:
    run, other = new_run("mine"), new_run("other")
    assert message_of(lambda: metadata.delete_permanently(run)) == (
        "mine: expected a deleted run; delete it first"
    )
    metadata.delete(run)
    with FileLock(run.path / "worker.lock"):
        assert message_of(lambda: metadata.delete_permanently(run)) == (
            "mine: its training still goes on; stop it first"
        )
    metadata.delete_permanently(run)
    assert registry.deleted_runs() == []
    assert {path.name for path in storage.home().iterdir()} - {"home.lock"} == {other.id}


def test_a_deleted_run_is_found_by_id_where_its_name_is_not_enough() -> None:
    first = new_run("mine")
    metadata.delete(first)
    second = new_run("mine")
    metadata.delete(second)
    assert metadata.find_deleted(first.id).id == first.id
    assert message_of(lambda: metadata.find_deleted("mine")) == (
        f"run: 'mine' is the name of 2 deleted runs; say which by id: {second.id}, {first.id}"
    )
    assert message_of(lambda: metadata.find_deleted("nobody")) == (
        "run: no deleted run has the name or id 'nobody'; there are: mine, mine"
    )


def test_a_numbered_name_is_free_and_still_a_name() -> None:
    assert metadata.numbered_name("a", set()) == "a"
    assert metadata.numbered_name("a", {"a", "a-2"}) == "a-3"
    long = "x" * 60
    assert metadata.numbered_name(long, {long}) == "x" * 58 + "-2"


def test_a_label_that_is_damaged_costs_the_name_only() -> None:
    run = new_run("mine")
    for text in ("", "[1]", '{"name": 3, "note": null, "deleted": "yes"}'):
        (run.path / "label.json").write_text(text)
        found = registry.open_run(run.path)
        assert found.name in (run.id, "3")
        assert not found.deleted


@pytest.mark.process
def test_two_processes_that_want_one_name_do_not_both_get_it() -> None:
    many = [new_run(f"run-{number}") for number in range(8)]
    code = (
        "import sys\nfrom mnistviz.runs import metadata, registry\n"
        "from mnistviz.core.errors import RunError\n"
        "sys.stdin.readline()\n"
        "for run_id in sys.argv[1:]:\n"
        "    try:\n        metadata.rename(registry.find_run(run_id), 'wanted')\n"
        "    except RunError:\n        pass\n"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code, *(run.id for run in part)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
        )
        for part in (many[:4], many[4:])
    ]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    for worker in workers:
        worker.communicate(timeout=60)
        assert worker.returncode == 0
    names = [json.loads((run.path / "label.json").read_text())["name"] for run in many]
    assert names.count("wanted") == 1
