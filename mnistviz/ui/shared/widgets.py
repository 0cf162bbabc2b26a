"""Widgets and small parts that several pages show."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import DrawingError, MnistVizError
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.train_spec import TrainSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.training import MetricRow
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import State
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import run_logs, state

if TYPE_CHECKING:
    # The shell imports this module before it paints; Plotly would be half of that time.
    import plotly.graph_objects as go

    from mnistviz.charts.scale import Scope

PREVIEW_SIZE = 84

STATE_COLOURS = {
    "queued": "gray",
    "starting": "blue",
    "running": "blue",
    "paused": "orange",
    "finished": "green",
    "stopped": "orange",
    "failed": "red",
    "crashed": "red",
}

SCOPE_NAMES: dict[Scope, str] = {"layer": "the layer", "tile": "each tile", "all": "all layers"}


def show(
    figure: go.Figure,
    key: str,
    alt: str,
    on_click: Callable[[], None] | None = None,
    **config: object,
) -> None:
    """Show a figure, as the page looks now. `on_click` is called when one of its points is clicked.

    `config` are further settings of Plotly's.
    """
    from mnistviz.charts.compat import DARK, LIGHT, drawn_once

    st.plotly_chart(
        drawn_once(figure, DARK if st.context.theme.type == "dark" else LIGHT),
        theme=None,
        key=key,
        alt=alt,
        on_select=on_click or "ignore",
        selection_mode="points",
        # Plotly's own buttons would cover the small pictures; hovering and axes stay.
        config={"displayModeBar": False, **config},
    )


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an error meant for a person as its text. A fragment needs this as the shell does."""
    try:
        yield
    except MnistVizError as error:
        st.error(str(error), icon=":material/error:")


@dataclass(frozen=True)
class CurveOptions:
    """How loss and accuracy are drawn.

    `changes` are steps and learning rates that a person set, `marks` steps to point out.
    """

    accuracy_from: float = 0.0
    log_loss: bool = True
    smoothing: float = 0.0
    changes: Sequence[tuple[int, float | None]] = ()
    marks: Sequence[int] = ()


def show_curves(
    run: Run, rows: Sequence[MetricRow], num_epochs: int, options: CurveOptions
) -> None:
    """Loss and accuracy of a run side by side (one above the other on a phone)."""
    from mnistviz.charts.training.curves import points_of, training_curve

    points = points_of(rows)
    measures: tuple[Literal["loss", "accuracy"], ...] = ("loss", "accuracy")
    for column, measure in zip(st.columns(2), measures, strict=True):
        figure = training_curve(
            measure,
            points,
            run_logs.published_log(),
            run.spec.train.steps_per_epoch,
            num_epochs=num_epochs,
            accuracy_from=options.accuracy_from,
            log_scale=options.log_loss,
            smoothing=options.smoothing,
            changes=options.changes,
            marks=options.marks,
        )
        with column:
            show(figure, measure, f"{measure} of {run.name} by epoch, beside the published log")


def state_badge(shown: State) -> str:
    """The state of a run as a coloured word, in Streamlit's Markdown."""
    return f":{STATE_COLOURS[shown]}-badge[{shown}]"


def pick_scope(key: str, tile: str) -> Scope:
    """What the end of the colour scale stands for; `tile` is what a tile is on this page."""
    scope: Scope = st.segmented_control(
        "Compare colours within",
        list(SCOPE_NAMES),
        default="layer",
        format_func=lambda scope: tile if scope == "tile" else SCOPE_NAMES[scope],
        key=key,
        required=True,
    )
    return scope


def sidebar_pickers() -> None:
    """The choices that hold for all pages: run, snapshot, image. They are in the address."""
    names = {run.id: run.name for run in registry.list_runs()}
    wanted = (
        st.session_state.get(state.RUN) or st.query_params.get(state.RUN) or registry.DEFAULT_RUN
    )
    if wanted not in names and wanted not in names.values():
        st.sidebar.warning(
            f"The run {wanted} is not there or is damaged. This is {registry.DEFAULT_RUN}."
        )
    _say_again(state.RUN, names, next(iter(names)))
    st.sidebar.selectbox(
        "Run",
        list(names),
        format_func=lambda run_id: names.get(run_id, run_id),
        key=state.RUN,
        bind="query-params",
        help="Whose network all pages show. `best` and `reference` are bundled.",
    )
    run = chosen_run()
    steps = snapshots.steps_of(run)
    if len(steps) > 1:
        _stay_at_the_latest(run, steps[-1])
        if state.NEXT_SNAPSHOT in st.session_state:
            st.session_state[state.SNAPSHOT] = st.session_state.pop(state.NEXT_SNAPSHOT)
        _say_again(state.SNAPSHOT, steps, steps[-1])
        st.sidebar.select_slider(
            "Snapshot, in epochs trained",
            steps,
            value=steps[-1],
            format_func=lambda step: epochs_text(run, step),
            key=state.SNAPSHOT,
            bind="query-params",
            help="How far the network had been trained: 0 is before the first step. "
            "Early snapshots lie close together, because most happens there.",
        )
    _image_picker()


def _image_picker() -> None:
    """Number and picture side by side: below each other, the picture would leave the screen."""
    row = st.sidebar.container(horizontal=True)
    left, right = row.container(gap="small"), row.container(width=PREVIEW_SIZE)
    _say_again(state.IMAGE, range(NUM_TEST_IMAGES), 0)
    left.number_input(
        f"Image, 0 to {NUM_TEST_IMAGES - 1:,}",
        0,
        NUM_TEST_IMAGES - 1,
        key=state.IMAGE,
        bind="query-params",
        disabled=uses_drawing(),
        help="A test image, or below the digit that you drew last. All pages look at it.",
    )
    _take_linked_picture()
    _say_again(state.USE_DRAWING, (False, True), False)
    left.toggle(
        "My drawing",
        key=state.USE_DRAWING,
        bind="query-params",
        help="Use the digit last drawn or uploaded on the Draw page.",
    )
    image, name = chosen_image()
    right.image(image, caption=name.capitalize(), width=PREVIEW_SIZE, alt=name)
    if st.session_state[state.USE_DRAWING] and not uses_drawing():
        st.sidebar.caption("Nothing is drawn yet: still the test image.")
    tell_picture()


def _take_linked_picture() -> None:
    """Begin a visit with the picture of its link, or of before a reload."""
    if state.PICTURE in st.session_state:
        return
    text = st.session_state[state.PICTURE] = st.query_params.get(state.PICTURE)
    if text:
        try:
            st.session_state[state.DRAWN_IMAGE] = url_codec.picture_from_text(text)
        except DrawingError as error:
            st.sidebar.warning(f"The picture in the address can't be shown: {error}.")


def tell_picture() -> None:
    """Put the drawing that all pages look at into the address: a reload and a link show it."""
    if uses_drawing():
        text = url_codec.picture_to_text(st.session_state[state.DRAWN_IMAGE])
        if text != st.query_params.get(state.PICTURE):
            st.query_params[state.PICTURE] = text
    else:
        st.query_params.pop(state.PICTURE, None)


def _say_again(key: str, options: Container[object], default: object) -> None:
    """Keep a choice in the address, or take the default where it is no choice any more.

    A change of page drops from the address what came with a link; a value that is
    set again goes into it again. A run may be gone, a snapshot be another run's.
    """
    if key in st.session_state:
        chosen = st.session_state[key]
        st.session_state[key] = chosen if chosen in options else default


def _stay_at_the_latest(run: Run, latest: int) -> None:
    """Who looks at the latest snapshot of a run sees the next one when it comes."""
    before = (run.id, st.session_state.get(state.SNAPSHOT))
    if st.session_state.get(state.LATEST_SNAPSHOT) == before:
        st.session_state[state.SNAPSHOT] = latest
    st.session_state[state.LATEST_SNAPSHOT] = (run.id, latest)


def chosen_run() -> Run:
    """The run that all pages show."""
    return registry.find_run(st.session_state.get(state.RUN) or registry.DEFAULT_RUN)


def chosen_snapshot(run: Run) -> int | None:
    """The step of the snapshot that all pages show; None where the run has none yet."""
    steps = snapshots.steps_of(run)
    chosen = st.session_state.get(state.SNAPSHOT)
    if chosen in steps:
        return int(chosen)
    return steps[-1] if steps else None


def uses_drawing() -> bool:
    """Whether the image of all pages is the digit last drawn."""
    return bool(st.session_state.get(state.USE_DRAWING)) and state.DRAWN_IMAGE in st.session_state


def chosen_image() -> tuple[FloatArray, str]:
    """The image `(28, 28)` float32 that all pages show, and what to call it."""
    if uses_drawing():
        drawn = st.session_state[state.DRAWN_IMAGE]
        name, named = st.session_state.get(state.NAMED_IMAGE, ("", None))
        return drawn, name if named is drawn else "your drawing"
    number = int(st.session_state.get(state.IMAGE) or 0)
    data = load_mnist()
    return to_input(data.x_test[number]), f"test image {number}, a {data.y_test[number]}"


def epochs_text(run: Run, step: int) -> str:
    """A step as epochs trained, exact enough to tell two snapshots apart."""
    return f"{run.spec.train.epoch_at(step):.4f}".rstrip("0").rstrip(".")


def need_snapshot(run: Run) -> int:
    """The chosen snapshot, or stop the page with a word on why there is none."""
    step = chosen_snapshot(run)
    if step is None:
        st.info(f"**{run.name}** has no snapshot yet. It gets one when its training begins.")
        st.stop()
    return step


def describe(snapshot: Snapshot) -> str:
    """Whose network a page shows, in a few words."""
    model = snapshot.run.spec.model
    parts = [
        f"**{snapshot.run.name}** after {epochs_text(snapshot.run, snapshot.step)} epochs",
        f"channels {model.plan}",
    ]
    if not model.batch_norm:
        parts.append("no batch normalization")
    if not model.dropout:
        parts.append("no dropout")
    return ", ".join(parts)


def validated_on_text(spec: TrainSpec) -> str:
    """Where a run's validation accuracy comes from, for a sentence."""
    return "the test set" if spec.validated_on == "test" else "held-out training images"


def explanation(paragraphs: Sequence[str]) -> None:
    """The closed box below a picture that says what it shows, in plain words."""
    with st.expander("What am I seeing?", icon=":material/help:"):
        for paragraph in paragraphs:
            st.markdown(paragraph)


def number_setting(
    spec: ModelSpec | TrainSpec,
    name: str,
    label: str,
    recipe: str,
    *,
    step: float | None = None,
    digits: int | None = None,
) -> float:
    """A number input with the help and the default that the spec has for it.

    Without limits of its own: the browser would keep a value beyond them to itself,
    and a run would start with another. The spec refuses it, in words. Each recipe has
    its own inputs: choosing another recipe fills in that recipe's values.
    """
    default = getattr(spec, name)
    value: float = st.number_input(
        label,
        value=default,
        step=None if step is None else type(default)(step),
        format=None if digits is None else f"%.{digits}f",
        key=f"{recipe}_{name}",
        help=spec.help(name),
        persist_state="session",
    )
    return value
