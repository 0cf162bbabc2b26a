"""What kinds of kernels a layer has, and which edge directions it covers."""

import streamlit as st

from mnistviz.charts.inspection.kernel_kinds import (
    edge_directions_figure,
    kernel_kinds_figure,
)
from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.kernels import kernel_kinds
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.texts import explanation


def show_kinds(kernel: FloatArray) -> None:
    """Of kernels `(height, width, inputs, outputs)`: shares by kind and a compass, if 3×3."""
    height, _, num_inputs, num_outputs = kernel.shape
    if height != 3:
        st.markdown(kernel_kinds.sentence(kernel))
        return
    st.header("What kind of kernels are these?")
    found = kernel_kinds.layer_kinds(kernel)
    st.caption(
        "Look for bars that end far from their grey mark: the mark is what random weights would "
        "have. On the compass, look for gaps: edges of that direction the layer hardly answers to."
    )
    left, right = st.columns(2, gap="large")
    with left:
        show(
            kernel_kinds_figure(found.shares, found.chance),
            "kinds",
            "Shares of the layer's energy by kind of pattern, beside what random weights have",
        )
        st.markdown(kernel_kinds.sentence(kernel))
        named = [f"{count} {kind}" for kind, count in found.counts.items() if count]
        st.caption(f"Kernels by kind, the one with at least half of the energy: {', '.join(named)}")
    with right:
        sectors = kernel_kinds.direction_shares(kernel)
        angles, strengths = kernel_kinds.gradients_of(kernel)
        names = [f"{i} → {o}" for i in range(num_inputs) for o in range(num_outputs)]
        show(
            edge_directions_figure(
                sectors.tolist(),
                kernel_kinds.DIRECTIONS,
                angles.ravel().tolist(),
                strengths.ravel().tolist(),
                names,
            ),
            "directions",
            "Directions of the gradients in the layer's kernels, on a compass",
        )
        missing = kernel_kinds.lacking(sectors)
        st.caption(
            "Each point is a kernel, further out is stronger; a bar is the sector's share of the "
            "gradient energy. "
            + (
                f"It hardly asks for *brighter to the* **{', '.join(missing)}** (under half of "
                "an even share)."
                if missing
                else "All eight directions have at least half of an even share."
            )
        )
    explanation(
        [
            "Any nine numbers can be mixed from nine basic patterns, like a colour from red, "
            "green and blue. Here they are those of **Frei and Chen (1977)**, all at right angles "
            "to each other, so the parts add up to 100 %.",
            "**Gradient**: dark on one side, bright on the other, an edge. **Line**: a bar, darker "
            "on both of its sides. **Spot**: the middle against its surround. **Average**: all "
            "nine weights alike, it blurs. **Texture**: what is left, ripples and checkerboards.",
            "Random kernels have shares, too: two of nine patterns are gradients, so they have "
            "22 % on average. Only what differs from that was learned. Compare with snapshot 0.",
        ]
    )
