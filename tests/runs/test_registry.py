"""The run directory: create, find, read, classify the state."""

import json
import shutil
from pathlib import Path

import pytest

from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.runs import registry
from tests.helpers.made_runs import BUNDLED, small_run

# ---------------------------------------------------------------- create, list, find


def test_a_new_run_is_read_back_as_it_was_made(home: Path) -> None:
    run = small_run("my run")
    assert registry.open_run(run.path) == run
    assert run.path.parent == home
    assert json.loads((run.path / "spec.json").read_text())["train"]["num_images"] == 100


def test_runs_without_a_name_are_numbered() -> None:
    assert [small_run().name, small_run().name] == ["reference-1", "reference-2"]


@pytest.mark.parametrize(
    "name", ["../out", ".hidden", "", "a:3", "x" * 61, "-x", "a*b", "a\nb", "\u202eabc", "\ud800"]
)
def test_a_name_that_could_leave_the_folder_or_confuse_is_refused(name: str, home: Path) -> None:
    with pytest.raises(RunError) as error:
        small_run(name)
    assert str(error.value) == (
        "name: expected up to 60 characters, starting with a letter or digit, without any of "
        f"$ * : < > [ \\ ] ` {{ | }} ~, got {name!r}"
    )
    assert not list(home.glob("*/spec.json"))


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Klasse 8b Zoë", "Klasse_8b_Zoe"),
        ("训练-1", "1"),
        ("Zoë's 2nd (50 %), best!", "Zoe_s_2nd_50_best"),
        ("8/16/32", "8_16_32"),
        ("تجربة", "run"),
        ("👩\u200d🏫 8b", "8b"),
    ],
)
def test_any_printable_name_is_taken_and_found(name: str, folder: str) -> None:
    run = small_run(name)
    assert run.id.endswith(f"-{folder}")
    assert registry.find_run(name) == registry.find_run(run.id) == run


def test_a_name_typed_on_a_mac_is_the_same_name() -> None:
    run = small_run("Zoe\u0308\u00a08b ")
    assert run.name == "Zoë 8b"
    assert registry.find_run("Zoe\u0308 8b") == run


def test_a_word_that_is_too_long_for_a_file_finds_no_run() -> None:
    with pytest.raises(RunError, match="no run has the name or id"):
        registry.find_run("x" * 5_000)


@pytest.mark.parametrize("name", ["reference", "mine"])
def test_a_taken_name_is_refused_bundled_ones_too(name: str) -> None:
    small_run("mine")
    with pytest.raises(RunError) as error:
        small_run(name)
    assert str(error.value) == f"name: {name!r} is taken by another run; choose another name"


def test_a_home_that_can_not_be_written_to_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MNISTVIZ_HOME", str(tmp_path / "file" / "runs"))
    with pytest.raises(RunError) as error:
        small_run()
    assert str(error.value) == (
        f"{tmp_path}/file/runs: expected a folder for runs that can be written to, got: "
        "Not a directory; set MNISTVIZ_HOME to another folder"
    )
    assert {run.bundled for run in registry.list_runs()} == {True}


def test_the_list_has_the_bundled_runs_first_then_the_newest() -> None:
    older, newer = small_run("older"), small_run("newer")
    listed = registry.list_runs()
    assert [run.name for run in listed if not run.bundled] == [newer.name, older.name]
    assert [run.name for run in listed[:2]] == ["best", "reference"]
    assert listed[0].bundled


def test_a_damaged_run_is_listed_as_damaged_and_says_so_when_opened() -> None:
    good, bad = small_run("good"), small_run("bad")
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
        small_run("bad")


def test_a_run_that_lost_its_spec_is_damaged_but_other_folders_are_none(home: Path) -> None:
    lost = small_run("lost")
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


@pytest.mark.parametrize("value", [None, "text", [], {"network": 7}, {"channels": {}}])
@pytest.mark.parametrize("field", ["model", "train", "parent", "created"])
def test_a_field_of_another_type_damages_one_run_not_the_list(field: str, value: object) -> None:
    run = small_run("odd")
    spec = json.loads((run.path / "spec.json").read_text())
    storage.write_json(run.path / "spec.json", {**spec, field: value})
    damaged = [found.id for found in registry.damaged_runs()]
    assert damaged == ([] if (field, value) == ("parent", None) else [run.id])
    assert {found.bundled for found in registry.list_runs() if found.id != run.id} == {True}


def test_a_time_without_its_zone_damages_one_run_not_the_list() -> None:
    run, other = small_run("odd"), small_run("other")
    spec = json.loads((run.path / "spec.json").read_text())
    storage.write_json(run.path / "spec.json", {**spec, "created": "2026-01-01T00:00:00"})
    assert [found.name for found in registry.list_runs()] == [*BUNDLED, other.name]
    assert "created: expected a time with its time zone, got" in registry.damaged_runs()[0].reason


def test_a_run_is_found_by_name_and_by_id() -> None:
    run = small_run("mine")
    assert registry.find_run("mine") == run
    assert registry.find_run(run.id) == run
    assert registry.find_run("reference").bundled
    with pytest.raises(RunError) as error:
        registry.find_run("nobody")
    assert str(error.value) == (
        f"run: no run has the name or id 'nobody'; there are: {', '.join(BUNDLED)}, mine"
    )


@pytest.mark.parametrize("text", ["", ".", "..", "../outside", "/etc", "a/../outside"])
def test_no_run_is_found_outside_the_home_folder(text: str, home: Path) -> None:
    run = small_run("inside")
    shutil.copytree(run.path, home.parent / "outside")
    with pytest.raises(RunError, match="no run has the name or id"):
        registry.find_run(text)
