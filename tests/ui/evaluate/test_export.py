"""File names and the command of an export."""

from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot, latest_snapshot
from mnistviz.ui.evaluate.export import command, file_stem
from tests.helpers.answers import made_answers

ANSWERS = made_answers([1], [1], "my set (2).npz")


def test_a_file_name_has_letters_and_digits_only() -> None:
    best = latest_snapshot(registry.find_run("best"))
    assert file_stem(best, ANSWERS) == "best-my-set-2-npz"


def test_the_command_names_the_epoch_of_an_earlier_snapshot() -> None:
    reference = registry.find_run("reference")
    last = latest_snapshot(reference)
    assert command(last, ANSWERS).startswith("python -m mnistviz evaluate reference --data PATH ")
    first = Snapshot(reference, snapshots.steps_of(reference)[0])
    assert "evaluate reference:0 --data" in command(first, ANSWERS)
