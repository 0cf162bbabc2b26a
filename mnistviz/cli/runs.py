"""List, manage and move runs: `runs` and its subcommands, and `export`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from mnistviz.cli.options import AsJson, RunArgument, find_snapshot, list_by_default
from mnistviz.cli.output import print_json, written_file
from mnistviz.core.errors import RunError
from mnistviz.exports import formats
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.archive import keras_import, pack
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.runs.run_summary import summarise
from mnistviz.runs.run_table import json_row, text_line
from mnistviz.training import launcher

app = typer.Typer(add_completion=False)

RunWord = Annotated[str, typer.Argument(metavar="RUN", help="NAME or ID of a run.")]


@app.command("list")
def list_all(
    deleted: Annotated[bool, typer.Option("--deleted", help="Those you deleted.")] = False,
    as_json: AsJson = False,
) -> None:
    """All runs, bundled ones first, then your own, newest first."""
    runs = registry.deleted_runs() if deleted else registry.list_runs()
    for damaged in () if deleted else registry.damaged_runs():
        typer.echo(f"damaged: {damaged.reason}", err=True)
    if as_json:
        print_json([json_row(summarise(run)) for run in runs])
        return
    for run in runs:
        print(text_line(summarise(run)))


list_by_default(app, list_all, "List, manage and move runs. Without a command: list.")


@app.command()
def rename(run: RunWord, name: str, as_json: AsJson = False) -> None:
    """Give a run another name. Its id stays."""
    before = registry.find_run(run)
    renamed = metadata.rename(before, name)
    _report(renamed, f"{before.name} is now {renamed.name}", as_json)


@app.command()
def note(run: RunWord, text: str, as_json: AsJson = False) -> None:
    """Note something about a run, in place of what was noted; '' takes it away."""
    noted = metadata.annotate(registry.find_run(run), text)
    _report(noted, f"{noted.name}: {noted.note or 'no note'}", as_json)


@app.command()
def delete(run: RunWord, as_json: AsJson = False) -> None:
    """Take a run out of all lists. `restore` brings it back."""
    deleted = metadata.delete(registry.find_run(run))
    way_back = f"python -m mnistviz runs restore {deleted.id}"
    _report(deleted, f"{deleted.name} is deleted; to bring it back: {way_back}", as_json)


@app.command()
def restore(run: RunWord, as_json: AsJson = False) -> None:
    """Bring a deleted run back."""
    restored = metadata.restore(metadata.find_deleted(run))
    before = f" ({restored.name_before} is another run now)" if restored.name_before else ""
    _report(restored.run, f"{restored.run.name} is back{before}", as_json)


@app.command()
def stop(run: RunWord, as_json: AsJson = False) -> None:
    """End a training after its current step and keep the result. `resume` goes on with it."""
    _request(run, launcher.stop, "stops after its current step", as_json)


@app.command()
def pause(run: RunWord, as_json: AsJson = False) -> None:
    """Let a training wait after its current step. It keeps its turn; `resume` ends the pause."""
    _request(run, launcher.pause, "pauses after its current step", as_json)


@app.command()
def resume(run: RunWord, as_json: AsJson = False) -> None:
    """End a pause, or go on in the background with a run that was stopped, killed or failed."""
    resumed = registry.find_run(run)
    if run_state(resumed) in ACTIVE_STATES:
        _request(run, launcher.go_on, "trains on", as_json)
        return
    launcher.resume(resumed)
    _report(resumed, f"{resumed.name} trains on", as_json)


def _request(text: str, request: Callable[[Run], None], sentence: str, as_json: bool) -> None:
    """Send a request to the worker of a run that trains, and report it."""
    run = registry.find_run(text)
    if (state := run_state(run)) not in ACTIVE_STATES:
        raise RunError(f"{run.name} is {state}: there is no training to tell that")
    request(run)
    _report(run, f"{run.name} {sentence}", as_json)


@app.command()
def export(
    run: RunArgument,
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    keep: Annotated[
        Literal["all", "chosen", "none"],
        typer.Option("--snapshots", help="All snapshots, or that of the epoch alone, or none."),
    ] = "all",
    keras: Annotated[
        bool, typer.Option(help="With model.keras, which stock Keras opens. Takes TensorFlow.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Pack a run into a zip: settings, metrics as CSV, snapshots, and its network after EPOCH.

    Without an epoch, `model.keras` and `weights.npz` are those of the last snapshot.
    """
    name, colon, _ = run.partition(":")
    exported = registry.find_run(name)
    steps = snapshots.steps_of(exported)
    step = snapshots.find(run).step if colon or steps else None
    packed = {"all": steps, "chosen": steps if step is None else [step], "none": []}[keep]
    with written_file(out, RunError) as file:
        pack.export(exported, file, step=step, steps=packed, with_keras=keras)
    size = out.stat().st_size
    if as_json:
        value = {"run": exported.name, "file": out, "bytes": size, "step": step}
        print_json({**value, "snapshots": packed})
    else:
        print(f"{exported.name}: {len(packed)} snapshots, {size / 2**20:.1f} MB in {out}")


def export_to(
    run: RunArgument,
    to: Annotated[str, typer.Option(metavar="FORMAT", help=f"One of {', '.join(formats.NAMES)}.")],
    out: Annotated[Path, typer.Option(help="The file to write; some formats have more beside it.")],
    as_json: AsJson = False,
) -> None:
    """Write a run for other programs: a model file, code, or a hand-in.

    The network is that after EPOCH, or the last one. `runs export` packs the whole run.
    """
    chosen = formats.find_format(to, out)
    snapshot = find_snapshot(run)
    files = formats.export(snapshot, chosen, out)
    sizes = {file: file.stat().st_size for file in files}
    if as_json:
        value = {"run": snapshot.run.name, "step": snapshot.step, "format": to}
        print_json({**value, "files": [{"file": f, "bytes": size} for f, size in sizes.items()]})
        return
    for file, size in sizes.items():
        print(f"{file} ({size / 1024:,.1f} kB)")


@app.command("import")
def import_zip(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="What `runs export` wrote, or a .keras or .h5 model."),
    ],
    as_json: AsJson = False,
) -> None:
    """Make a new run of a zip or a Keras model. It is checked whole; nothing in it is run."""
    imported = keras_import.import_file(file, file.name)
    before = f" ({imported.name_before} is here already)" if imported.name_before else ""
    _report(imported.run, f"imported as {imported.run.name}{before}", as_json)


def _report(run: Run, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(json_row(summarise(run)))
    else:
        print(sentence)
