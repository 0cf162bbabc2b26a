"""Data sets of one's own: `data` and its subcommands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnistviz.cli.options import AsJson, list_by_default, one_of
from mnistviz.cli.output import Column, print_json, print_table
from mnistviz.core.errors import DataError

if TYPE_CHECKING:
    from mnistviz.digits.data_sets.data_set import DataSetInfo

app = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of a data set.")]
# What `auto` stands for is None: as noticed.
_TURNS = {"auto": None, "yes": True, "no": False}
_FITS = ("resize", "centre")


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """All data sets that were imported, newest first."""
    from mnistviz.digits.data_sets import library

    known = library.all_sets()
    if as_json:
        print_json([_row(about) for about in known])
        return
    columns = [
        Column("name", 24, left=True),
        Column("classes", 9),
        Column("train", 10, ","),
        Column("validation", 12, ","),
        Column("test", 9, ","),
    ]
    rows = [
        (
            about.name,
            len(about.class_names),
            *(about.num_images(part) for part in ("train", "validation", "test")),
        )
        for about in known
    ]
    print_table(columns, rows, heading=bool(rows))
    print(f"{len(known):,} data set{'' if len(known) == 1 else 's'}")


list_by_default(
    app,
    list_all,
    "Your own data sets: import, list, show and delete them. Without a command: list.",
)


@app.command("import")
def import_set(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="npz, IDX, CSV, parquet or .mat files, or a folder, zip or tar of pictures.",
        ),
    ],
    name: Annotated[str, typer.Option(help="Name of the data set: any you like.")],
    fit: Annotated[
        str,
        typer.Option(
            help="How images become 28×28: resize, with their proportions, or centre: fitted to 20 "
            "pixels and centred by their mass, as MNIST was made."
        ),
    ] = "resize",
    inverted: Annotated[
        str, typer.Option(help="Whether images are dark on light: auto, yes or no.")
    ] = "auto",
    transposed: Annotated[
        str, typer.Option(help="Whether rows and columns are exchanged: auto, yes or no.")
    ] = "auto",
    classes: Annotated[
        str | None, typer.Option(help="Names of the classes in their order, with commas.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a data set under a name, to train and evaluate on. Nothing is kept after an error."""
    from mnistviz.digits.data_sets import library
    from mnistviz.digits.data_sets.reading import Choices, open_paths

    choices = Choices(
        fit="centre" if one_of("fit", fit, _FITS) == "centre" else "resize",
        inverted=_TURNS[one_of("inverted", inverted, _TURNS)],
        transposed=_TURNS[one_of("transposed", transposed, _TURNS)],
        class_names=tuple(one.strip() for one in classes.split(",")) if classes else (),
    )
    library.free_name(name)
    with open_paths(files) as opened:
        about = library.keep(opened, choices, name)
    _report(about, as_json)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Classes, parts, and what was noticed, left out and found twice in a data set."""
    from mnistviz.digits.data_sets import library

    _report(library.find(name), as_json)


@app.command()
def delete(
    name: Name,
    force: Annotated[
        bool, typer.Option("--force", help="Also if runs were trained on it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a data set. It can be imported again from its files."""
    from mnistviz.digits.data_sets import library
    from mnistviz.runs.registry import runs_on

    about = library.find(name)
    users = [run.name for run in runs_on(about.sha256)]
    if users and not force:
        raise DataError(
            f"{about.name}: {', '.join(users[:5])} {'was' if len(users) == 1 else 'were'} trained "
            "on it and can't be shown or evaluated without it; delete it with --force"
        )
    library.delete(about)
    if as_json:
        print_json(_row(about))
    else:
        print(f"{about.name} is deleted")


def _report(about: DataSetInfo, as_json: bool) -> None:
    if as_json:
        print_json(_row(about))
        return
    print(f"{about.name}: {about.num_images():,} images, {len(about.class_names)} classes")
    parts = ("train", "validation", "test")
    rows = zip(about.class_names, *(about.class_counts[part] for part in parts), strict=True)
    print_table([Column("class", 20, left=True), *(Column(part, 12, ",") for part in parts)], rows)
    for note in (*about.notes, about.split_rule):
        print(note)
    for what, count in about.left_out:
        print(f"left out: {count:,} × {what}")
    for where, count in about.duplicates.items():
        if count:
            print(f"twice: {count:,} images of {where}")
    if about.constant:
        print(f"constant: {about.constant:,} images of one value")
    print(f"SHA-256 {about.sha256}")


def _row(about: DataSetInfo) -> dict[str, Any]:
    return {
        **about.model_dump(mode="json", exclude={"schema_version"}),
        "images": {part: about.num_images(part) for part in ("train", "validation", "test")},
    }
