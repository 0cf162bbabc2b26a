"""The kinds of kernels that a layer has, and the edge directions that it covers."""

import streamlit as st

from mnistviz.charts.inspection.kernel_kinds import edge_directions_figure, kernel_kinds_figure
from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.kernels import kernel_kinds
from mnistviz.texts import _
from mnistviz.ui.kernels.layer_choice import ShownLayer
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.texts import explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption


def show_kinds(layer: ShownLayer) -> None:
    """Show the kinds of a layer's kernels and a compass of their edges, if they are 3×3."""
    kernel = layer.kernel
    if kernel.shape[0] != 3:
        # The first lines of the page say all that there is to say.
        return
    st.header(_("What kind of kernels are these?"))
    explained_caption(
        _(
            "Look for bars that end far from their grey mark: the mark is what random kernels "
            "have. On the compass, look for gaps: the layer has few kernels for edges of that "
            "direction."
        )
    )
    left, right = st.columns(2, gap="large")
    with left:
        _show_shares(kernel)
    with right:
        _show_directions(kernel)
    explanation(
        [
            _(
                "Any nine numbers can be mixed from nine basic patterns, like a colour from red, "
                "green and blue. Here they are those of **Frei and Chen (1977)**, all at right "
                "angles to each other, so the parts add up to 100 %."
            ),
            _(
                "**Gradient**: dark on one side, bright on the other, an edge. **Line**: a bar, "
                "darker on both of its sides. **Spot**: the middle against its surround. "
                "**Average**: all nine weights alike, it blurs. **Texture**: what is left, "
                "ripples and checkerboards."
            ),
            _(
                "Random kernels have shares, too: two of nine patterns are gradients, so they "
                "have 22 % on average. Only what differs from that was learned. Compare with "
                "snapshot 0."
            ),
        ]
    )


def _show_shares(kernel: FloatArray) -> None:
    kinds = kernel_kinds.layer_kinds(kernel)
    show(
        kernel_kinds_figure(kinds.shares, kinds.chance),
        "kinds",
        _("Shares of the layer's strength by kind of pattern, beside what random weights have"),
    )
    explained(kernel_kinds.sentence(kernel))
    counts = [f"{count} {kind}" for kind, count in kinds.counts.items() if count]
    explained_caption(
        _("Kernels by kind, the one with at least half of their strength: {counts}").format(
            counts=", ".join(counts)
        )
    )


def _show_directions(kernel: FloatArray) -> None:
    num_inputs, num_outputs = kernel.shape[2:]
    sectors = kernel_kinds.direction_shares(kernel)
    angles, strengths = kernel_kinds.gradients_of(kernel)
    show(
        edge_directions_figure(
            sectors.tolist(),
            kernel_kinds.DIRECTIONS,
            angles.ravel().tolist(),
            strengths.ravel().tolist(),
            [f"{i} → {o}" for i in range(num_inputs) for o in range(num_outputs)],
        ),
        "directions",
        _("Directions of the gradients in the layer's kernels, on a compass"),
    )
    missing = ", ".join(f"**{kernel_kinds.SIDES[name]}**" for name in kernel_kinds.lacking(sectors))
    explained_caption(
        _(
            "Each point is a kernel; further out is stronger. A bar is the direction's share of "
            "the strength of all edges. "
        )
        + (
            _(
                "It has few kernels for edges that are brighter {missing} (under half of the "
                "average)."
            ).format(missing=missing)
            if missing
            else _("All eight directions have at least half of the average.")
        )
    )
