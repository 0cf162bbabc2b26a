"""The fourth station: the try-out is trained, and then reads the own digit."""

import time

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.recipes import RECIPES
from mnistviz.digits.mnist import load_mnist, to_input, watched_digits
from mnistviz.runs import desired_state, registry, snapshots
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.queue.slots import has_free_slot
from mnistviz.runs.queue.waiting_text import waiting_text
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, State, run_state
from mnistviz.training import launcher, warm_start
from mnistviz.ui.shared import flash, loaded_networks
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import FILM, TRAIN
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.queue_now import queue_now
from mnistviz.ui.shared.words.explained import explained
from mnistviz.ui.start import texts
from mnistviz.ui.start.own_drawing import own_image
from mnistviz.ui.start.stations import columns, finish, guess, show_solution, show_ways_on

# The run that was started here: in the session's state and in the address.
TRAINED = "trained"
MESSAGE = "start_training_message"
# When the page first saw that the run no longer waits, by the monotonic clock.
BEGUN = "start_training_begun"
POLL_SECONDS = 1.0
TRY_OUT = RECIPES["try-out"]
# As on the page Train: a warm worker is prepared for these settings.
SETTINGS = (TRY_OUT.model, TRY_OUT.train.changed(measure_gap=True))


@errors_shown()
def show_training_station(number: int) -> None:
    """Ask, and then train: the run goes on when the page is left."""
    explained(texts.TRAIN.sentence)
    given = guess(number, texts.TRAIN)
    run = started_run()
    if run is not None and given is None:
        # The guess was made before a reload.
        given = ""
    active = run is not None and run_state(run) in ACTIVE_STATES
    if not active:
        _prepare()
    if given is not None:
        show_solution(given, texts.TRAIN.answers[texts.TRAIN.right], texts.TRAIN.solution)
        flash.show(MESSAGE)
        label = texts.TRAIN_BUTTON if run is None else texts.TRAIN_AGAIN
        if not active:
            kind = "primary" if run is None else "secondary"
            button(label, "play_arrow", flash.run, MESSAGE, _start, type=kind)
        if run is not None:
            _watch(number, run, active)
    show_ways_on(
        number,
        [TRAIN, FILM],
        guessed=given is not None,
        then=texts.GOES_ON if active else texts.TRAIN_FIRST,
        may_go_on=run is not None,
    )


def started_run() -> Run | None:
    """The run that was started on this page, in this session or before a reload; None without."""
    name = st.session_state.get(TRAINED) or st.query_params.get(TRAINED)
    if not name:
        return None
    try:
        run = registry.find_run(name)
    except MnistVizError:
        # It was deleted, or the address names another one.
        st.session_state.pop(TRAINED, None)
        st.query_params.pop(TRAINED, None)
        return None
    st.session_state[TRAINED] = st.query_params[TRAINED] = run.id
    return run


def _start() -> None:
    st.session_state.pop(BEGUN, None)
    st.session_state[TRAINED] = launcher.start(TRY_OUT.name, *SETTINGS).id


def _prepare() -> None:
    """Load TensorFlow in a process of its own while the person reads, where there is room."""
    if not launcher.obstacle() and has_free_slot():
        warm_start.want(SETTINGS)


def _watch(number: int, run: Run, active: bool) -> None:
    """Show the progress of a run every second, until it has ended."""

    @st.fragment(run_every=POLL_SECONDS if active else None)
    @errors_shown()
    def panel() -> None:
        current = run_state(run)
        if current == "finished":
            finish(number)
        if active != (current in ACTIVE_STATES):
            st.rerun()
        _show_run(run, current)

    panel()


def _show_run(run: Run, current: State) -> None:
    if current in ACTIVE_STATES:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container():
                _show_progress(run, current)
            button(texts.STOP, "stop", flash.run, MESSAGE, _stop)
    elif current == "finished":
        _show_result(run)
    else:
        st.warning(texts.NOT_FINISHED.format(state=current))
    _show_watched_digits(run)


def _stop() -> None:
    if (run := started_run()) is not None:
        launcher.stop(run)


def _show_progress(run: Run, current: State) -> None:
    """Show how far a run is, and for how long the page has seen it at work."""
    if current == "queued":
        st.info(waiting_text(run, queue_now()))
        return
    if desired_state.read(run).mode == "stop":
        st.info(texts.STOPPING)
        return
    seconds = round(time.monotonic() - st.session_state.setdefault(BEGUN, time.monotonic()))
    rows = run_logs.metrics(run)
    if not rows:
        st.progress(0.0, texts.PREPARING.format(seconds=seconds))
    elif rows[-1].step >= run.spec.train.num_steps:
        st.progress(1.0, texts.TESTING)
    else:
        spec = run.spec.train
        total = spec.num_trained * spec.epochs
        seen = min(total, rows[-1].step * spec.batch_size)
        text = texts.TRAINING.format(seen=seen, total=total, seconds=seconds)
        st.progress(rows[-1].step / spec.num_steps, text)


def _show_result(run: Run) -> None:
    if test := last_row(run_logs.metrics(run), "test"):
        explained(texts.TRAINED.format(accuracy=test.accuracy, seconds=test.seconds))
    snapshot = snapshots.latest_snapshot(run)
    image = own_image()
    if snapshot and image is not None:
        reading = loaded_networks.digit_reader(snapshot).read(image)
        text = texts.YOUR_DIGIT.format(digit=reading.digit, probability=reading.probability)
        explained(text)


def _show_watched_digits(run: Run) -> None:
    """Show the same test images with the latest answers."""
    guesses = run_logs.guesses(run)
    if not guesses:
        return
    from mnistviz.charts.training.watched_digits import watched_digits_image

    data = load_mnist()
    chosen = watched_digits(data.y_test)
    labels, digits = data.y_test[chosen], guesses[-1].digits
    right = sum(int(digit == label) for digit, label in zip(digits, labels, strict=True))
    text = texts.GUESSES.format(total=len(labels), right=right)
    explained(text)
    st.image(
        watched_digits_image(to_input(data.x_test[chosen]), labels, digits, columns()), alt=text
    )
