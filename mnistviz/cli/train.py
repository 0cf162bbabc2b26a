"""Train a network and wait for the result: `train`."""

import shlex
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from mnistviz.cli.options import AsJson, setting_options
from mnistviz.cli.output import print_json
from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES, find_recipe
from mnistviz.core.settings import option_settings
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits import my_digits, signs
from mnistviz.digits.data_sets import library
from mnistviz.evaluation import fine_tune_report
from mnistviz.runs import event_files, metrics_log, registry, snapshots, worker_log
from mnistviz.runs.epoch_log import epochs_of
from mnistviz.runs.event_files import EventFiles
from mnistviz.runs.fine_tune_set import FOLD_WORD, FOLDS
from mnistviz.runs.queue.waiting_text import waiting_text
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, State, read_status, run_state, silence_text
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import fine_tuning, launcher

POLL_SECONDS = 0.2
POLLS_BEFORE_WAITING = 10


RecipeOption = Annotated[
    str | None, typer.Option(help=f"One of {', '.join(RECIPES)}; reference by default.")
]
NameOption = Annotated[str | None, typer.Option(help="Name of the run: any you like.")]
ResumeOption = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Go on with a run that was stopped, killed or failed."),
]
ParentOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="RUN[:EPOCH]",
        help="Begin with the weights of another run, and train what it had left.",
    ),
]
DigitsOption = Annotated[
    bool,
    typer.Option(
        "--digits",
        help="With --from: fine-tune the copy on your own digits, mixed with MNIST's. It has "
        "its own settings: 3 epochs of 12,800 images.",
    ),
]
HoldOutOption = Annotated[
    int | None,
    typer.Option(
        help=f"With --digits: which {FOLD_WORD} of them is held out, 0 to {FOLDS - 1}, to say what "
        "it gained; -1 for none. Default: 0."
    ),
]
DataOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A data set of your own, see `data`, instead of MNIST: the network gets a score for "
        "each of its classes; soft labels and further digits of a recipe are left out.",
    ),
]
TensorboardOption = Annotated[
    bool, typer.Option("--tensorboard", help="Write event files too, which TensorBoard opens.")
]


@setting_options(option_settings(ModelSpec, TrainSpec))
def train(
    recipe: RecipeOption = None,
    *,
    settings: dict[str, Any],
    name: NameOption = None,
    resume: ResumeOption = None,
    parent: ParentOption = None,
    own: DigitsOption = False,
    hold_out: HoldOutOption = None,
    data: DataOption = None,
    tensorboard: TensorboardOption = False,
    as_json: AsJson = False,
) -> None:
    """Train a network in a process of its own and wait for it. Ctrl-C stops and keeps it."""
    if tensorboard:
        # Where event files can't be written, nothing is started.
        event_files.need_tensorboard()
    if resume is not None:
        if settings.keys() - {"learning_rate"} or name or recipe or parent or data:
            raise SpecError("--resume takes no other setting than --learning-rate: a run goes on")
        run = registry.find_run(resume)
        _resume(run, settings.get("learning_rate"), as_json, tensorboard=tensorboard)
        return
    if (own or hold_out is not None) and (parent is None or not own):
        raise SpecError("--digits fine-tunes a copy: name the run, --from RUN; --hold-out needs it")
    if parent is None:
        run = _start(recipe or "reference", settings, name, data)
    elif recipe or data or settings.keys() & ModelSpec.model_fields.keys():
        raise SpecError(
            "--from takes no recipe, no network and no data set: they are those of the parent"
        )
    elif own:
        run = _fine_tune(
            snapshots.find(parent), settings, name, 0 if hold_out is None else hold_out
        )
    else:
        run = _fork(snapshots.find(parent), settings, name)
    _wait_and_report(run, as_json, tensorboard=tensorboard)


def _start(recipe: str, settings: Mapping[str, Any], name: str | None, data: str | None) -> Run:
    """Start a training of a recipe with some settings changed, on MNIST or a data set."""
    base = find_recipe(recipe)
    model, training = (
        {key: value for key, value in settings.items() if key in spec.model_fields}
        for spec in (ModelSpec, TrainSpec)
    )
    ref = library.reference(library.find(data)) if data else None
    return launcher.start(base.name, *base.specs(model, training, ref), name, ref)


def _fork(snapshot: Snapshot, settings: Mapping[str, Any], name: str | None) -> Run:
    """Start the rest of a training from a snapshot, with some settings changed."""
    train = snapshot.run.spec.train
    rest = train.after(int(train.epoch_at(snapshot.step)))
    return launcher.fork(snapshot, rest.changed(**settings), name)


def _fine_tune(
    snapshot: Snapshot, settings: Mapping[str, Any], name: str | None, hold_out: int
) -> Run:
    """Start the fine-tuning of a snapshot on the user's digits but those held out."""
    if not -1 <= hold_out < FOLDS:
        raise SpecError(
            f"hold-out: expected a {FOLD_WORD} from 0 to {FOLDS - 1}, or -1 for none, got "
            f"{hold_out}"
        )
    train = fine_tuning.settings(snapshot.run.spec.train).changed(**settings)
    fold = None if hold_out == -1 else hold_out
    names = snapshot.run.spec.class_names
    digits = my_digits.as_labelled_set() if names == DIGIT_NAMES else signs.as_labelled_set(names)
    return fine_tuning.start(snapshot, digits, train, fold=fold, name=name)


def _resume(run: Run, learning_rate: float | None, as_json: bool, *, tensorboard: bool) -> None:
    """Resume a run and wait for it; a finished run is only reported."""
    if run_state(run) == "finished":
        typer.echo(f"{run.name} is finished: there is nothing left to train", err=True)
        _report(run, {"resumed_from_step": None}, as_json)
        return
    launcher.resume(run, learning_rate)
    _wait_and_report(run, as_json, resumed=True, tensorboard=tensorboard)


def _wait_and_report(
    run: Run, as_json: bool, *, resumed: bool = False, tensorboard: bool = False
) -> None:
    state = _wait(run, tensorboard)
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
        extra |= _fine_tune_result(run)
    _report(run, extra, as_json)


def _wait(run: Run, tensorboard: bool) -> State:
    """The state of a run at its end. Ctrl-C stops the run."""
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
    return state


def _fine_tune_result(run: Run) -> dict[str, Any]:
    """The change on the digits held out and on the test set, as JSON."""
    report = fine_tune_report.measure(run)
    held_out = fine_tune_report.pooled([report])
    return {
        "held_out_digits": asdict(held_out) if held_out else None,
        "test_set": asdict(fine_tune_report.change(report.test_before, report.test_after)),
    }


def _report(run: Run, extra: dict[str, Any], as_json: bool) -> None:
    result = {**_training_result(run), **extra}
    if as_json:
        print_json(result)
        return
    state = run_state(run)
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


def follow(run: Run, scalars: EventFiles | None = None) -> State:
    """Show the progress of a run until it ends, and write its rows as events too."""
    reader = metrics_log.MetricsReader(run.metrics_file)
    polls_in_queue, was_silent = 0, False
    with typer.progressbar(
        length=run.spec.train.num_steps, label=run.name, file=sys.stderr
    ) as progress:
        while (state := run_state(run)) in ACTIVE_STATES:
            # Every worker queues for a moment, until it has looked for a free slot.
            polls_in_queue += state == "queued"
            if polls_in_queue == POLLS_BEFORE_WAITING and state == "queued":
                typer.echo(f"{run.name}: {waiting_text(run)}", err=True)
            silence = silence_text(run)
            if silence and not was_silent:
                typer.echo(f"{run.name}: {silence}", err=True)
            was_silent = bool(silence)
            status = read_status(run)
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
    last, test = metrics_log.last_results(run, rows)
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
