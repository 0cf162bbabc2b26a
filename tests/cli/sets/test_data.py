"""`python -m mnistviz data …`, in this process: what it prints and what it keeps."""

from pathlib import Path

import pytest

from mnistviz.digits.data_sets import library
from tests.helpers import data_set_files as made
from tests.helpers.command_line import error_of, run, run_json


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, raw in made.idx_files("emnist-letters-", transposed=True, first=1).items():
        (tmp_path / name).write_bytes(raw)
    return [str(path) for path in sorted(tmp_path.glob("*.gz"))]


def test_a_data_set_is_imported_listed_shown_and_deleted(files: list[str]) -> None:
    about = run_json("data", "import", *files, "--name", "letters")
    assert about["class_names"] == list("ABCDEFGHIJ")
    assert about["images"] == {"train": 50, "validation": 10, "test": 30}
    assert run_json("data") == run_json("data", "list") == [about]
    assert run_json("data", "show", "letters") == about
    shown = run("data", "show", "letters")
    assert shown.startswith("letters: 90 images, 10 classes\n")
    assert about["notes"][0] in shown
    assert about["split_rule"] in shown
    assert "letters" in run("data")
    assert run_json("data", "delete", about["id"]) == about
    assert run("data") == "0 data sets\n"


def test_choices_are_options(files: list[str]) -> None:
    names = ",".join(f"sign {number}" for number in range(10))
    about = run_json(
        "data", "import", *files, "--name", "a", "--classes", names, "--transposed", "no",
        "--fit", "centre",
    )  # fmt: skip
    assert about["class_names"] == names.split(",")
    assert about["notes"] == [
        "Each image is fitted to 20 pixels and centred by its mass, as MNIST was made."
    ]


def test_what_can_not_be_imported_keeps_nothing(files: list[str]) -> None:
    error_of("data", "import", files[0], "--name", "a:b")
    error_of("data", "import", files[0], "--name", "a", "--fit", "squeeze")
    error_of("data", "import", *files, "--name", "a", "--classes", "A,B")
    error_of("data", "import", "gone.npz", "--name", "a")
    error_of("data", "show", "a")
    assert library.all_sets() == []
