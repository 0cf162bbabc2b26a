"""The convolution that the Kernels page shows, as it is chosen at the top of the page."""

from dataclasses import dataclass

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.charts import Scope
from mnistviz.inspection.kernels.batch_norm_folding import View, kernel_and_bias, views_of
from mnistviz.inspection.kernels.kernel_order import Order
from mnistviz.inspection.kernels.kernel_statistics import largest_weight
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _, ngettext
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import pick_scope
from mnistviz.ui.shared.inputs import pick

VIEW_NAMES: dict[View, str] = {
    "stored": _("as stored"),
    "incoming": _("incoming norm folded in"),
    "outgoing": _("× own norm's gain"),
}
VIEW_HELP = _(
    "Batch normalization multiplies each channel by a gain. **As stored**: the weights that "
    "training changes. **Incoming norm folded in**: the same layer, taking the plain ReLU outputs "
    "of the layer before. **× own norm's gain**: how strongly each weight moves what follows. All "
    "three describe the same network."
)
ORDERS: dict[Order, str] = {
    "index": _("index"),
    "norm": _("norm"),
    "similarity": _("similarity"),
}


@dataclass(frozen=True)
class ShownLayer:
    """A convolution of a snapshot and how its kernels are drawn.

    `kernel` is (height, width, inputs, outputs) float32 and `bias` (outputs,) float32, both in the
    view `view`. `largest_of_all` is the largest magnitude of a weight in the network.
    """

    snapshot: Snapshot
    name: str
    view: View
    kernel: FloatArray
    bias: FloatArray
    largest_of_all: float
    scope: Scope
    order: Order

    @property
    def output_name(self) -> str:
        """The name of an output of the layer."""
        return (
            "digit"
            if self.name == self.snapshot.run.spec.model.scores_layer
            else _("output channel")
        )


def pick_layer(snapshot: Snapshot) -> ShownLayer:
    """Let a person choose a convolution, and how its kernels are drawn."""
    weights = loaded_networks.weights(snapshot)
    names = [layer.name for layer in snapshot.run.spec.model.convolutions]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = pick(_("Convolution"), names, "kernels_layer", wrap=True, persist_state="session")
        scope = pick_scope("kernels_scope", "kernel")
        order = pick(
            _("Order channels by"),
            ORDERS,
            "kernels_order",
            help=_(
                "Similarity puts channels with alike weights side by side (clustered by angle)."
            ),
        )
        view = _pick_view(views_of(weights, name))
    kernel, bias = kernel_and_bias(weights, name, view)
    return ShownLayer(snapshot, name, view, kernel, bias, largest_weight(weights), scope, order)


def _pick_view(views: list[View]) -> View:
    if len(views) == 1:
        return views[0]
    return st.selectbox(
        _("Weights"),
        views,
        format_func=VIEW_NAMES.__getitem__,
        key=f"kernels_view_{len(views)}_{views[-1]}",
        help=VIEW_HELP,
        width=240,
    )


def caption_of(layer: ShownLayer) -> str:
    """Return the caption of the matrix: what to look for, what is shown, what the colours mean."""
    height, width, num_inputs, num_outputs = layer.kernel.shape
    largest = {"layer": float(abs(layer.kernel).max()), "all": layer.largest_of_all}
    full_colour = (
        _("Darkest colour = ±{largest:.2f}.").format(largest=largest[layer.scope])
        if layer.scope in largest
        else ""
    )
    return _(
        "{look_for} **Orange** is positive, **blue** is negative. All {num_inputs:,} kernels of "
        "{height}×{width} are here, {view_names}; point at one for its numbers, **click** it for "
        "more. {full_colour}"
    ).format(
        look_for=_look_for(layer),
        num_inputs=num_inputs * num_outputs,
        height=height,
        width=width,
        view_names=VIEW_NAMES[layer.view],
        full_colour=full_colour,
    )


def _look_for(layer: ShownLayer) -> str:
    height, _width, num_inputs, _outputs = layer.kernel.shape
    if num_inputs == 1:
        return _("Look for orange beside blue: such a kernel answers to an edge in that direction.")
    if height == 1:
        return _(
            "Each square is one weight: how much of an input channel goes into an output channel."
        )
    if layer.name == layer.snapshot.run.spec.model.scores_layer:
        return _(
            "A column is a digit. Where its {num_inputs} kernels are orange, a high value speaks "
            "for the digit; where they are blue, against it."
        ).format(num_inputs=num_inputs)
    return _(
        "Read a column: these kernels together make one output channel. Pale rows are input "
        "channels that the layer hardly uses."
    )


def explanation_of(layer: ShownLayer) -> list[str]:
    """Return the paragraphs that explain the kernels of a layer."""
    height, width, num_inputs, num_outputs = layer.kernel.shape
    return [
        ngettext(
            "**{name}** makes {num_outputs} output channels out of {num_inputs} input channel. For "
            "each pair of them it has its own kernel of {height}×{width} weights: {num_inputs} × "
            "{num_outputs} = {num_kernels:,} kernels, {size:,} weights.",
            "**{name}** makes {num_outputs} output channels out of {num_inputs} input "
            "channels. For each pair of them it has its own kernel of {height}×{width} "
            "weights: {num_inputs} × {num_outputs} = {num_kernels:,} kernels, {size:,} weights.",
            num_inputs,
        ).format(
            name=layer.name,
            num_outputs=num_outputs,
            num_inputs=num_inputs,
            height=height,
            width=width,
            num_kernels=num_inputs * num_outputs,
            size=layer.kernel.size,
        ),
        _(
            "At each place of the picture, a kernel multiplies its weights with the values under "
            "it and adds up. Under an **orange** weight, a high value raises the sum; under a "
            "**blue** one, it lowers it. The sums over all input channels and the channel's bias "
            "make the output."
        ),
        _(
            "Move the **snapshot** slider in the sidebar to 0: these are the random weights it "
            "started from. Step through the first epoch and watch the patterns appear."
        ),
    ]
