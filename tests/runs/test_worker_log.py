"""What a dead worker's log tells."""

from mnistviz.core import storage
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry, worker_log
from mnistviz.runs.registry import Run

SEGMENTATION_FAULT = """\
2026-01-01 TensorFlow binary is optimized
Fatal Python error: Segmentation fault

Thread 0x1 (most recent call first):
"""


def printed(text: str) -> Run:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "told")
    worker_log.begin(run)
    with worker_log.file_of(run).open("a") as log:
        log.write(text)
    return run


def test_the_workers_own_word_comes_first() -> None:
    run = printed(SEGMENTATION_FAULT)
    storage.write_json(run.path / "status.json", {"state": "failed", "error": "no room"})
    assert worker_log.reason_of_end(run) == "no room"


def test_a_death_inside_a_library_is_named_with_the_place_of_the_whole_story() -> None:
    run = printed(SEGMENTATION_FAULT)
    assert worker_log.reason_of_end(run) == (
        f"Fatal Python error: Segmentation fault (all of it in {run.path / 'worker.log'})"
    )


def test_an_error_that_no_worker_caught_is_told_with_its_last_line() -> None:
    run = printed("Traceback (most recent call last):\n  File ...\nImportError: no tensorflow\n")
    assert worker_log.reason_of_end(run).startswith("ImportError: no tensorflow (all of it in ")


def test_a_worker_that_said_nothing_was_ended_from_outside() -> None:
    assert (
        worker_log.reason_of_end(printed(""))
        == "its process was killed from outside, or memory ran out"
    )


def test_only_the_last_worker_is_asked() -> None:
    run = printed(SEGMENTATION_FAULT)
    worker_log.begin(run)
    assert worker_log.read_last(run) == ""
    assert worker_log.reason_of_end(run) == "its process was killed from outside, or memory ran out"


def test_a_run_without_a_log_has_no_words() -> None:
    run = registry.create_run("reference", ModelSpec(), TrainSpec(), "new")
    assert worker_log.read_last(run) == ""
