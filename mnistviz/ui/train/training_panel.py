"""The live panel of the Train page: state and controls. Polled once a second."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.types.training import MetricRow
from mnistviz.runs import checkpoints, desired_state, registry, worker_log
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.queue import queued_before
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, State, read_status, run_state
from mnistviz.training import launcher
from mnistviz.ui.shared import flash, run_logs, state
from mnistviz.ui.shared.page_registry import DRAW, EVALUATE, FILM, KERNELS, RUNS
from mnistviz.ui.shared.progress import UNKNOWN, progress_of
from mnistviz.ui.shared.texts import state_badge, validated_on_text

# Guessing gets one digit in ten.
NOT_LEARNED = 0.3


def act(action: Callable[..., Any], *arguments: Any) -> None:
    """Do what a button says; the panel shows why it can't be done."""

    def act_silently() -> None:
        action(*arguments)

    flash.run(state.TRAIN_MESSAGE, act_silently)


def watch(run: Run, *, polled: bool) -> None:
    """Draw the panel of a run; `polled` says whether it is drawn again by itself."""
    shown = run_state(run)
    rows = run_logs.metrics(run)
    _show_state(run, shown, rows)
    if polled != (shown in ACTIVE_STATES):
        # Once more for the whole page, which then polls or stops polling.
        st.rerun()


def _show_state(run: Run, shown: State, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(run.name, width="content")
        st.markdown(state_badge(shown), width="content")
        if not run.bundled:
            _show_controls(run, shown)
    origin = f", begun from {_parent_name(run)}" if run.spec.parent else ""
    pen = f" and {spec.pen_digits:,} pen digits" if spec.pen_digits else ""
    st.caption(
        f"Channels {run.spec.model.plan}, {run.spec.model.parameters:,} parameters, recipe "
        f"{run.spec.recipe}, {spec.num_images:,} images{pen}, seed {spec.seed}{origin}"
    )
    flash.show(state.TRAIN_MESSAGE)
    _show_resumes(run)
    if shown in ACTIVE_STATES:
        _show_progress(run, shown, rows)
    elif shown in ("failed", "crashed"):
        reason = worker_log.reason_of_end(run)
        st.error(f"This run {shown}: {reason}. What it had stored until then is kept.")
    else:
        _show_result(run, shown, rows)


def _parent_name(run: Run) -> str:
    parent = run.spec.parent
    if parent is None:
        return ""
    try:
        name = registry.find_run(parent.run).name
    except MnistVizError:
        name = f"{parent.run} (gone)"
    return f"{name}, step {parent.step:,}"


def _show_resumes(run: Run) -> None:
    """Say where a run was interrupted: nothing about it is hidden."""
    found = [event for event in run_logs.events(run) if event["event"] == "resume"]
    if not found:
        return
    last = found[-1]
    damaged = last.get("damaged_checkpoints") or []
    times = "once" if len(found) == 1 else f"{len(found)} times"
    text = (
        f"Stopped or killed {times} before; it went on from step {last['step']:,}, exactly as it "
        "was there."
    )
    if damaged:
        text += f" Damaged and passed over: {', '.join(damaged)}."
    st.caption(text)


def _show_controls(run: Run, shown: State) -> None:
    wanted = desired_state.read(run)
    if shown in ACTIVE_STATES:
        if shown == "paused":
            step, per_epoch = _step_of(run), run.spec.train.steps_per_epoch
            next_end = (step // per_epoch + 1) * per_epoch
            _button("Go on", "play_arrow", launcher.go_on, run, primary=True)
            _button("One batch", "skip_next", launcher.train_until, run, step + 1)
            _button("One epoch", "fast_forward", launcher.train_until, run, next_end)
        elif shown == "running":
            pausing = wanted.mode == "pause"
            _button("Pausing …" if pausing else "Pause", "pause", launcher.pause, run, off=pausing)
        stopping = wanted.mode == "stop"
        _button(
            "Stopping …" if stopping else "Stop and keep",
            "stop",
            launcher.stop,
            run,
            off=stopping,
            help="Ends after this step; what it has learned is kept, and it can go on later.",
        )
        _show_learning_rate(run, wanted.learning_rate)
    elif shown != "finished" and not run.imported:
        # What was imported came without its checkpoints: it can be begun from, not gone on with.
        files = checkpoints.files(run)
        step = int(files[0].stem.removeprefix("step-")) if files else 0
        _button(
            "Train on",
            "play_arrow",
            launcher.resume,
            run,
            primary=True,
            help=f"Goes on from step {step:,} and ends as if it had never been interrupted.",
        )
        if shown == "failed":
            _show_learning_rate(run, wanted.learning_rate)


def _button(
    label: str,
    icon: str,
    action: Callable[..., Any],
    *arguments: Any,
    primary: bool = False,
    off: bool = False,
    help: str | None = None,  # noqa: A002
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        disabled=off,
        on_click=act,
        args=(action, *arguments),
        help=help,
    )


def _step_of(run: Run) -> int:
    status = read_status(run)
    return status.step if status else 0


def _show_learning_rate(run: Run, wanted: float | None) -> None:
    """A learning rate of one's own, from the next step on."""
    spec = run.spec.train
    with st.popover("Learning rate", icon=":material/speed:"):
        st.caption("Takes effect at the next step and is noted in the log and on the curves.")
        rate = st.number_input(
            "Learning rate from now on",
            value=wanted or spec.learning_rate,
            step=spec.learning_rate / 10,
            format="%.6f",
            key=f"rate-{run.id}",
        )
        with st.container(horizontal=True):
            _button("Set", "check", launcher.set_learning_rate, run, rate)
            _button(
                "Back to the schedule",
                "undo",
                launcher.set_learning_rate,
                run,
                None,
                off=wanted is None,
            )


def _show_progress(run: Run, shown: State, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    progress = progress_of(spec, read_status(run), rows)
    if shown == "queued":
        before = len(queued_before(run))
        place = "It is next" if before == 0 else f"{before} more wait before it"
        st.info(
            f"Another run is training. {place}; this one starts by itself when it is its turn. A "
            "paused run keeps its turn: stop it to let the next one train."
        )
        return
    if not rows:
        st.info("Starting: TensorFlow takes a few seconds to load.")
        return
    whole, within = st.columns(2)
    whole.progress(progress.of_run, f"Epoch {progress.epoch} of {spec.epochs}")
    within.progress(progress.of_epoch, f"Within the epoch: {progress.of_epoch:.0%}")
    validation = last_row(rows, "validation")
    with st.container(horizontal=True):
        st.metric("Images per second", progress.images_per_second_text, border=True)
        st.metric("Time left", progress.time_left_text, border=True)
        st.metric("Learning rate", progress.learning_rate_text, border=True)
        st.metric("Training accuracy", progress.accuracy_text, border=True)
        latest = f"{validation.accuracy:.2%}" if validation else UNKNOWN
        st.metric("Validation accuracy", latest, border=True, help="Measured after each epoch.")


def _show_result(run: Run, shown: State, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    last, test = last_row(rows, "validation"), last_row(rows, "test")
    if last is None:
        st.info(f"{shown.capitalize()} before its first step: there is nothing to show.")
        return
    also = f" On the test set, read once at the end: **{test.accuracy:.2%}**." if test else ""
    st.success(
        f"{shown.capitalize()} after {last.step:,} of {spec.num_steps:,} steps and "
        f"{last.seconds:.0f} s: **{last.accuracy:.2%}** on {validated_on_text(spec)}.{also}"
    )
    if last.accuracy < NOT_LEARNED:
        st.warning("It has not learned to read yet: train longer, or with a smaller learning rate.")
    with st.container(horizontal=True):
        FILM.link("Watch how it learned")
        KERNELS.link("See what it learned")
        DRAW.link("Let it read your digit")
        EVALUATE.link("Where it errs")
        RUNS.link("Compare it")
