"""`python -m mnistviz digits …`, in this process: what it prints and what it does."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from mnistviz.digits import my_digits
from mnistviz.digits.mnist import load_mnist
from tests.helpers.command_line import error_of, run, run_json

IMAGES, LABELS = load_mnist().x_test, load_mnist().y_test


def printed(*words: str) -> str:
    return run("digits", *words)


def answer(*words: str) -> Any:
    return run_json("digits", *words)


def test_pictures_are_added_listed_and_said_anew(tmp_path: Path) -> None:
    file = tmp_path / "seven.png"
    Image.fromarray(255 - IMAGES[0]).resize((280, 280)).save(file)
    assert printed("add", str(file), "--label", "1") == "1 kept as 1\n"
    (row,) = answer()
    assert row == answer("list")[0]
    assert (row["label"], row["strokes"], row["answers"], row["deleted"]) == (1, False, [], False)
    assert printed("label", row["id"][:3], "7") == f"{row['id']} is a 7 now\n"
    assert printed("list").startswith(f"{row['id']}  7  2")
    assert printed("list").endswith("\n1 digits\n")


def test_a_blank_picture_is_refused_before_any_is_kept(tmp_path: Path) -> None:
    files = [tmp_path / "seven.png", tmp_path / "blank.png"]
    Image.fromarray(IMAGES[0]).save(files[0])
    Image.new("L", (50, 50)).save(files[1])
    assert str(error_of("digits", "add", *map(str, files), "--label", "1")) == (
        f"{files[1]}: expected a digit, got a blank picture; choose another file"
    )
    assert my_digits.list_digits() == []


def test_digits_go_out_are_deleted_and_come_back(tmp_path: Path) -> None:
    ids = {my_digits.save(IMAGES[n], int(LABELS[n])).id for n in range(3)}
    out = tmp_path / "mine.zip"
    assert printed("export", "--out", str(out)) == f"3 digits in {out}\n"
    (one, *_) = sorted(ids)
    assert printed("delete", one) == (
        f"1 deleted; the way back: python -m mnistviz digits restore {one}\n"
    )
    assert [row["id"] for row in answer("list", "--deleted")] == [one]
    assert str(error_of("digits", "delete", one)) == f"{one}: is deleted already"
    assert len(answer("delete", "--all")) == 2
    assert answer() == []
    assert printed("restore", "--all") == "3 are back\n"
    assert "0 came in; 3 were here already" in printed("import", str(out))
    for file in my_digits.folder().glob("*.json"):
        file.unlink()
    assert {row["id"] for row in answer("import", str(out))} == ids


def test_any_set_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "set.npz"
    np.savez(file, x_test=IMAGES[:4], y_test=LABELS[:4])
    assert "4 came in" in printed("import", str(file))
    assert my_digits.class_counts(my_digits.list_digits()).sum() == 4


def test_ids_or_all_and_not_both() -> None:
    for words in (["delete"], ["restore", "a", "--all"]):
        assert str(error_of("digits", *words)) == (
            "expected ids of digits or --all, got both or neither; `digits list` has them"
        )
