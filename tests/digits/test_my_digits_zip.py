"""Export and import of a person's digits."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest

from mnistviz.core.errors import DataError
from mnistviz.digits import my_digits
from mnistviz.digits.data_sets.evaluated import read_uploads
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.digits.mnist import load_mnist
from mnistviz.digits.my_digits import Answer, Digit
from mnistviz.digits.my_digits_zip import export, import_uploads

IMAGES, LABELS = load_mnist().x_test[:5], load_mnist().y_test[:5]
DRAWN = Strokes(280, 280, 18.0, (np.array([[1, 2.5], [3, 4]], np.float32),))


def save_three() -> list[Digit]:
    answer = Answer("best", 6880, (0.0,) * 9 + (1.0,))
    return [
        my_digits.save(IMAGES[n], int(LABELS[n]), DRAWN if n else None, [answer]) for n in (0, 1, 2)
    ]


def zipped(chosen: list[Digit]) -> bytes:
    file = io.BytesIO()
    export(file, chosen)
    return file.getvalue()


def changed(raw: bytes, **files: Any) -> bytes:
    """The zip with the content of some files replaced, as JSON."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(file, "w") as after:
        for name in before.namelist():
            new = files.get(name.partition(".")[0])
            after.writestr(name, before.read(name) if new is None else new)
    return file.getvalue()


def delete_all_files() -> None:
    for file in my_digits.folder().glob("*.json"):
        file.unlink()


def test_exported_digits_are_imported_unchanged() -> None:
    before = save_three()
    raw = zipped(before)
    delete_all_files()
    imported = import_uploads([("mine.zip", raw)])
    assert (len(imported.digits), imported.num_known) == (3, 0)
    after = {digit.id: digit for digit in my_digits.list_digits()}
    for digit in before:
        found = after[digit.id]
        assert np.array_equal(found.image, digit.image)
        assert my_digits.to_record(found) == my_digits.to_record(digit)


@pytest.mark.parametrize("separator", ["/", "\\"])
def test_an_export_that_macos_or_windows_packed_again_has_strokes_and_answers(
    separator: str,
) -> None:
    digits = save_three()
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(zipped(digits))) as before,
        zipfile.ZipFile(file, "w") as after,
    ):
        for name in before.namelist():
            after.writestr(f"digits{separator}{name}", before.read(name))
        after.writestr("__MACOSX/digits/._digits.json", "x")
        after.writestr(f"digits{separator}Thumbs.db", "x")
    delete_all_files()
    imported = import_uploads([("digits.zip", file.getvalue())]).digits
    assert [digit.answers for digit in imported] == [digit.answers for digit in digits]
    assert [digit.strokes is None for digit in imported] == [True, False, False]


def test_a_file_of_another_kind_is_named() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("spec.json", "{}")
    with pytest.raises(DataError, match=r"^run\.zip: .* got an export of a run; import it on"):
        import_uploads([("run.zip", file.getvalue())])


def test_an_export_is_an_npz_and_json() -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(save_three()))) as archive:
        with np.load(io.BytesIO(archive.read("my-digits.npz"))) as arrays:
            assert {name: arrays[name].shape for name in arrays.files} == {
                "x_train": (0, 28, 28),
                "y_train": (0,),
                "x_test": (3, 28, 28),
                "y_test": (3,),
            }
            assert sorted(arrays["y_test"]) == sorted(LABELS[:3])
        details = json.loads(archive.read("digits.json"))["digits"]
    assert [record["strokes"] is None for record in details] == [True, False, False]
    assert details[1]["strokes"]["strokes"] == [[[1.0, 2.5], [3.0, 4.0]]]
    # It can also be read as a labelled set.
    assert len(read_uploads([("mine.zip", zipped(save_three()))]).images) == 3


def test_digits_that_are_saved_already_are_unchanged() -> None:
    first, *others = save_three()
    raw = zipped([first, *others])
    my_digits.relabel(first.id, 0)
    my_digits.delete(others[0].id)
    imported = import_uploads([("mine.zip", raw)])
    assert imported.digits == ()
    assert imported.summary == (
        "3 images: x_test of my-digits.npz, y_test of my-digits.npz. 0 came in; 3 were here "
        "already and stayed as they were."
    )
    assert my_digits.find(first.id).label == 0
    assert [digit.id for digit in my_digits.deleted_digits()] == [others[0].id]


def test_a_labelled_set_is_imported_without_its_blank_images() -> None:
    file = io.BytesIO()
    np.savez(file, images=np.concatenate([IMAGES, 0 * IMAGES[:1]]), labels=[*LABELS, 3])
    imported = import_uploads([("set.npz", file.getvalue())])
    assert imported.summary == (
        "6 images: images of set.npz, labels of set.npz. 5 came in; 1 are blank and were left out."
    )
    assert (
        my_digits.class_counts(my_digits.list_digits()).tolist()
        == np.bincount(LABELS, minlength=10).tolist()
    )


@pytest.mark.parametrize(
    ("details", "message"),
    [
        (
            {"digits": []},
            "mine.zip: expected a zip that the export of digits made, got 0 details of 3 digits; "
            "export them again, or import the my-digits.npz in it alone",
        ),
        (
            [],
            "mine.zip: expected a zip that the export of digits made, got a digits.json without a "
            "list of digits; export them again",
        ),
    ],
)
def test_invalid_details_raise_an_error_and_nothing_is_saved(details: Any, message: str) -> None:
    raw = changed(zipped(save_three()), digits=json.dumps(details))
    delete_all_files()
    with pytest.raises(DataError) as caught:
        import_uploads([("mine.zip", raw)])
    assert str(caught.value) == message
    assert my_digits.list_digits() == []


@pytest.mark.parametrize(
    "changes",
    [{"label": 11}, {"created": "now"}, {"strokes": {"width": 1}}, {"answers": [{"run": "a"}]}],
)
def test_an_invalid_detail_raises_an_error(changes: dict[str, Any]) -> None:
    raw = zipped(save_three())
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        value = json.loads(archive.read("digits.json"))
    value["digits"][1] |= changes
    delete_all_files()
    with pytest.raises(DataError, match=r"got details that are none \(.*\); export them"):
        import_uploads([("mine.zip", changed(raw, digits=json.dumps(value)))])
    assert my_digits.list_digits() == []
