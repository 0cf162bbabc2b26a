"""The sidebar: the run, snapshot and image that all pages show."""

import streamlit as st

from mnistviz.core.errors import DataError, DrawingError
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.drawing import url_codec
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import state
from mnistviz.ui.shared.compat import drop_infinite_query_param, restore_query_param
from mnistviz.ui.shared.texts import epochs_text

PREVIEW_SIZE = 84


def sidebar_pickers() -> None:
    """Show the widgets for run, snapshot and image. Their values are in the address, too."""
    _run_picker()
    _snapshot_picker(chosen_run())
    _image_picker()


def _run_picker() -> None:
    names = {run.id: run.name for run in registry.list_runs()}
    wanted = (
        st.session_state.get(state.RUN) or st.query_params.get(state.RUN) or registry.DEFAULT_RUN
    )
    if wanted not in names and wanted not in names.values():
        st.sidebar.warning(
            _("The run {wanted} is not there or is damaged. This is {default_run}.").format(
                wanted=wanted, default_run=registry.DEFAULT_RUN
            )
        )
    restore_query_param(state.RUN, names, next(iter(names)))
    st.sidebar.selectbox(
        _("Run"),
        list(names),
        format_func=lambda run_id: names.get(run_id, run_id),
        key=state.RUN,
        bind="query-params",
        help=_("Whose network all pages show. Some runs come with the program."),
    )


def _snapshot_picker(run: Run) -> None:
    steps = snapshots.steps_of(run)
    if len(steps) <= 1:
        return
    _follow_latest_snapshot(run, steps[-1])
    if state.NEXT_SNAPSHOT in st.session_state:
        st.session_state[state.SNAPSHOT] = st.session_state.pop(state.NEXT_SNAPSHOT)
    restore_query_param(state.SNAPSHOT, steps, steps[-1])
    st.sidebar.select_slider(
        _("Snapshot, in epochs trained"),
        steps,
        value=steps[-1],
        format_func=lambda step: epochs_text(run, step),
        key=state.SNAPSHOT,
        bind="query-params",
        help=_(
            "How far the network had been trained: 0 is before the first step. Early snapshots "
            "lie close together, because most happens there."
        ),
    )


def _follow_latest_snapshot(run: Run, latest: int) -> None:
    """Choose a new latest snapshot, where the one before it was chosen."""
    before = (run.id, st.session_state.get(state.SNAPSHOT))
    if st.session_state.get(state.LATEST_SNAPSHOT) == before:
        st.session_state[state.SNAPSHOT] = latest
    st.session_state[state.LATEST_SNAPSHOT] = (run.id, latest)


def _image_picker() -> None:
    """Number and picture are side by side, so that the sidebar fits on a screen."""
    row = st.sidebar.container(horizontal=True)
    left, right = row.container(gap="small"), row.container(width=PREVIEW_SIZE)
    drop_infinite_query_param(state.IMAGE)
    try:
        last = len(data_of(chosen_run().spec.data).y_test) - 1
    except DataError as error:
        # Pages that need no image still open, such as the one that imports it again.
        st.sidebar.warning(str(error))
        return
    restore_query_param(state.IMAGE, range(last + 1), 0)
    if int(st.session_state.get(state.IMAGE) or 0) > last:
        # The run before had more test images.
        st.session_state[state.IMAGE] = last
    left.number_input(
        _("Image, 0 to {last:,}").format(last=last),
        0,
        last,
        key=state.IMAGE,
        bind="query-params",
        disabled=uses_drawing(),
        help=_("A test image, or below the digit that you drew last. All pages look at it."),
    )
    _read_picture_in_address()
    restore_query_param(state.USE_DRAWING, (False, True), False)
    left.toggle(
        _("My drawing"),
        key=state.USE_DRAWING,
        bind="query-params",
        help=_("Use the digit last drawn or uploaded on the Draw page."),
    )
    image, name = chosen_image()
    right.image(image, caption=name[:1].upper() + name[1:], width=PREVIEW_SIZE, alt=name)
    if st.session_state[state.USE_DRAWING] and not uses_drawing():
        st.sidebar.caption(_("Nothing is drawn yet: still the test image."))
    update_picture_in_address()


def _read_picture_in_address() -> None:
    """Use the picture in the address, once a visit: that of a link, or of before a reload."""
    if state.PICTURE in st.session_state:
        return
    text = st.session_state[state.PICTURE] = st.query_params.get(state.PICTURE)
    if text:
        try:
            st.session_state[state.DRAWN_IMAGE] = url_codec.picture_from_text(text)
        except DrawingError as error:
            st.sidebar.warning(
                _("The picture in the address can't be shown: {error}.").format(error=error)
            )


def update_picture_in_address() -> None:
    """Write the drawing that all pages show to the address, for a reload or a link."""
    if uses_drawing():
        text = url_codec.picture_to_text(st.session_state[state.DRAWN_IMAGE])
        if text != st.query_params.get(state.PICTURE):
            st.query_params[state.PICTURE] = text
    else:
        st.query_params.pop(state.PICTURE, None)


def chosen_run() -> Run:
    """The run that all pages show. Raises RunError where it can't be read."""
    return registry.find_run(st.session_state.get(state.RUN) or registry.DEFAULT_RUN)


def chosen_snapshot() -> Snapshot | None:
    """The snapshot that all pages show; None where the run has none yet."""
    run = chosen_run()
    steps = snapshots.steps_of(run)
    chosen = st.session_state.get(state.SNAPSHOT)
    if chosen in steps:
        return Snapshot(run, int(chosen))
    return Snapshot(run, steps[-1]) if steps else None


def need_snapshot() -> Snapshot:
    """The snapshot that all pages show; where the run has none yet, say so and end the page."""
    snapshot = chosen_snapshot()
    if snapshot is None:
        no_snapshot_yet(chosen_run())
        st.stop()
    return snapshot


def no_snapshot_yet(run: Run) -> None:
    """Say that a run has no snapshot yet."""
    st.info(
        _("**{name}** has no snapshot yet. It gets one when its training begins.").format(
            name=run.name
        )
    )


def uses_drawing() -> bool:
    """Whether the image of all pages is the digit last drawn."""
    return bool(st.session_state.get(state.USE_DRAWING)) and state.DRAWN_IMAGE in st.session_state


def chosen_number() -> int | None:
    """The number of the test image that all pages show; None where it is a drawing."""
    return None if uses_drawing() else int(st.session_state.get(state.IMAGE) or 0)


def choose_test_image(number: int) -> None:
    """Make a test image the image of all pages, from a callback."""
    st.session_state[state.IMAGE] = number
    st.session_state[state.USE_DRAWING] = False


def chosen_image() -> tuple[FloatArray, str]:
    """The image `(28, 28)` float32 in [0, 1] that all pages show, and its name."""
    if uses_drawing():
        drawn = st.session_state[state.DRAWN_IMAGE]
        name, named = st.session_state.get(state.NAMED_IMAGE, ("", None))
        return drawn, name if named is drawn else _("your drawing")
    number = int(st.session_state.get(state.IMAGE) or 0)
    spec = chosen_run().spec
    data = data_of(spec.data)
    number = min(number, len(data.y_test) - 1)
    label = label_name(int(data.y_test[number]), spec.class_names)
    return to_input(data.x_test[number]), _("test image {number}, {label}").format(
        number=number, label=label
    )
