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
from mnistviz.texts import _
from mnistviz.training import launcher
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.accessibility.announcement import announce
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import DRAW, EVALUATE, FILM, KERNELS, RUNS
from mnistviz.ui.shared.texts import STATE_NAMES, state_badge, validated_on_text
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.progress import UNKNOWN, progress_of
from mnistviz.ui.shared.training.queue_now import queue_now
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.train import end_notice
from mnistviz.ui.train.learning_step_view import show_learning_step

# Marks of the learning rate, as multiples of the planned one.
RATE_MARKS = {_("Too small"): 0.01, _("Good"): 1, _("Too large"): 10}
GIVEN_AWAY = _(
    "Paused for more than {pause_seconds:.0f} s while others wait: they train now. *Go on* waits "
    "for the next turn; nothing is lost."
).format(pause_seconds=PAUSE_SECONDS)
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
    parts = [f"{run.name}: {STATE_NAMES[current]}"]
    if active:
        parts.append(
            _("epoch {epoch} of {epochs}").format(
                epoch=progress.epoch, epochs=run.spec.train.epochs
            )
        )
    if validation := last_row(rows, "validation"):
        parts.append(_("validation accuracy {accuracy:.2%}").format(accuracy=validation.accuracy))
    announce(", ".join(parts))
    end_notice.watch_end(run.id, run.name, current, ", ".join(parts[1:]))


def _show_run(run: Run, current: State, rows: Sequence[MetricRow]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(run.name, width="content")
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
        st.error(
            _("This run {current}: {reason}. What it had stored until then is kept.").format(
                current=STATE_NAMES[current], reason=reason
            )
        )
    else:
        _show_result(run, current, rows)


def settings_text(run: Run) -> str:
    """The settings of a run that the panel lists, with the run that it began from."""
    model, spec, parent = run.spec.model, run.spec.train, run.spec.parent
    more = (
        _(" and {tablet_digits:,} tablet digits").format(tablet_digits=spec.tablet_digits)
        if spec.tablet_digits
        else ""
    )
    more += (
        _(" and {pen_digits:,} pen digits").format(pen_digits=spec.pen_digits)
        if spec.pen_digits
        else ""
    )
    text = _(
        "Channels {plan}, {parameters:,} parameters, recipe {recipe}, {num_images:,} "
        "images{more}, seed {seed}"
    ).format(
        plan=model.plan,
        parameters=model.parameters,
        recipe=run.spec.recipe,
        num_images=spec.num_images,
        more=more,
        seed=spec.seed,
    )
    if parent is None:
        return text
    try:
        name = registry.find_run(parent.run).name
    except MnistVizError:
        name = _("{run} (gone)").format(run=parent.run)
    return _("{text}, begun from {name}, step {step:,}").format(
        text=text, name=name, step=parent.step
    )


def resume_text(events: Sequence[Mapping[str, Any]]) -> str:
    """Return how often a run was interrupted and where it resumed last; empty if it never was."""
    resumes = [event for event in events if event["event"] == "resume"]
    if not resumes:
        return ""
    times = _("once") if len(resumes) == 1 else _("{count} times").format(count=len(resumes))
    text = _(
        "Stopped or killed {times} before; it went on from step {step:,}, exactly as it was there."
    ).format(times=times, step=resumes[-1]["step"])
    damaged = resumes[-1].get("damaged_checkpoints")
    return (
        _("{text} Damaged and passed over: {damaged}.").format(
            text=text, damaged=", ".join(damaged)
        )
        if damaged
        else text
    )


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
            _button(_("Go on"), "play_arrow", launcher.go_on, run, type="primary")
            _button(_("One batch"), "skip_next", launcher.train_until, run, step + 1)
            _button(_("One epoch"), "fast_forward", launcher.train_until, run, next_end)
        elif current == "running":
            pausing = wanted.mode == "pause"
            _button(
                _("Pausing …") if pausing else _("Pause"),
                "pause",
                launcher.pause,
                run,
                disabled=pausing,
            )
        stopping = wanted.mode == "stop"
        label = _("Stopping …") if stopping else _("Stop and keep")
        text = _("Ends after this step; what it has learned is kept, and it can go on later.")
        _button(label, "stop", launcher.stop, run, disabled=stopping, help=text)
        _show_learning_rate(run, wanted.learning_rate)
    elif current != "finished" and not run.imported:
        # An imported run has no checkpoints: a new run can begin from it, but it can't go on.
        files = checkpoints.files(run)
        step = int(files[0].stem.removeprefix("step-")) if files else 0
        text = _("Goes on from step {step:,} and ends as if it had never been interrupted.").format(
            step=step
        )
        _button(_("Train on"), "play_arrow", launcher.resume, run, type="primary", help=text)
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
    with st.popover(_("Learning rate"), icon=":material/speed:"):
        status = read_status(run)
        planned = spec.learning_rate_at(status.step if status else 0)
        explained_caption(
            _(
                "Now it is {wanted:.3g}. Another one takes effect at the next step and is noted "
                "on the curves."
            ).format(wanted=wanted or planned)
        )
        with st.container(horizontal=True):
            for label, factor in RATE_MARKS.items():
                rate = spec.learning_rate * factor
                set_rate = partial(launcher.set_learning_rate, run, rate)
                _button(f"{label}: {rate:g}", "speed", set_rate)
        st.session_state.setdefault(f"rate-{run.id}", wanted or planned)
        st.number_input(
            _("Learning rate from now on"),
            step=spec.learning_rate / 10,
            format="%.6f",
            key=f"rate-{run.id}",
        )
        with st.container(horizontal=True):
            _button(_("Set"), "check", _set_entered_rate, run)
            reset = partial(launcher.set_learning_rate, run, None)
            _button(
                _("Use the planned learning rate again"), "undo", reset, disabled=wanted is None
            )


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
        st.info(_("Starting: TensorFlow prepares the first step, which takes a few seconds."))
        return
    whole, within = st.columns(2)
    whole.progress(
        progress.of_run,
        _("Epoch {epoch} of {epochs}").format(epoch=progress.epoch, epochs=spec.epochs),
    )
    within.progress(
        progress.of_epoch, _("Within the epoch: {of_epoch:.0%}").format(of_epoch=progress.of_epoch)
    )
    validation = last_row(rows, "validation")
    with st.container(horizontal=True):
        st.metric(_("Images per second"), progress.images_per_second_text, border=True)
        st.metric(_("Time left"), progress.time_left_text, border=True)
        st.metric(_("Learning rate"), progress.learning_rate_text, border=True)
        st.metric(_("Training accuracy"), progress.accuracy_text, border=True)
        latest = f"{validation.accuracy:.2%}" if validation else UNKNOWN
        st.metric(
            _("Validation accuracy"), latest, border=True, help=_("Measured after each epoch.")
        )


def _show_result(run: Run, current: State, rows: Sequence[MetricRow]) -> None:
    spec = run.spec.train
    last, test = last_row(rows, "validation"), last_row(rows, "test")
    if last is None:
        st.info(
            _("{current} before its first step: there is nothing to show.").format(
                current=STATE_NAMES[current].capitalize()
            )
        )
        return
    also = (
        _(" On the test set, read once at the end: **{accuracy:.2%}**.").format(
            accuracy=test.accuracy
        )
        if test
        else ""
    )
    st.success(
        _(
            "{current} after {step:,} of {num_steps:,} steps and {seconds:.0f} s: "
            "**{accuracy:.2%}** on {validated_on}.{also}"
        ).format(
            current=STATE_NAMES[current].capitalize(),
            step=last.step,
            num_steps=spec.num_steps,
            seconds=last.seconds,
            accuracy=last.accuracy,
            validated_on=validated_on_text(spec),
            also=also,
        )
    )
    if last.accuracy < NOT_LEARNED:
        st.warning(
            _("It has not learned to read yet. Train longer, or with a smaller learning rate.")
        )
    with st.container(horizontal=True):
        FILM.link(_("Watch how it learned"))
        KERNELS.link(_("See what it learned"))
        DRAW.link(_("Try it on your digit"))
        EVALUATE.link(_("See its mistakes"))
        RUNS.link(_("Compare or export it"))
