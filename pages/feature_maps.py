"""Feature maps: what each layer makes of one image, or two; one channel in full."""

import streamlit as st

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.texts import _
from mnistviz.ui.feature_maps.channel_view import STAGES
from mnistviz.ui.feature_maps.network_view import ShownMaps, show_layers, show_network
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import pick_scope
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.layer_views.supported_layers import need_convolutions
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

LOOK_FOR = {
    "convolution": _("**Orange**: the kernel's pattern is found here. **Blue**: the opposite is."),
    "relu": _("**White** is where the pattern was found; everything negative has become black."),
    "normalization": _("**Orange** is above the channel's usual value, **blue** is below it."),
}
VIEWS = {"whole": _("the whole network"), "layers": _("layer by layer, large")}

snapshot = need_snapshot()
need_convolutions(snapshot.run.spec.model)
image, image_name = chosen_image()
explained(
    _(
        "Each small picture is one **channel**: what one detector finds in **{image_name}**, "
        "layer by layer."
    ).format(image_name=image_name)
)

normalizes = snapshot.run.spec.model.normalizes
stages = {stage: name for stage, name in STAGES.items() if stage != "normalization" or normalizes}
other_image: int | None = None
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = pick(_("View"), VIEWS, "maps_view", persist_state="session")
    stage = pick(_("Show the maps"), stages, "maps_stage", "relu", wrap=True)
    scope = pick_scope("maps_scope", "channel")
    if view == "whole" and st.toggle(
        _("Beside another image"),
        key="maps_two",
        help=_("Both images through the same network, and what differs between them."),
    ):
        other_image = st.number_input(
            _("The other test image"), 0, NUM_TEST_IMAGES - 1, 1, key="maps_other", width=180
        )
explained_caption(
    _(
        "{look_for} From layer to layer the maps get smaller and look less like a digit. Network: "
        "{snapshot}."
    ).format(look_for=LOOK_FOR[stage], snapshot=describe(snapshot))
)
outputs = loaded_networks.calibrated_stages(snapshot, image)
maps = ShownMaps(snapshot, image, image_name, outputs, stage, scope, other_image)
if view == "layers":
    show_layers(maps)
show_network(maps, view == "whole")
explanation(
    [
        _(
            "Each small picture is one **channel**: the result of the same kernels at every place "
            "of the image. The first layer finds edges, and its maps still look like the digit. "
            "Later layers find combinations of them, on smaller maps."
        ),
        _(
            "**After the convolution** shows the plain sums, negative ones too. **ReLU** keeps "
            "the positive ones. **Normalization** shifts and scales each channel by what was "
            "usual in training."
        ),
        _(
            "The **max-pool** keeps the largest value of each 2×2 square: the digit may move by a "
            "pixel and the result hardly changes."
        ),
        _(
            "The **patches** that a channel answers to most strongly show best what it looks for. "
            "They are parts of real test images, cut out exactly where the channel looked. Its "
            "**preferred input** is artificial: it was made for this channel alone. What both "
            "have in common is what the channel looks for."
        ),
    ]
)
