"""The channels that an answer rests on: each is switched off alone, and any set together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistviz.charts.inspection.channel_effects import (
    channel_effects_figure,
    probability_change_figure,
)
from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import ChannelEffect, Replacement
from mnistviz.inspection.channels.knockout import Knockout, channel_effects
from mnistviz.inspection.image.attribution import contrast
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import clicked_point, pick
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.why.question import Question

# The names of the channels that are off, and a number that makes the chart a new one.
OFF, CLICKS = "why_off", "why_clicks"
REPLACEMENTS: dict[Replacement, str] = {"mean": _("its average"), "zero": _("zero")}
NUM_STRONGEST = 5

Channel = tuple[str, int]


@dataclass(frozen=True)
class Experiment:
    """A network whose channels are switched off for an image `(28, 28)`.

    A channel that is off gives `replacement`. The score of the image is the sum of its logits,
    each times its weight in `weights` (10,).
    """

    knockout: Knockout
    image: FloatArray
    weights: FloatArray
    replacement: Replacement


def channel_name(layer: str, channel: int) -> str:
    """Return the name of a channel."""
    return f"{layer} · {channel}"


def toggled(names: Sequence[str], name: str) -> list[str]:
    """Return `names` without `name` if it is among them, or else with it at the end."""
    return [other for other in names if other != name] + [name] * (name not in names)


def by_layer(channels: Collection[Channel]) -> dict[str, set[int]]:
    """Return the channels of each layer."""
    return {layer: {i for name, i in channels if name == layer} for layer, _ in channels}


def strongest_text(effects: Sequence[ChannelEffect]) -> str:
    """Return a sentence on the channels whose loss costs most, from `effects` in their order."""
    names = ", ".join(
        f"**{channel_name(effect.layer, effect.channel)}** ({effect.drop:+.2f})"
        for effect in effects[:NUM_STRONGEST]
    )
    return _("The answer depends most on {names}.").format(names=names)


@st.fragment
@errors_shown()
def show_channels(snapshot: Snapshot, image: FloatArray, question: Question) -> None:
    """Show what each channel is worth to an answer, and what follows when some are off."""
    knockout = loaded_networks.knockout(snapshot)
    options = {channel_name(*channel): channel for channel in knockout.channels}
    # Another run may have fewer channels.
    st.session_state[OFF] = [name for name in st.session_state.get(OFF, []) if name in options]
    off = [options[name] for name in st.session_state[OFF]]
    replacement = _pick_replacement()
    names = snapshot.run.spec.class_names
    weights = contrast(question.digit, question.against, len(names))
    effects = channel_effects(knockout, image, weights, replacement)
    _show_effects(effects, off, question)
    _show_switches(effects, list(options))
    if off:
        experiment = Experiment(knockout, image, weights, replacement)
        _show_change(snapshot, experiment, by_layer(off), question)
        _show_maps(experiment, by_layer(off))


def _pick_replacement() -> Replacement:
    return pick(
        _("Replace a switched-off channel by"),
        REPLACEMENTS,
        "why_replacement",
        persist_state="session",
        help=_(
            "The average is over the first 10,000 training images and all places, so the channel "
            "says nothing about this image. Zero is a larger change: the next layer expects "
            "values around the average."
        ),
    )


def _show_effects(
    effects: Sequence[ChannelEffect], off: Collection[Channel], question: Question
) -> None:
    chart = f"why_strips_{st.session_state.setdefault(CLICKS, 0)}"

    def toggle_clicked_channel() -> None:
        if (channel := clicked_point(chart)) is not None:
            st.session_state[OFF] = toggled(st.session_state[OFF], channel_name(*channel))
        # A new chart without a selection: the same square can be clicked again.
        st.session_state[CLICKS] += 1

    explained_caption(
        _(
            "Look for the **darkest orange** squares: without them {text} would lose most. "
            "**Blue** ones speak against it. **Click squares** to switch channels off and on; the "
            "effect is below."
        ).format(text=question.text)
    )
    show(
        channel_effects_figure(effects, off),
        key=chart,
        on_click=toggle_clicked_channel,
        alt=_("What switching off each of {count} channels costs {text}").format(
            count=len(effects), text=question.text
        ),
    )
    explained(strongest_text(effects))


def _show_switches(effects: Sequence[ChannelEffect], names: Sequence[str]) -> None:
    def switch_off(names: Sequence[str]) -> None:
        st.session_state[OFF] = names

    strongest = [channel_name(effect.layer, effect.channel) for effect in effects[:NUM_STRONGEST]]
    with st.container(horizontal=True):
        st.button(
            _("Switch these {num_strongest} off").format(num_strongest=NUM_STRONGEST),
            icon=":material/flash_off:",
            on_click=switch_off,
            args=[strongest],
        )
        st.button(
            _("All on again"),
            icon=":material/flash_on:",
            on_click=switch_off,
            args=[[]],
            disabled=not st.session_state[OFF],
        )
    st.multiselect(_("Switched off"), names, key=OFF, placeholder=_("none: all are on"))


def _show_change(
    snapshot: Snapshot, experiment: Experiment, off: Mapping[str, set[int]], question: Question
) -> None:
    """Show the score, the answer and the probabilities with and without the channels in `off`."""
    logits = experiment.knockout.logits(experiment.image, [{}, off], experiment.replacement)
    score_before, score = (logits @ experiment.weights).tolist()
    names = snapshot.run.spec.class_names
    shares = loaded_networks.probabilities(snapshot, logits)
    before, after = (names[number] for number in logits.argmax(axis=1).tolist())
    label = _("Score of {text}") if question.against is None else _("Lead of {text}")
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.metric(
            label.format(text=question.text),
            f"{score:+.2f}",
            f"{score - score_before:+.2f}",
            border=True,
        )
        st.metric(
            _("It reads"),
            after,
            _("before: {before}").format(before=before),
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    with right:
        show(
            probability_change_figure(shares[0], shares[1], class_names=names),
            "why-bars",
            _("The probabilities with all channels on and with some switched off"),
        )


def _show_maps(experiment: Experiment, off: Mapping[str, set[int]]) -> None:
    """Show the maps of a layer without the channels in `off`, or how they differ from before."""
    layers = list(experiment.knockout.means)
    first = min(off)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # At first the layer after the first one that lacks channels.
        default = layers[min(layers.index(first) + 1, len(layers) - 1)]
        layer = pick(_("Maps of"), layers, f"why_maps_{first}", default, wrap=True)
        change = st.toggle(_("Only what changed"), value=True, key="why_change")
    values = _maps(experiment, off, layer)
    if change:
        values = values - _maps(experiment, {}, layer)
    explained_caption(
        _(
            "What changed: **orange** is more than before, **blue** is less. Layers before the "
            "first switched-off channel stay as they are."
        )
        if change
        else _(
            "The output of the layer with these channels off: they have the same value everywhere."
        )
    )
    largest = float(np.abs(values).max())
    show(
        feature_maps_figure(values, signed=True, scope="layer", largest_of_all=largest),
        "why-maps",
        _("Maps of {layer} with channels switched off").format(layer=layer),
    )


def _maps(experiment: Experiment, off: Mapping[str, set[int]], layer: str) -> FloatArray:
    outputs = experiment.knockout.maps(experiment.image, off, experiment.replacement)
    return next(output.values for output in outputs if output.layer == layer)
