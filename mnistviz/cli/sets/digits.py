"""Digits that the user drew and labelled: `digits` and its subcommands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from mnistviz.cli.drawings import read_drawing
from mnistviz.cli.options import AsJson, list_by_default
from mnistviz.cli.output import print_json, written_file
from mnistviz.core.errors import DataError
from mnistviz.digits import my_digits, my_digits_zip
from mnistviz.digits.data_sets.evaluated import read_path
from mnistviz.digits.data_sets.reading import EXPECTED
from mnistviz.digits.my_digits import Digit

app = typer.Typer(add_completion=False)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Ids, or their beginnings.")]
All = Annotated[bool, typer.Option("--all", help="All of them.")]

# The limit of an upload in the browser, too.
MAX_ZIP_BYTES = 200 * 2**20


@app.command("list")
def list_all(
    deleted: Annotated[bool, typer.Option("--deleted", help="Those you deleted.")] = False,
    as_json: AsJson = False,
) -> None:
    """All digits, in the order in which they were kept, with what runs answered then."""
    digits = my_digits.deleted_digits() if deleted else my_digits.list_digits()
    for file in my_digits.damaged_files():
        typer.echo(f"damaged, left alone: {file}", err=True)
    if as_json:
        print_json([_row(digit) for digit in digits])
        return
    for digit in digits:
        answers = ", ".join(f"{answer.run} read {answer.digit}" for answer in digit.answers)
        print(f"{digit.id}  {digit.label}  {digit.created:%Y-%m-%d %H:%M}  {answers}".rstrip())
    print(f"{len(digits):,} digits")


list_by_default(
    app,
    list_all,
    "Your own labelled digits: list, add, move and delete them. Without a command: list.",
)


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Pictures or strokes.")],
    label: Annotated[int, typer.Option(help="What they are, 0 to 9.")],
    as_json: AsJson = False,
) -> None:
    """Keep drawings: pictures of any size, or .json files of strokes, as `predict` takes them."""
    drawings = [(file, *read_drawing(file)) for file in files]
    for file, _, blank in drawings:
        if blank:
            raise DataError(f"{file}: expected a digit, got a blank picture; choose another file")
    added = [my_digits.save(my_digits.to_pixels(image), label) for _, image, _ in drawings]
    _report(added, f"{len(added):,} kept as {label}", as_json)


@app.command()
def label(digit: str, label: int, as_json: AsJson = False) -> None:
    """Say anew what a digit is."""
    changed = my_digits.relabel(my_digits.find(digit).id, label)
    _report([changed], f"{changed.id} is {my_digits.label_name(changed.label)} now", as_json)


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The zip file to write.")], as_json: AsJson = False
) -> None:
    """Pack all digits into a zip: an npz in MNIST's layout, and strokes and answers as JSON."""
    digits = my_digits.list_digits()
    with written_file(out, DataError) as file:
        my_digits_zip.export(file, digits)
    _report(digits, f"{len(digits):,} digits in {out}", as_json)


@app.command(
    "import",
    help=f"Take in digits: a zip of `export`, or {EXPECTED}.\n\n"
    "What is here already stays as it is.",
)
def import_set(
    path: Annotated[
        Path, typer.Argument(help="What `export` wrote, or any set that `evaluate --data` takes.")
    ],
    as_json: AsJson = False,
) -> None:
    """Import the digits of an export or of any other labelled set."""
    if path.suffix.lower() == ".zip" and path.is_file() and path.stat().st_size <= MAX_ZIP_BYTES:
        imported = my_digits_zip.import_uploads([(path.name, path.read_bytes())])
    else:
        imported = my_digits_zip.import_set(read_path(path))
    _report(imported.digits, imported.summary, as_json)


@app.command()
def delete(ids: Ids = None, every: All = False, as_json: AsJson = False) -> None:
    """Take digits out of the set. `restore` brings them back."""
    digits = _select(my_digits.list_digits(), ids, every)
    deleted = [my_digits.delete(digit.id) for digit in digits]
    way_back = f"digits restore {deleted[0].id}" if len(deleted) == 1 else "digits restore --all"
    sentence = f"{len(deleted):,} deleted; the way back: python -m mnistviz {way_back}"
    _report(deleted, sentence, as_json)


@app.command()
def restore(ids: Ids = None, every: All = False, as_json: AsJson = False) -> None:
    """Bring deleted digits back."""
    digits = _select(my_digits.deleted_digits(), ids, every)
    restored = [my_digits.restore(digit.id) for digit in digits]
    _report(restored, f"{len(restored):,} are back", as_json)


def _select(digits: Sequence[Digit], ids: Sequence[str] | None, every: bool) -> Sequence[Digit]:
    """Return the digits with these ids, or all. Raises `DataError` for any other id."""
    if every != (not ids):
        raise DataError(
            "expected ids of digits or --all, got both or neither; `digits list` has them"
        )
    known = {digit.id for digit in digits}
    selected = [my_digits.find(text, deleted=True) for text in ids or ()]
    for digit in selected:
        if digit.id not in known:
            raise DataError(f"{digit.id}: is {'' if digit.deleted else 'not '}deleted already")
    return digits if every else selected


def _report(digits: Sequence[Digit], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json([_row(digit) for digit in digits])
    else:
        print(sentence)


def _row(digit: Digit) -> dict[str, Any]:
    answers = [
        {"run": answer.run, "step": answer.step, "digit": answer.digit} for answer in digit.answers
    ]
    return {
        "id": digit.id,
        "label": digit.label,
        "created": digit.created.isoformat(),
        "strokes": digit.strokes is not None,
        "answers": answers,
        "deleted": digit.deleted,
    }
