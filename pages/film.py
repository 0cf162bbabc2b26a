"""Film: how a network learned, snapshot by snapshot."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import streamlit as st

from mnistviz.charts.evaluation.confusion import confusion_figure
from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.charts.inspection.kernels import kernel_matrix_figure
from mnistviz.runs import snapshots
from mnistviz.ui.film import frames
from mnistviz.ui.shared import loaders, state
from mnistviz.ui.shared.charts import CurveOptions, show, show_curves
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import epochs_text, explanation, validated_on_text

snapshot = need_snapshot()
run, step = snapshot.run, snapshot.step
steps = snapshots.steps_of(run)
image, image_name = chosen_image()


def turn_to(number: int) -> None:
    st.session_state[state.SNAPSHOT] = steps[number]
    st.session_state[state.PLAYING] = False


def turn_to_position() -> None:
    turn_to(st.session_state[state.FILM_POSITION])


def play() -> None:
    st.session_state[state.PLAYING] = True
    if step == steps[-1]:
        st.session_state[state.SNAPSHOT] = steps[0]


def pause() -> None:
    st.session_state[state.PLAYING] = False


st.markdown(
    f"**{run.name}** has {len(steps)} snapshots. They lie close together at first: look how much "
    "happens within the first epoch, and how little after it."
)
number = steps.index(step)
playing = bool(st.session_state.get(state.PLAYING)) and number < len(steps) - 1
with st.container(horizontal=True, vertical_alignment="center"):
    first, last = number == 0, number == len(steps) - 1
    st.button("First", icon=":material/first_page:", on_click=turn_to, args=(0,), disabled=first)
    st.button(
        "Back", icon=":material/chevron_left:", on_click=turn_to, args=(number - 1,), disabled=first
    )
    if playing:
        st.button("Pause", icon=":material/pause:", on_click=pause, type="primary")
    else:
        st.button("Play", icon=":material/play_arrow:", on_click=play, type="primary")
    st.button(
        "Next", icon=":material/chevron_right:", on_click=turn_to, args=(number + 1,), disabled=last
    )
    st.button(
        "Last", icon=":material/last_page:", on_click=turn_to, args=(len(steps) - 1,), disabled=last
    )
st.markdown(
    f"Snapshot {number + 1} of {len(steps)}: **{epochs_text(run, step)} epochs**, {step:,} steps"
)
if playing:
    # Frames come faster than a browser hands back what its slider stands at.
    st.progress(number / (len(steps) - 1))
elif len(steps) > 1:
    # The sidebar's choice once more, where a phone has it at hand.
    st.session_state[state.FILM_POSITION] = number
    st.select_slider(
        "Snapshot",
        range(len(steps)),
        format_func=lambda at: epochs_text(run, steps[at]),
        key=state.FILM_POSITION,
        on_change=turn_to_position,
        label_visibility="collapsed",
    )
layer = st.segmented_control(
    "Layer",
    [found.name for found in run.spec.model.convolutions],
    default="conv1",
    key="film_layer",
    persist_state="session",
    required=True,
)

# Side by side on a screen, one below the other on a phone.
width = page_width() if is_narrow() else page_width() // 2
kernels_box, maps_box = st.columns(2, gap="medium")
with kernels_box:
    kernel = loaders.weights(snapshot)[layer]["kernel"]
    st.caption(
        f"**Kernels of {layer}**, warm positive, blue negative; full colour is "
        f"±{frames.largest_weight(run, layer):.2f}, the largest weight of the whole film."
    )
    show(
        kernel_matrix_figure(kernel, "all", frames.largest_weight(run, layer), width=width),
        "film_kernels",
        f"All kernels of {layer} after {epochs_text(run, step)} epochs",
    )
with maps_box:
    found = frames.activation(snapshot, image, layer)
    st.caption(f"**What {layer} makes of {image_name}**, black nothing, white the most.")
    show(
        feature_maps_figure(
            found, signed=bool(found.min() < 0), scope="layer", largest_of_all=1, width=width
        ),
        "film_maps",
        f"All feature maps of {layer} after {epochs_text(run, step)} epochs",
    )
st.caption(
    "**Loss and accuracy**, with an upright line at this snapshot. Grey is the published log."
)
show_curves(
    run,
    loaders.metrics(run),
    run.spec.train.epochs,
    CurveOptions(accuracy_from=0.0, marks=(step,)),
)
left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
with left:
    confusion = frames.confusion(snapshot)
    st.caption(
        f"**Which digits it takes for which**, on {validated_on_text(run.spec.train)}: at first "
        "all are one digit, then mistakes (warm) get fewer and paler."
    )
    show(confusion_figure(confusion), "film_confusion", "Confusion matrix of this snapshot")
with right:
    right_answers = int(confusion.trace())
    st.metric("Right", f"{right_answers / confusion.sum():.2%}", border=True)
    st.metric("Mistakes", f"{int(confusion.sum()) - right_answers:,}", border=True)


@st.fragment(run_every=frames.SECONDS_PER_FRAME if playing else None)
def advance() -> None:
    with errors_shown():
        frames.advance(steps, number, playing=playing)


advance()
explanation(
    [
        "While a network trains, its weights are kept now and then: after 1, 2, 5, 10, … batches, "
        "then after every epoch. Each of these **snapshots** is a whole network. The film shows "
        "them one after the other, and none is left out.",
        "At the start the **kernels** are random. After some dozen batches first patterns stand "
        "out of the noise, and the **maps** begin to look like edges of the digit.",
        "The slider, in epochs trained, is that of the **sidebar**: what you stop at here, the "
        "other pages show too.",
    ]
)
