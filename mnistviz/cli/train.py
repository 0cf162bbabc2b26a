"""Train a network and wait for it: `train`."""

import shlex
import sys
import time
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mnistviz.cli.options import AsJson, BatchNorm, Channels, Dropout, changed_model
from mnistviz.cli.output import print_json
from mnistviz.core.errors import SpecError
from mnistviz.core.recipes import RECIPES, find_recipe
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits
from mnistviz.evaluation import fine_tune_report
from mnistviz.runs import event_files, fine_tune_set, metrics_log, registry, snapshots, worker_log
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.event_files import EventFiles
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher

POLL_SECONDS = 0.2
POLLS_BEFORE_WAITING = 10


def train(
    recipe: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(RECIPES)}; reference by default.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help=TrainSpec.help("epochs"))] = None,
    seed: Annotated[int | None, typer.Option(help=TrainSpec.help("seed"))] = None,
    channels: Channels = None,
    dropout: Dropout = None,
    batch_norm: BatchNorm = None,
    batch_size: Annotated[int | None, typer.Option(help=TrainSpec.help("batch_size"))] = None,
    learning_rate: Annotated[
        float | None, typer.Option(help=TrainSpec.help("learning_rate"))
    ] = None,
    limit: Annotated[int | None, typer.Option(help=TrainSpec.help("num_images"))] = None,
    gap: Annotated[
        bool | None, typer.Option("--gap/--no-gap", help=TrainSpec.help("measure_gap"))
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run: any you like.")] = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Go on with a run that was stopped, killed or failed."),
    ] = None,
    parent: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="RUN[:EPOCH]",
            help="Begin with the weights of another run, and train what it had left.",
        ),
    ] = None,
    own: Annotated[
        bool,
        typer.Option(
            "--digits",
            help="With --from: fine-tune the copy on your own digits, mixed with MNIST's. It has "
            "its own settings: 3 epochs of 12,800 images.",
        ),
    ] = False,
    hold_out: Annotated[
        int | None,
        typer.Option(
            help="With --digits: which quarter of them is held out, 0 to 3, to say what it gained; "
            "-1 for none. Default: 0."
        ),
    ] = None,
    tensorboard: Annotated[
        bool,
        typer.Option("--tensorboard", help="Write event files too, which TensorBoard opens."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Train a network in a process of its own and wait for it. Ctrl-C stops and keeps it."""
    of_network = {"channels": channels, "dropout": dropout, "batch_norm": batch_norm}
    of_training = {
        "epochs": epochs,
        "seed": seed,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "num_images": limit,
        "measure_gap": gap,
    }
    settings = {key: value for key, value in of_training.items() if value is not None}
    if tensorboard:
        # Where it can't be done, nothing is started.
        event_files.need_tensorboard()
    if resume is not None:
        others = settings.keys() - {"learning_rate"}
        if others or name or recipe or parent or _any_given(of_network):
            raise SpecError("--resume takes no other setting than --learning-rate: a run goes on")
        _resume(registry.find_run(resume), learning_rate, as_json, tensorboard=tensorboard)
        return
    if (own or hold_out is not None) and (parent is None or not own):
        raise SpecError("--digits fine-tunes a copy: name the run, --from RUN; --hold-out needs it")
    if parent is not None:
        if recipe or _any_given(of_network):
            raise SpecError("--from takes no recipe and no network: they are those of the parent")
        snapshot = snapshots.find(parent)
        if own:
            _fine_tune(snapshot, settings, name, hold_out, as_json, tensorboard=tensorboard)
            return
        rest = snapshot.run.spec.train.after(int(snapshot.run.spec.train.epoch_at(snapshot.step)))
        run = launcher.fork(snapshot, rest.changed(**settings), name)
    else:
        base = find_recipe(recipe or "reference")
        model = changed_model(base.model, channels, batch_norm, dropout)
        run = launcher.start(base.name, model, base.train.changed(**settings), name)
    _wait_and_report(run, as_json, tensorboard=tensorboard)


def _fine_tune(
    snapshot: Snapshot,
    settings: dict[str, Any],
    name: str | None,
    hold_out: int | None,
    as_json: bool,
    *,
    tensorboard: bool,
) -> None:
    fold = 0 if hold_out is None else hold_out
    if not -1 <= fold < fine_tune_set.FOLDS:
        raise SpecError(f"hold-out: expected a quarter from 0 to 3, or -1 for none, got {fold}")
    train = fine_tune_set.settings(snapshot.run.spec.train).changed(**settings)
    run = launcher.fine_tune(
        snapshot,
        my_digits.as_labelled_set(),
        train,
        fold=None if fold == -1 else fold,
        name=name,
    )
    _wait_and_report(run, as_json, tensorboard=tensorboard)


def _gain(run: Run) -> dict[str, Any]:
    """What fine-tuning gained on the digits held out, and cost on the test set."""
    found = fine_tune_report.measure(run)
    held = fine_tune_report.pooled([found])
    return {
        "held_out_digits": asdict(held) if held else None,
        "test_set": asdict(fine_tune_report.change(found.test_before, found.test_after)),
    }


def _any_given(options: dict[str, Any]) -> bool:
    return any(value is not None for value in options.values())


def _resume(run: Run, learning_rate: float | None, as_json: bool, *, tensorboard: bool) -> None:
    if registry.run_state(run) == "finished":
        typer.echo(f"{run.name} is finished: there is nothing left to train", err=True)
        _report(run, {"resumed_from_step": None}, as_json)
        return
    launcher.resume(run, learning_rate)
    _wait_and_report(run, as_json, resumed=True, tensorboard=tensorboard)


def _wait_and_report(
    run: Run, as_json: bool, *, resumed: bool = False, tensorboard: bool = False
) -> None:
    scalars = EventFiles(run) if tensorboard else None
    while True:
        try:
            state = follow(run, scalars)
            break
        except KeyboardInterrupt:
            typer.echo("stopping after this step; the result is kept", err=True)
            launcher.stop(run)
    if scalars:
        scalars.close()
        typer.echo(f"tensorboard --logdir {shlex.quote(str(event_files.folder_of(run)))}", err=True)
    if state in ("failed", "crashed"):
        typer.echo(f"mnistviz: {run.name} {state}: {worker_log.reason_of_end(run)}", err=True)
        raise typer.Exit(1)
    extra: dict[str, Any] = {}
    if resumed:
        events = metrics_log.MetricsReader(run.metrics_file).events()
        steps = [event["step"] for event in events if event["event"] == "resume"]
        extra = {"resumed_from_step": steps[-1] if steps else 0}
        typer.echo(f"{run.name} went on from step {extra['resumed_from_step']:,}", err=True)
    if run.spec.own:
        extra |= _gain(run)
    _report(run, extra, as_json)


def _report(run: Run, extra: dict[str, Any], as_json: bool) -> None:
    result = {**_training_result(run), **extra}
    if as_json:
        print_json(result)
        return
    state = registry.run_state(run)
    accuracy = result["val_accuracy"]
    if accuracy is None:
        print(f"{run.name}: {state} before its first step")
        return
    on = "the test set" if result["validated_on"] == "test" else "held-out training images"
    done = "1 epoch" if result["epochs"] == 1 else f"{result['epochs']} epochs"
    print(f"{run.name}: {state} after {done}, {result['seconds']:.0f} s")
    print(f"validation accuracy {accuracy:.2%} on {on}")
    if result["test_accuracy"] is not None:
        print(f"test accuracy {result['test_accuracy']:.2%}")
    if "test_set" in result:
        _print_change("your digits that it was not trained on", result["held_out_digits"])
        _print_change("test images", result["test_set"])


def _print_change(what: str, change: dict[str, Any] | None) -> None:
    if change is None:
        print(f"{what}: none were held out, so nothing says what it gained")
    else:
        print(
            f"{what}: {change['before']:,} right before, {change['after']:,} after, "
            f"of {change['total']:,}"
        )


def follow(run: Run, scalars: EventFiles | None = None) -> registry.State:
    """Show the progress of a run until it ends, and write its rows as events too."""
    reader = metrics_log.MetricsReader(run.metrics_file)
    polls_in_queue = 0
    with typer.progressbar(
        length=run.spec.train.num_steps, label=run.name, file=sys.stderr
    ) as progress:
        while (state := registry.run_state(run)) in registry.ACTIVE_STATES:
            # Every worker queues for a moment, until it has looked for a free slot.
            polls_in_queue += state == "queued"
            if polls_in_queue == POLLS_BEFORE_WAITING and state == "queued":
                before = len(registry.queued_before(run))
                typer.echo(
                    f"{run.name}: another run is training; {before} more wait before it", err=True
                )
            status = registry.read_status(run)
            rows = reader.poll()
            if scalars:
                scalars.write(rows)
            if status is not None:
                progress.label = f"{run.name} {rows[-1].accuracy:.1%}" if rows else run.name
                progress.update(status.step - progress.pos)
            time.sleep(POLL_SECONDS)
        if state == "finished":
            progress.update(progress.length or 0)
    if scalars:
        scalars.write(reader.poll())
    return state


def _training_result(run: Run) -> dict[str, Any]:
    rows = metrics_log.read(run)
    epochs = epochs_of(rows, run.spec.train.steps_per_epoch)
    last = metrics_log.last_row(rows, "validation")
    on_test = run.spec.train.validated_on == "test"
    # Where every epoch is validated on the test set, the last validation is the test result.
    test = last if on_test else metrics_log.last_row(rows, "test")
    return {
        "run": run.name,
        "epochs": last.step // run.spec.train.steps_per_epoch if last else 0,
        "val_accuracy": last.accuracy if last else None,
        "val_loss": last.loss if last else None,
        "seconds": rows[-1].seconds if rows else 0.0,
        "epoch_seconds": [round(epoch.seconds, 3) for epoch in epochs],
        "validated_on": run.spec.train.validated_on,
        "test_accuracy": test.accuracy if test else None,
    }
