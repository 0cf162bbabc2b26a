"""What to do with runs: `runs`, and its subcommands."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mnistviz.cli.options import AsJson, RunArgument
from mnistviz.cli.output import print_json
from mnistviz.core import storage
from mnistviz.core.errors import RunError
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.archive import pack, unpack
from mnistviz.runs.registry import Run
from mnistviz.runs.run_summary import summarise
from mnistviz.training import launcher

app = typer.Typer(add_completion=False)

RunWord = Annotated[str, typer.Argument(metavar="RUN", help="NAME or ID of a run.")]


@app.callback(invoke_without_command=True)
def without_command(context: typer.Context, as_json: AsJson = False) -> None:
    """List, manage and move runs. Without a command: list."""
    if context.invoked_subcommand is None:
        list_all(as_json=as_json)
    elif as_json:
        raise typer.BadParameter(f"write it after the command: {context.invoked_subcommand} --json")


@app.command("list")
def list_all(
    deleted: Annotated[bool, typer.Option("--deleted", help="Those you deleted.")] = False,
    as_json: AsJson = False,
) -> None:
    """All runs, bundled ones first, then your own, newest first."""
    rows = [_run_row(run) for run in (registry.deleted_runs() if deleted else registry.list_runs())]
    for damaged in () if deleted else registry.damaged_runs():
        typer.echo(f"damaged: {damaged.reason}", err=True)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        score = "" if row["val_accuracy"] is None else f"{row['val_accuracy']:.2%}"
        print(
            f"{row['name']:24}{row['state']:10}{row['channels']:10}{row['parameters']:>8,}"
            f"  seed {row['seed']:<6}{row['epochs_done']:g} of {row['epochs']} epochs  {score}"
        )


@app.command()
def rename(run: RunWord, name: str, as_json: AsJson = False) -> None:
    """Give a run another name. Its id stays."""
    found = registry.find_run(run)
    renamed = metadata.rename(found, name)
    _report(renamed, f"{found.name} is now {renamed.name}", as_json)


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
    was = f" ({restored.name_before} is another run now)" if restored.name_before else ""
    _report(restored.run, f"{restored.run.name} is back{was}", as_json)


@app.command()
def stop(run: RunWord, as_json: AsJson = False) -> None:
    """End a training after its current step and keep the result. `resume` goes on with it."""
    _tell(run, launcher.stop, "stops after its current step", as_json)


@app.command()
def pause(run: RunWord, as_json: AsJson = False) -> None:
    """Let a training wait after its current step. It keeps its turn; `resume` ends the pause."""
    _tell(run, launcher.pause, "pauses after its current step", as_json)


@app.command()
def resume(run: RunWord, as_json: AsJson = False) -> None:
    """End a pause, or go on in the background with a run that was stopped, killed or failed."""
    found = registry.find_run(run)
    if registry.run_state(found) in registry.ACTIVE_STATES:
        _tell(run, launcher.go_on, "trains on", as_json)
        return
    launcher.resume(found)
    _report(found, f"{found.name} trains on", as_json)


def _tell(run: str, wish: Callable[[Run], None], sentence: str, as_json: bool) -> None:
    found = registry.find_run(run)
    if (state := registry.run_state(found)) not in registry.ACTIVE_STATES:
        raise RunError(f"{found.name} is {state}: there is no training to tell that")
    wish(found)
    _report(found, f"{found.name} {sentence}", as_json)


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
    found = registry.find_run(name)
    steps = snapshots.steps_of(found)
    step = snapshots.find(run).step if colon or steps else None
    kept = {"all": steps, "chosen": steps if step is None else [step], "none": []}[keep]
    try:
        with storage.atomic_write(out) as file:
            pack.export(found, file, step=step, steps=kept, with_keras=keras)
    except OSError as error:
        raise RunError(
            f"{out}: expected a file that can be written, got: {error.strerror or error}; choose "
            "another place"
        ) from None
    size = out.stat().st_size
    if as_json:
        print_json(
            {"run": found.name, "file": str(out), "bytes": size, "step": step, "snapshots": kept}
        )
    else:
        print(f"{found.name}: {len(kept)} snapshots, {size / 2**20:.1f} MB in {out}")


@app.command("import")
def import_zip(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="What `export` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Make a new run of a zip. It is checked whole; nothing in it is run."""
    imported = unpack.import_run(file)
    was = f" ({imported.name_before} is here already)" if imported.name_before else ""
    _report(imported.run, f"imported as {imported.run.name}{was}", as_json)


def _report(run: Run, sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(_run_row(run))
    else:
        print(sentence)


def _run_row(run: Run) -> dict[str, Any]:
    found = summarise(run)
    return {
        "id": run.id,
        "name": run.name,
        "bundled": run.bundled,
        "state": found.state,
        "recipe": run.spec.recipe,
        "channels": run.spec.model.plan,
        "parameters": run.spec.model.parameters,
        "seed": run.spec.train.seed,
        "epochs": run.spec.train.epochs,
        "epochs_done": round(found.epochs_done, 2),
        "val_accuracy": found.validation_accuracy,
        "validated_on": run.spec.train.validated_on,
        "test_accuracy": found.test_accuracy,
        "seconds": found.seconds,
        "parent": run.spec.parent.model_dump() if run.spec.parent else None,
        "created": run.spec.created.isoformat(),
        "note": run.note,
        "deleted": run.deleted,
    }
