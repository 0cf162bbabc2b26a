"""Kernels: all weights of a convolution, signed; one kernel in full; what kinds there are."""

import streamlit as st

from mnistviz.ui.kernels.finding import finding_of
from mnistviz.ui.kernels.kernel_kinds_view import show_kinds
from mnistviz.ui.kernels.kernel_view import show_kernels
from mnistviz.ui.kernels.layer_choice import caption_of, explanation_of, pick_layer
from mnistviz.ui.kernels.statistics_view import show_statistics
from mnistviz.ui.shared.layer_views.supported_layers import need_convolutions
from mnistviz.ui.shared.sidebar import need_snapshot
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

# The sections below the first one, from top to bottom. A section is a function that draws its
# charts for a `ShownLayer`; those of the kernels themselves are in `show_kernels`.
SECTIONS = (show_kinds, show_statistics)

snapshot = need_snapshot()
need_convolutions(snapshot.run.spec.model)
# The finding comes first; the layer that it is about is chosen below.
finding = st.container()
explained_caption(describe(snapshot))
layer = pick_layer(snapshot)
with finding:
    explained(finding_of(layer))
explained_caption(caption_of(layer))
show_kernels(layer)
explanation(explanation_of(layer))
for show_section in SECTIONS:
    show_section(layer)
