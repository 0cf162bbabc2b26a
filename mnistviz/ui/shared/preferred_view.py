"""The input that a channel would like best, and those of its whole layer."""

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import image_figure
from mnistviz.charts.inspection.preferred_inputs import preferred_inputs_figure
from mnistviz.core.types.inspection import PreferredInputs
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.widgets import show

ASKED = "preferred_asked"
WHOLE_LAYER = "preferred_whole_layer"
# Channels that climb together: few enough that what is done is kept every few seconds.
AT_ONCE = 10
GALLERY = "preferred_gallery"


def _ask(wanted: bool) -> None:
    """Who has asked for one channel wants the next one, too."""
    st.session_state[ASKED] = wanted


def show_preferred(snapshot: Snapshot, layer: str, num_channels: int, channel_key: str) -> None:
    """The preferred input of the channel that `channel_key` of the session names."""
    channel = int(st.session_state[channel_key])
    digit = layer == "conv8"
    who = f"the digit {channel}" if digit else f"{layer}, channel {channel}"
    st.subheader("What it would like best")
    found = loaders.kept_preferred(snapshot, layer)
    if found is None or channel not in found.channels:
        if not st.session_state.get(ASKED):
            st.button(
                "Make its preferred input",
                icon=":material/auto_awesome:",
                key="preferred_start",
                on_click=_ask,
                args=(True,),
                help="A second or two for each channel of each snapshot. The result is kept on "
                "disk.",
            )
            st.caption(
                "No test image, but an input made for this channel: out of noise, changed pixel by "
                "pixel until the channel answers as strongly as it can."
            )
            return
        found = _make(snapshot, layer, [channel], f"Climbing from noise for {who}")
    place = found.channels.tolist().index(channel)
    left, right = st.columns([1, 2], gap="large")
    image = found.images[place]
    with left:
        show(
            image_figure(image / (image.max() or 1)),
            "preferred_input",
            f"The input that {who} likes best",
        )
    with right:
        st.markdown(_said(snapshot, layer, found, place))
        st.caption(
            "Look for what the patches of real images below have in common with it. White is its "
            f"most ink, {image.max():.2f}. Activation maximisation: Erhan et al. 2009, Simonyan et "
            "al. 2013; jitter and smoothness after Olah et al. 2017."
        )
        whole = num_channels > 1 and st.toggle(
            f"All {num_channels} channels of {layer}",
            key=WHOLE_LAYER,
            help="Made ten at a time, and kept. Switch it off to stop.",
        )
    if not whole:
        return
    missing = [one for one in range(num_channels) if one not in found.channels]
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        found = _make(snapshot, layer, some, f"{layer}, channels {some[0]} to {some[-1]}")
    order = np.argsort(found.channels)
    st.caption("Each up to its own most ink. **Click** one to choose that channel.")
    show(
        preferred_inputs_figure(
            found.images[order],
            found.channels[order].tolist(),
            found.values[order].tolist(),
            channel,
            page_width(),
        ),
        key=GALLERY,
        on_click=lambda: _choose_clicked(channel_key),
        alt=f"The inputs that the {num_channels} channels of {layer} like best",
    )


def _make(snapshot: Snapshot, layer: str, channels: list[int], text: str) -> PreferredInputs:
    """Find them, with progress and a way to stop: a click ends this run of the script."""
    slot = st.empty()
    with slot.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text)
        st.button("Stop", icon=":material/stop:", key=f"stop_{channels}", on_click=_stop)
    found = loaders.make_preferred(
        snapshot, layer, channels, lambda share: bar.progress(share, text)
    )
    slot.empty()
    return found


def _stop() -> None:
    _ask(False)
    st.session_state[WHOLE_LAYER] = False


def _choose_clicked(channel_key: str) -> None:
    points = st.session_state[GALLERY].selection.points
    if points:
        st.session_state[channel_key] = points[0]["customdata"]


def _said(snapshot: Snapshot, layer: str, found: PreferredInputs, place: int) -> str:
    channel = int(found.channels[place])
    value, start = float(found.values[place]), float(found.start_values[place])
    before = "" if layer == "conv8" else " before the ReLU"
    text = f"It brings the channel to **{value:+.2f}**{before}; the noise it began as, to "
    # Rounded first: a tiny negative one would be written as -0.00.
    text += f"{round(start, 2) + 0.0:+.2f}."
    if surveys := loaders.kept_survey(snapshot):
        most = float(surveys[layer].largest[channel])
        text += f" The most that any of the 10,000 test images brings it to is {most:+.2f}."
    if layer == "conv8":
        chances = loaders.classify(snapshot, found.images[place])
        answer = int(chances.argmax())
        text += (
            f" The network reads it as **{answer}** with {chances[answer]:.1%}, though nobody "
            "would: it asks for strokes, not for a whole that looks like a digit."
        )
    if value <= 0:
        text += " It stays at or below 0: no input of this size wakes this channel."
    return text
