"""Preferred inputs: images made so that a channel answers to them as strongly as it can."""

from functools import partial

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import image_figure
from mnistviz.charts.inspection.preferred_inputs import preferred_inputs_figure
from mnistviz.core.types.inspection import PreferredInputs
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks, stored_results
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import clicked_point
from mnistviz.ui.shared.on_demand import OnDemand
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.words.explained import explained, explained_caption

WHOLE_LAYER = "preferred_whole_layer"
# Channels that are computed together: so few that a result is stored every few seconds.
AT_ONCE = 10
GALLERY = "preferred_gallery"


def _stop_whole_layer() -> None:
    st.session_state[WHOLE_LAYER] = False


PREFERRED = OnDemand(
    "preferred",
    _("Make its preferred input"),
    ":material/auto_awesome:",
    _("A second or two for each channel of each snapshot. The result is kept on disk."),
    caption=_(
        "An artificial picture: we start from noise and change it until this channel answers as "
        "strongly as possible."
    ),
    stoppable=True,
    on_stop=_stop_whole_layer,
)


def show_preferred(snapshot: Snapshot, layer: str, num_channels: int, channel_key: str) -> None:
    """Show the preferred input of a channel, whose number is in the session's `channel_key`."""
    channel = int(st.session_state[channel_key])
    is_score = layer == snapshot.run.spec.model.scores_layer
    name = (
        _("the digit {channel}").format(channel=channel)
        if is_score
        else _("{layer}, channel {channel}").format(layer=layer, channel=channel)
    )
    st.subheader(_("The input that it answers to most strongly"))
    preferred = stored_results.stored_preferred_inputs(snapshot, layer)
    if preferred is None or channel not in preferred.channels:
        make = partial(stored_results.compute_preferred_inputs, snapshot, layer, [channel])
        preferred = PREFERRED.need(_("Climbing from noise for {name}").format(name=name), make)
    if preferred is None:
        return
    index = preferred.channels.tolist().index(channel)
    image = preferred.images[index]
    left, right = st.columns([1, 2], gap="large")
    with left:
        show(
            image_figure(image / (image.max() or 1)),
            "preferred_input",
            _("The input that {name} answers to most strongly").format(name=name),
        )
    with right:
        explained(_description(snapshot, layer, preferred, index))
        explained_caption(
            _(
                "Compare it with the patches of real images below: what do they have in common? "
                "White is its most ink, {max:.2f}. Activation maximisation: Erhan et al. 2009, "
                "Simonyan et al. 2013; jitter and smoothness after Olah et al. 2017."
            ).format(max=image.max())
        )
        whole = num_channels > 1 and st.toggle(
            _("All {num_channels} channels of {layer}").format(
                num_channels=num_channels, layer=layer
            ),
            key=WHOLE_LAYER,
            help=_("Made ten at a time, and kept. Switch it off to stop."),
        )
    if whole:
        preferred = _make_missing(snapshot, layer, num_channels, preferred)
        _show_gallery(layer, preferred, channel_key)


def _make_missing(
    snapshot: Snapshot, layer: str, num_channels: int, preferred: PreferredInputs
) -> PreferredInputs:
    """Compute the preferred inputs of the channels that have none yet; returns all."""
    missing = [number for number in range(num_channels) if number not in preferred.channels]
    for start in range(0, len(missing), AT_ONCE):
        batch = missing[start : start + AT_ONCE]
        make = partial(stored_results.compute_preferred_inputs, snapshot, layer, batch)
        preferred = PREFERRED.compute(
            _("{layer}, channels {first} to {last}").format(
                layer=layer, first=batch[0], last=batch[-1]
            ),
            make,
        )
    return preferred


def _show_gallery(layer: str, preferred: PreferredInputs, channel_key: str) -> None:
    order = np.argsort(preferred.channels)
    explained_caption(_("Each up to its own most ink. **Click** one to choose that channel."))
    show(
        preferred_inputs_figure(
            preferred.images[order],
            preferred.channels[order].tolist(),
            preferred.values[order].tolist(),
            int(st.session_state[channel_key]),
            page_width(),
        ),
        key=GALLERY,
        on_click=lambda: _choose_clicked(channel_key),
        alt=_("The preferred inputs of the {count} channels of {layer}").format(
            count=len(order), layer=layer
        ),
    )


def _choose_clicked(channel_key: str) -> None:
    if (channel := clicked_point(GALLERY)) is not None:
        st.session_state[channel_key] = channel


def _description(snapshot: Snapshot, layer: str, preferred: PreferredInputs, index: int) -> str:
    channel = int(preferred.channels[index])
    value, start = float(preferred.values[index]), float(preferred.start_values[index])
    is_score = layer == snapshot.run.spec.model.scores_layer
    before = "" if is_score else _(" before the ReLU")
    text = _(
        "The channel answers to it with **{value:+.2f}**{before}; to the noise at first, with "
    ).format(value=value, before=before)
    # Rounded first: a tiny negative one would be written as -0.00.
    text += f"{round(start, 2) + 0.0:+.2f}."
    if surveys := stored_results.stored_survey(snapshot):
        most = float(surveys[layer].largest[channel])
        text += _(" Its largest value for all test images is {most:+.2f}.").format(most=most)
    if is_score:
        chances = loaded_networks.classify(snapshot, preferred.images[index])
        answer = int(chances.argmax())
        text += _(
            " The network reads it as **{answer}** with {chances:.1%}, though it does not look "
            "like one: the network looks for strokes, not for the whole shape."
        ).format(answer=answer, chances=chances[answer])
    if value <= 0:
        text += _(" It stays at or below 0: no input of this size makes this channel active.")
    return text
