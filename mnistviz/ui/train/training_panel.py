"""The panel of the Train page with state, controls and progress, drawn again every second."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.types.training import MetricRow
from mnistviz.runs import checkpoints, desired_state, registry, worker_log
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.queue.expected_time import PAUSE_SECONDS
from mnistviz.runs.queue.waiting_text import waiting_text
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, State, read_status, run_state, silence_text
from mnistviz.training import launcher
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.accessibility.announcement import announce
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import DRAW, EVALUATE, FILM, KERNELS, RUNS
from mnistviz.ui.shared.texts import state_badge, validated_on_text
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.progress import UNKNOWN, progress_of
from mnistviz.ui.shared.training.queue_now import queue_now
from mnistviz.ui.shared.words.changing_heading import changing_subheader
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.train import end_notice
from mnistviz.ui.train.learning_step_view import show_learning_step

# Marks of the learning rate, as multiples of the planned one.
RATE_MARKS = {"Too small": 0.01, "Good": 1, "Too large": 10}
GIVEN_AWAY = (
    f"Paused for more than {PAUSE_SECONDS:.0f} s while others wait: they train now. *Go on* waits "
    "for the next turn; nothing is lost."
)
# Below this accuracy a network has not learned to read; chance is 0.1.
NOT_LEARNED = 0.3


def watch(run: Run, *, polled: bool) -> None:
    """Draw the panel of a run; `polled` says whether the page draws it again every second."""
    current = run_state(run)
    rows = run_logs.metrics(run)
    _show_run(run, current, rows)
    _tell(run, current, rows)
    if polled != (current in ACTIVE_STATES):
        # The whole page is drawn again, and then polls or stops polling.
        st.rerun()


def _tell(run: Run, current: State, rows: Sequence[MetricRow]) -> None:
    """Tell the state in the tab's title, to screen readers, and at the end by a notice."""
    active = current in ACTIVE_STATES
    progress = progress_of(run.spec.train, read_status(run), rows)
    st.set_page_config(page_title=end_notice.tab_title(progress.of_run if active else None))
    parts = [f"{run.name}: {current}"]
    if active:
        parts.append(f"epoch {progress.epoch} of {run.spec.train.epochs}")
    if validation := last_row(rows, "validation"):
        parts.append(f"validation accuracy {validation.accuracy:.2%}")
    announce(", ".join(parts))
    end_notice.watch_end(run.id, run.name, current, ", ".join(parts[1:]))


def _show_run(run: Run, current: State, rows: Sequence[MetricRow]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        changing_subheader("run", run.name, width="content")
        explained(state_badge(current), width="content")
        if not run.bundled:
            _show_controls(run, current)
    explained_caption(settings_text(run))
    flash.show(state.TRAIN_MESSAGE)
    if text := resume_text(run_logs.events(run)):
        explained_caption(text)
    if current in ACTIVE_STATES:
        _show_progress(run, current, rows)
        if current == "paused":
            show_learning_step(run)
    elif current in ("failed", "crashed"):
        reason = worker_log.reason_of_end(run)
        st.error(f"This run {current}: {reason}. What it had stored until then is kept.")
    else:
        _show_result(run, current, rows)


def settings_text(run: Run) -> str:
    """The settings of a run that the panel lists, with the run that it began from."""
    model, spec, parent = run.spec.model, run.spec.train, run.spec.parent
    more = f" and {spec.tablet_digits:,} tablet digits" if spec.tablet_digits else ""
    more += f" and {spec.pen_digits:,} pen digits" if spec.pen_digits else ""
    text = (
        f"Channels {model.plan}, {model.parameters:,} parameters, recipe {run.spec.recipe}, "
        f"{spec.num_images:,} images{more}, seed {spec.seed}"
    )
    if parent is None:
        return text
    try:
        name = registry.find_run(parent.run).name
    except MnistVizError:
        name = f"{parent.run} (gone)"
    return f"{text}, begun from {name}, step {parent.step:,}"


def resume_text(events: Sequence[Mapping[str, Any]]) -> str:
    """Return how often a run was interrupted and where it resumed last; empty if it never was."""
    resumes = [event for event in events if event["event"] == "resume"]
    if not resumes:
        return ""
    times = "once" if len(resumes) == 1 else f"{len(resumes)} times"
    text = (
        f"Stopped or killed {times} before; it went on from step {resumes[-1]['step']:,}, exactly "
        "as it was there."
    )
    damaged = resumes[-1].get("damaged_checkpoints")
    return f"{text} Damaged and passed over: {', '.join(damaged)}." if damaged else text


def has_given_its_turn_away(run: Run) -> bool:
    """Return whether a paused run has left its turn to others."""
    events = run_logs.events(run)
    return bool(events) and events[-1]["event"] == "slot_given_away"


def _show_controls(run: Run, current: State) -> None:
    wanted = desired_state.read(run)
    if current in ACTIVE_STATES:
        if current == "paused":
            status, per_epoch = read_status(run), run.spec.train.steps_per_epoch
            step = status.step if status else 0
            next_end = (step // per_epoch + 1) * per_epoch
            _button("Go on", "play_arrow", launcher.go_on, run, type="primary")
            _button("One batch", "skip_next", launcher.train_until, run, step + 1)
            _button("One epoch", "fast_forward", launcher.train_until, run, next_end)
        elif current == "running":
            pausing = wanted.mode == "pause"
            _button(
                "Pausing …" if pausing else "Pause", "pause", launcher.pause, run, disabled=pausing
            )
        stopping = wanted.mode == "stop"
        label = "Stopping …" if stopping else "Stop and keep"
        text = "Ends after this step; what it has learned is kept, and it can go on later."
        _button(label, "stop", launcher.stop, run, disabled=stopping, help=text)
        _show_learning_rate(run, wanted.learning_rate)
    elif current != "finished" and not run.imported:
        # An imported run has no checkpoints: a new run can begin from it, but it can't go on.
        files = checkpoints.files(run)
        step = int(files[0].stem.removeprefix("step-")) if files else 0
        text = f"Goes on from step {step:,} and ends as if it had never been interrupted."
        _button("Train on", "play_arrow", launcher.resume, run, type="primary", help=text)
        if current == "failed":
            _show_learning_rate(run, wanted.learning_rate)


def _button(
    label: str, icon: str, action: Callable[..., None], *arguments: Any, **settings: Any
) -> None:
    """Show a button that calls an action of the launcher; the panel shows its error."""
    button(label, icon, flash.run, state.TRAIN_MESSAGE, partial(action, *arguments), **settings)


def _show_learning_rate(run: Run, wanted: float | None) -> None:
    """Show the form that sets the learning rate from the next step on."""
    spec = run.spec.train
    with st.popover("Learning rate", icon=":material/speed:"):
        status = read_status(run)
        planned = spec.learning_rate_at(status.step if status else 0)
        explained_caption(
            f"Now it is {wanted or planned:.3g}. Another one takes effect at the next step and is "
            "noted on the curves."
        )
        with st.container(horizontal=True):
            for label, factor in RATE_MARKS.items():
                rate = spec.learning_rate * factor
                set_rate = partial(launcher.set_learning_rate, run, rate)
                _button(f"{label}: {rate:g}", "speed", set_rate)
        st.session_state.setdefault(f"rate-{run.id}", wanted or planned)
        st.number_input(
            "Learning rate from now on",
            step=spec.learning_rate / 10,
            format="%.6f",
            key=f"rate-{run.id}",
        )
        with st.container(horizontal=True):
            _button("Set", "check", _set_entered_rate, run)
            reset = partial(launcher.set_learning_rate, run, None)
            _button("Use the planned learning rate again", "undo", reset, disabled=wanted is None)


def _set_entered_rate(run: Run) -> None:
    """Set the learning rate that the form holds when the button is pressed."""
    launcher.set_learning_rate(run, st.session_state[f"rate-{run.id}"])


def _show_progress(run: Run, current: State, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    progress = progress_of(spec, read_status(run), rows)
    if silence := silence_text(run):
        st.warning(silence, icon=":material/bedtime:")
        progress = progress.without_speed()
    if current == "queued":
        st.info(waiting_text(run, queue_now()))
        return
    if current == "paused" and has_given_its_turn_away(run):
        st.info(GIVEN_AWAY)
    if not rows:
        st.info("Starting: TensorFlow prepares the first step, which takes a few seconds.")
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


def _show_result(run: Run, current: State, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    last, test = last_row(rows, "validation"), last_row(rows, "test")
    if last is None:
        st.info(f"{current.capitalize()} before its first step: there is nothing to show.")
        return
    also = f" On the test set, read once at the end: **{test.accuracy:.2%}**." if test else ""
    st.success(
        f"{current.capitalize()} after {last.step:,} of {spec.num_steps:,} steps and "
        f"{last.seconds:.0f} s: **{last.accuracy:.2%}** on {validated_on_text(spec)}.{also}"
    )
    if last.accuracy < NOT_LEARNED:
        st.warning("It has not learned to read yet. Train longer, or with a smaller learning rate.")
    with st.container(horizontal=True):
        FILM.link("Watch how it learned")
        KERNELS.link("See what it learned")
        DRAW.link("Try it on your digit")
        EVALUATE.link("See its mistakes")
        RUNS.link("Compare or export it")
