"""One network, layer by layer: how its channels correlate, and a verdict on each of them."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.thresholds import TWIN_CORRELATION, TWIN_COST
from mnistviz.core.types.inspection import (
    ChannelEvidence,
    LayerAblation,
    LayerRedundancy,
    LayerStatistics,
)
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.channels.evidence import evidence_of, kernel_correlation
from mnistviz.inspection.channels.redundancy import cluster_order, correlation_of, use_of
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.channels.study_texts import LESS, MOST
from mnistviz.ui.shared import loaded_networks, stored_results
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.on_demand import OnDemand
from mnistviz.ui.shared.words.explained import explained, explained_caption

REDUNDANCY = OnDemand(
    "redundancy",
    _("Measure this network on all test images"),
    ":material/straighten:",
    _("Some ten seconds on two free cores. The result is kept on disk."),
)
VERDICTS = {
    "keep": _("keep"),
    "twin": _("twin of #{channel}"),
    "near-twin": _("near-twin of #{channel}"),
    "dead": _("dead"),
}


def need_statistics(snapshot: Snapshot) -> Mapping[str, LayerStatistics]:
    """The channel statistics by layer; computed when a person asks for them, empty before."""
    statistics = channel_results.STATISTICS.read(snapshot) or REDUNDANCY.need(
        _("Comparing the channels over all test images …"),
        lambda progress: stored_results.compute_statistics(snapshot, progress),
    )
    return statistics or {}


def uses_of(statistics: Mapping[str, LayerStatistics]) -> dict[str, LayerRedundancy]:
    """Return the redundancy of every layer."""
    return {layer: use_of(layer, values) for layer, values in statistics.items()}


def show_layers(run: Run, uses: Mapping[str, LayerRedundancy]) -> None:
    """Show a row for each layer: channels, effective rank, how many carry most of the variance."""
    rows = [
        {
            _("layer"): layer,
            _("channels"): use.channels,
            _("carry {most}").format(most=MOST): use.needed_99,
            _("carry {less}").format(less=LESS): use.needed_95,
            _("effective rank"): use.effective_rank,
            _("dead"): len(use.dead),
            _("pairs of near-twins"): len(use.twins),
        }
        for layer, use in uses.items()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        column_config={_("effective rank"): st.column_config.NumberColumn(format="%.1f")},
        alt=_("How many channels of each layer of {name} say something of their own").format(
            name=run.name
        ),
    )
    explained_caption(
        _(
            "Look where *carry {most}* is well below *channels*: there, channels repeat each "
            "other. The **effective rank** counts directions by how much each varies: equal ones "
            "count fully."
        ).format(most=MOST)
    )


def choose_layer(run: Run) -> str:
    """Let a person choose a layer; at first the third one, whose width is in question."""
    names = [layer.name for layer in run.spec.model.convolutions if layer.relu]
    return pick(_("Layer"), names, "ablation_layer", "conv3" if "conv3" in names else names[-1])


def show_correlations(snapshot: Snapshot, layer: str, statistics: LayerStatistics) -> None:
    """Show the correlations of all pairs of channels and of kernels, both in the same order."""
    from mnistviz.charts.inspection.correlation import correlation_figure

    channels = correlation_of(statistics.covariance)
    order = cluster_order(channels).tolist()
    kernels = kernel_correlation(loaded_networks.weights(snapshot)[layer]["kernel"])
    parts = (
        (channels, "channels", _("**What the channels of {layer} say**").format(layer=layer)),
        (kernels, "kernels", _("**What the kernels of {layer} are**").format(layer=layer)),
    )
    for column, (values, what, title) in zip(st.columns(2), parts, strict=True):
        with column:
            explained(title)
            show(
                correlation_figure(values, order, what),
                f"correlation_{what}",
                _("Correlation of all pairs of {what} of {layer}, those alike side by side").format(
                    what=what, layer=layer
                ),
            )
    explained_caption(
        _(
            "Look for strong colour off the diagonal: those two rise and fall together (orange) "
            "or against each other (blue). Channels that go together stand side by side, in the "
            "same order in both; kernels of the same channels may differ and still say the same. "
            "Left: over all test images and all places. From |r| = {twin_correlation} on, two "
            "channels are near-twins."
        ).format(twin_correlation=TWIN_CORRELATION)
    )


def show_card(
    layer: str, statistics: LayerStatistics, use: LayerRedundancy, ablation: LayerAblation | None
) -> None:
    """Show the verdict on each channel (keep, twin of another, dead), with its numbers."""
    channels = evidence_of(statistics, ablation)
    explained(card_text(layer, use, channels))
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame([row_of(channel) for channel in channels]),
        hide_index=True,
        height="content",
        column_config={
            _("alone costs, points"): number(
                format="%+.2f", help=_("What switching off this channel alone costs.")
            ),
            "r": number(
                format="%+.3f", help=_("Correlation with the channel that it goes with most.")
            ),
            _("active"): number(
                format="%.1f %%", help=_("At so many of all places of all images it is above 0.")
            ),
        },
        alt=_("Evidence for each channel of {layer}").format(layer=layer),
    )
    explained_caption(
        _(
            "Look at the verdicts that are not *keep*. **Dead**: 0 at every place of all test "
            "images. **Twin**: |r| ≥ {twin_correlation} with a channel that stays, and switching "
            "it off costs less than {twin_cost:.2f} points. "
        ).format(twin_correlation=TWIN_CORRELATION, twin_cost=100 * TWIN_COST)
        + (
            _("Nobody has switched the channels of this layer off yet: until then, a near-twin.")
            if ablation is None
            else _("Costs are measured on {images:,} test images.").format(images=ablation.images)
        )
    )


def row_of(channel: ChannelEvidence) -> dict[str, str | float | None]:
    """Return the row of the table for a channel."""
    return {
        _("channel"): channel.channel,
        _("verdict"): verdict_of(channel),
        _("alone costs, points"): None if channel.drop is None else 100 * channel.drop,
        "r": channel.correlation,
        _("goes with"): channel.alike,
        _("active"): 100 * channel.active,
    }


def verdict_of(channel: ChannelEvidence) -> str:
    """Return the verdict on a channel as a text."""
    return VERDICTS[channel.verdict].format(channel=channel.twin_of)


def card_text(layer: str, use: LayerRedundancy, channels: Sequence[ChannelEvidence]) -> str:
    """Return the verdicts on the channels of a layer as a sentence."""
    others = [
        _("#{channel} is {verdict}").format(channel=channel.channel, verdict=verdict_of(channel))
        for channel in channels
        if channel.verdict != "keep"
    ]
    return _(
        "**{layer}: {kept} of {total} channels to keep** ({others}). {needed_99} of {channels} "
        "channels carry {most} of the variance, {needed_95} carry {less}."
    ).format(
        layer=layer,
        kept=len(channels) - len(others),
        total=len(channels),
        others="; ".join(others) or _("none is dead, none a twin"),
        needed_99=use.needed_99,
        channels=use.channels,
        most=MOST,
        needed_95=use.needed_95,
        less=LESS,
    )
