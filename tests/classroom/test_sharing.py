"""Runs that a teacher shares, and a room that is emptied."""

import zipfile
from collections.abc import Iterator

import pytest
from filelock import FileLock

from mnistviz.classroom import reset, sharing, spaces, teacher
from mnistviz.core import storage
from mnistviz.core.errors import ClassError, MnistVizError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.room import rules
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import desired_state, metadata, registry
from mnistviz.runs.registry import Run
from tests.helpers.classes import class_mode, files_below, visitor


@pytest.fixture(autouse=True)
def in_class() -> Iterator[None]:
    with class_mode():
        yield


def a_run(name: str | None = None) -> Run:
    return registry.create_run("try-out", ModelSpec(), TrainSpec(), name)


def test_a_shared_run_is_seen_and_changed_by_nobody() -> None:
    first, second = visitor(), visitor()
    with storage.acting_in(first.home):
        run = a_run("seven")
        (run.path / "own.npz").write_bytes(b"the writer's digits")
    shared = sharing.share(run, first.name)
    assert shared.name == f"seven by {first.name}"
    before = files_below(shared.path)
    assert "own.npz" not in before
    with storage.acting_in(second.home):
        found = registry.find_run(shared.name)
        assert found == registry.find_run(shared.id) == shared
        assert found in registry.list_runs()
        for change in (
            lambda: metadata.rename(found, "mine"),
            lambda: metadata.annotate(found, "mine"),
            lambda: metadata.delete(found),
        ):
            with pytest.raises(MnistVizError):
                change()
        with pytest.raises(MnistVizError):
            registry.find_run("seven")
    assert files_below(shared.path) == before


def test_the_name_of_a_shared_run_is_only_text() -> None:
    assert sharing.harmless("www.evil.com_a_") == "www evil.com a"
    assert sharing.harmless("Zoë's 7, a@b.de #1 &lt;") == "Zoë's 7, a b.de 1 lt"
    assert sharing.harmless("___") == "shared"
    shared = sharing.share(a_run("www.evil.com_a_"), "blue otter")
    assert shared.name == "www evil.com a by blue otter"


def test_other_texts_of_a_shared_run_are_only_text_too() -> None:
    run = a_run()
    spec = storage.read_json(run.path / "spec.json")
    data = {
        "id": "letters-1",
        "name": "[a](http://evil.example)",
        "sha256": "0" * 64,
        "class_names": ["+", "<b>x</b>", "<b>x</b> ", *"abcdefg"],
        "num_train": 1,
        "num_validation": 1,
        "num_test": 1,
    }
    parent = {"run": "www.evil.example", "step": 1}
    changed = {**spec, "recipe": "www.evil.example", "parent": parent, "data": data}
    storage.write_json(run.path / "spec.json", changed)
    shared = sharing.share(registry.find_run(run.id)).spec
    assert shared.recipe == "www evil.example"
    assert shared.parent is not None
    assert shared.parent.run == "www evil.example"
    assert shared.data is not None
    assert shared.data.name == "a (http evil.example)"
    assert shared.class_names == ("+", "b x b", "b x b 2", *"abcdefg")


def test_runs_of_two_visitors_with_the_same_id_and_name_are_both_shared() -> None:
    run = a_run("seven")
    first, second = sharing.share(run), sharing.share(run)
    assert first.id != second.id
    assert {each.name for each in sharing.shared_runs()} == {"seven", "seven-2"}
    sharing.unshare(first)
    assert sharing.shared_runs() == [second]
    assert run in registry.list_runs()
    with pytest.raises(ClassError):
        sharing.unshare(run)


def test_an_emptied_room_is_in_the_backup_without_secrets() -> None:
    token = spaces.new_token()
    space = spaces.enter(token)
    with storage.acting_in(space.home):
        run = a_run("pupil's")
    mine = a_run("teacher's")
    sharing.share(mine)
    rules.write(message="Welcome")
    secret = teacher.secret()
    backup = reset.empty_room()
    with zipfile.ZipFile(backup) as archive:
        names = archive.namelist()
        contents = b"".join(archive.read(name) for name in names)
    assert f"spaces/{space.id}/{run.id}/spec.json" in names
    assert any(name.startswith("shared/") for name in names)
    assert secret.encode() not in contents
    assert token.encode() not in contents
    assert reset.backups() == [backup]
    assert spaces.list_spaces() == []
    assert sharing.shared_runs() == []
    assert mine in registry.list_runs()
    assert teacher.secret() == secret
    # Somebody who comes again gets an empty space.
    with storage.acting_in(spaces.enter(token).home):
        assert not [each for each in registry.list_runs() if not each.bundled]


def test_a_training_that_does_not_stop_keeps_the_room_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reset, "STOP_SECONDS", 0.1)
    space = visitor()
    with storage.acting_in(space.home):
        run = a_run("endless")
    storage.write_json(run.path / "status.json", {"state": "running", "step": 3, "total": 9})
    with FileLock(run.path / "worker.lock"):
        with pytest.raises(ClassError, match="endless"):
            reset.empty_room()
        assert desired_state.read(run).mode == "stop"
    assert spaces.list_spaces() == [space]
    assert reset.backups() == []
