"""One network, layer by layer: how its channels go together, and a card of each of them."""

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
from mnistviz.inspection.channels import channel_results_files
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.on_demand import OnDemand

REDUNDANCY = OnDemand(
    "redundancy",
    "Measure this network on the 10,000 test images",
    ":material/straighten:",
    "Some ten seconds on two free cores. The result is kept on disk.",
)
VERDICTS = {
    "keep": "keep",
    "twin": "twin of #{}",
    "near-twin": "near-twin of #{}",
    "dead": "dead",
}


def need_moments(snapshot: Snapshot) -> Mapping[str, LayerStatistics]:
    """How the channels vary, by layer; computed when a person asks for it, empty before."""
    moments = channel_results_files.read_moments(snapshot) or REDUNDANCY.need(
        "Comparing the channels over 10,000 test images …",
        lambda progress: loaders.make_moments(snapshot, progress),
    )
    return moments or {}


def uses_of(moments: Mapping[str, LayerStatistics]) -> dict[str, LayerRedundancy]:
    """How every layer uses its channels."""
    from mnistviz.inspection.channels.redundancy import use_of

    return {layer: use_of(layer, one) for layer, one in moments.items()}


def show_layers(run: Run, uses: Mapping[str, LayerRedundancy]) -> None:
    """Every layer in a row: channels, effective rank, how many carry 95 % and 99 %."""
    st.dataframe(
        pd.DataFrame(
            {
                "layer": list(uses),
                "channels": [one.channels for one in uses.values()],
                "carry 99 %": [one.needed_99 for one in uses.values()],
                "carry 95 %": [one.needed_95 for one in uses.values()],
                "effective rank": [one.effective_rank for one in uses.values()],
                "dead": [len(one.dead) for one in uses.values()],
                "pairs of near-twins": [len(one.twins) for one in uses.values()],
            }
        ),
        hide_index=True,
        height="content",
        column_config={"effective rank": st.column_config.NumberColumn(format="%.1f")},
        alt=f"How many channels of each layer of {run.name} say something of their own",
    )
    st.caption(
        "Look where *carry 99 %* is well below *channels*: there, channels repeat each other. The "
        "**effective rank** counts directions by how much each varies: equal ones count fully."
    )


def choose_layer(run: Run) -> str:
    """The layer that is looked at channel by channel; the third one, whose width is asked about."""
    names = [layer.name for layer in run.spec.model.convolutions if layer.relu]
    chosen: str = st.segmented_control(
        "Layer", names, default="conv3", key="ablation_layer", required=True
    )
    return chosen


def show_correlations(snapshot: Snapshot, layer: str, moments: LayerStatistics) -> None:
    """What the channels say, and what their kernels are, pair by pair, in the same order."""
    from mnistviz.charts.inspection.correlation import correlation_figure
    from mnistviz.inspection.channels.evidence import kernel_correlation
    from mnistviz.inspection.channels.redundancy import cluster_order, correlation_of

    channels = correlation_of(moments.covariance)
    order = cluster_order(channels).tolist()
    kernels = kernel_correlation(loaders.weights(snapshot)[layer]["kernel"])
    parts = (
        (channels, "channels", f"**What the channels of {layer} say**"),
        (kernels, "kernels", f"**What the kernels of {layer} are**"),
    )
    for column, (values, what, title) in zip(st.columns(2), parts, strict=True):
        with column:
            st.markdown(title)
            show(
                correlation_figure(values, order, what),
                f"correlation_{what}",
                f"Correlation of all pairs of {what} of {layer}, those alike side by side",
            )
    st.caption(
        "Look for strong colour off the diagonal: those two rise and fall together (orange) or "
        "against each other (blue). Channels that go together stand side by side, in the same "
        "order in both; kernels of the same channels may differ and still say the same. Left: "
        f"over the 10,000 test images and all places. From |r| = {TWIN_CORRELATION} on, two "
        "channels are near-twins."
    )


def show_card(
    layer: str, moments: LayerStatistics, use: LayerRedundancy, ablation: LayerAblation | None
) -> None:
    """Channel by channel: keep, twin of another, or dead, and the numbers that say so."""
    from mnistviz.inspection.channels.evidence import evidence_of

    found = evidence_of(moments, ablation)
    st.markdown(card_text(layer, use, found))
    table = {
        "channel": [one.channel for one in found],
        "verdict": [verdict_of(one) for one in found],
        "alone costs, points": [None if one.drop is None else 100 * one.drop for one in found],
        "r": [one.correlation for one in found],
        "goes with": [one.alike for one in found],
        "active": [100 * one.active for one in found],
    }
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        height="content",
        column_config={
            "alone costs, points": st.column_config.NumberColumn(
                format="%+.2f", help="What switching off this channel alone costs."
            ),
            "r": st.column_config.NumberColumn(
                format="%+.3f", help="Correlation with the channel that it goes with most."
            ),
            "active": st.column_config.NumberColumn(
                format="%.1f %%", help="At so many of all places of all images it is above 0."
            ),
        },
        alt=f"Evidence for each channel of {layer}",
    )
    st.caption(
        "Look at the verdicts that are not *keep*. **Dead**: 0 at every place of all test images. "
        f"**Twin**: |r| ≥ {TWIN_CORRELATION} with a channel that stays, and switching it off costs "
        f"less than {100 * TWIN_COST:.2f} points. "
        + (
            "Nobody has switched the channels of this layer off yet: until then, a near-twin."
            if ablation is None
            else f"Costs are measured on {ablation.images:,} test images."
        )
    )


def verdict_of(one: ChannelEvidence) -> str:
    """The verdict on a channel, as people read it."""
    return VERDICTS[one.verdict].format(one.twin_of)


def card_text(layer: str, use: LayerRedundancy, found: Sequence[ChannelEvidence]) -> str:
    """The card of a layer in one sentence."""
    stay = sum(one.verdict == "keep" for one in found)
    others = [f"#{one.channel} is {verdict_of(one)}" for one in found if one.verdict != "keep"]
    rest = "; ".join(others) if others else "none is dead, none a twin"
    return (
        f"**{layer}: {stay} of {len(found)} channels to keep** ({rest}). {use.needed_99} of "
        f"{use.channels} channels carry 99 % of the variance, {use.needed_95} carry 95 %."
    )
