"""Limits of a visitor: which one is reached, and what helps."""

from collections.abc import Iterator

import pytest

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.room import limits, rules
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import metadata, registry
from tests.helpers.classes import class_mode, visitor


@pytest.fixture(autouse=True)
def in_class() -> Iterator[None]:
    with class_mode():
        yield


def create_run() -> registry.Run:
    return registry.create_run("try-out", ModelSpec(), TrainSpec())


def test_a_visitor_may_keep_so_many_runs_and_delete_one_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_RUNS", 2)
    with storage.acting_in(visitor().home):
        first, _ = create_run(), create_run()
        with pytest.raises(ClassError, match="Delete one"):
            create_run()
        metadata.delete(first)
        create_run()
    # The teacher has no such limit.
    for _ in range(3):
        create_run()


def test_a_visitor_may_use_so_much_of_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    with storage.acting_in(visitor().home):
        create_run()
        monkeypatch.setattr(limits, "MAX_SPACE_BYTES", 100)
        with pytest.raises(ClassError, match="Delete runs"):
            limits.need_room()
        monkeypatch.setattr(limits, "MAX_SPACE_BYTES", 10**6)
        limits.need_room(new_bytes=10**5)
        with pytest.raises(ClassError, match="Delete runs"):
            limits.need_room(new_bytes=10**6)


def test_nothing_is_kept_where_the_disk_of_the_room_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MIN_FREE_DISK_BYTES", 2**62)
    with pytest.raises(ClassError, match="disk"):
        limits.need_room()


def test_what_the_teacher_switches_off_is_refused_to_visitors_only() -> None:
    rules.write(hidden_actions=["export"], hidden_pages=["draw"], message=" Hello ")
    rules.need("export")
    assert rules.is_page_shown("draw")
    assert rules.rules().message == "Hello"
    with storage.acting_in(visitor().home):
        rules.need("import")
        with pytest.raises(ClassError, match="export"):
            rules.need("export")
        assert not rules.is_page_shown("draw")
        assert rules.is_page_shown("train")
    rules.write(hidden_actions=[])
    assert rules.rules().hidden_pages == {"draw"}


def test_nothing_of_it_holds_for_a_person_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rules.write(hidden_actions=["training"])
    storage.serve_class(None)
    monkeypatch.setattr(limits, "MIN_FREE_DISK_BYTES", 2**62)
    limits.need_room(new_runs=1000)
    rules.need("training")
