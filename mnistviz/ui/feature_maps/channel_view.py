"""One channel in full: its map of an image, kernels, preferred input and exciting images."""

import numpy as np
import streamlit as st

from mnistviz.charts.inspection.channels import histogram_figure, large_map_figure
from mnistviz.charts.inspection.kernels import kernel_row_figure
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.inspection.image.feature_maps import shown_at
from mnistviz.inspection.image.receptive_field import size_and_stride
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _, ngettext
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.channel.exciting_view import show_exciting
from mnistviz.ui.shared.channel.preferred_view import show_preferred
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained_caption

LAYER = "maps_layer"
CHANNEL = "maps_channel"
NUM_KERNELS = 8
# The stages of a convolution, in order.
STAGES = {
    "convolution": _("after the convolution"),
    "relu": _("after the ReLU"),
    "normalization": _("after the normalization"),
}


def chosen_channel(run: Run) -> tuple[str, int]:
    """The layer and the channel that were chosen last; the last channel if it has fewer."""
    counts = _num_channels(run)
    layer = st.session_state.get(LAYER)
    if layer not in counts:
        layer = st.session_state[LAYER] = next(iter(counts))
    channel = min(st.session_state.get(CHANNEL, 0), counts[layer] - 1)
    st.session_state[CHANNEL] = channel
    return layer, channel


def _num_channels(run: Run) -> dict[str, int]:
    return {layer.name: layer.output_shape[-1] for layer in run.spec.model.convolutions}


def show_channel(snapshot: Snapshot, stages: tuple[LayerOutput, ...], stage: str) -> None:
    """Show all on the chosen channel; its map is that of the image of `stages`, at `stage`."""
    layer, channel = chosen_channel(snapshot.run)
    num_channels = _num_channels(snapshot.run)
    st.header(_("One channel"))
    with st.container(horizontal=True):
        st.selectbox(_("Layer"), list(num_channels), key=LAYER, width=160)
        st.number_input(_("Channel"), 0, num_channels[layer] - 1, key=CHANNEL, width=160)
    outputs = (output for output in shown_at(stages, stage) if output.layer == layer)
    values = next(outputs).values[:, :, channel]
    size, stride = size_and_stride(snapshot.run.spec.model, layer)
    explained_caption(
        _("Look where **{layer}, channel {channel}** is active. ").format(
            layer=layer, channel=channel
        )
        + (
            _(
                "Each value is computed from {size}×{size} pixels of the image. The next value "
                "uses those {pixels} to the right."
            ).format(size=size, pixels=count_of(stride, "pixel"))
            if values.size > 1
            else _("Its value is computed from all pixels of the image.")
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        show(
            large_map_figure(values, signed=bool(values.min() < 0)),
            "large_map",
            _("The map of {layer}, channel {channel}").format(layer=layer, channel=channel),
        )
        explained_caption(
            _(
                "{least:+.3f} to {most:+.3f}, mean {mean:+.3f}; {above:.0%} of its {size} values "
                "are above 0"
            ).format(
                least=values.min(),
                most=values.max(),
                mean=values.mean(),
                above=np.mean(values > 0),
                size=values.size,
            )
            if values.size > 1
            else _("One number: {value:+.3f}").format(value=values.max())
            if layer != snapshot.run.spec.model.scores_layer
            else _("One number, the score of the digit {channel}: {value:+.3f}").format(
                channel=channel, value=values.max()
            )
        )
    with right:
        if values.size > 1:
            show(histogram_figure(values), "histogram", _("How often each value occurs in the map"))
        _show_kernels(snapshot, layer, channel)
    show_preferred(snapshot, layer, num_channels[layer], CHANNEL)
    show_exciting(snapshot, layer, channel)


def _show_kernels(snapshot: Snapshot, layer: str, channel: int) -> None:
    kernel = loaded_networks.weights(snapshot)[layer]["kernel"][:, :, :, channel]
    strongest = np.argsort(-np.abs(kernel).max(axis=(0, 1)), kind="stable")[:NUM_KERNELS]
    explained_caption(
        ngettext("Its kernel: ", "Its kernels: ", len(strongest))
        + (
            _("the strongest {count} of {shape}, by input channel").format(
                count=len(strongest), shape=kernel.shape[2]
            )
            if kernel.shape[2] > 1
            else _("one, for the image")
        )
    )
    show(
        kernel_row_figure(
            np.moveaxis(kernel, 2, 0)[strongest],
            [str(number) for number in strongest],
            min(page_width(), 360),
        ),
        "channel_kernels",
        _("Kernels of {layer}, channel {channel}").format(layer=layer, channel=channel),
    )
