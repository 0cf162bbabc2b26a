"""Microscope: a layer, number by number, and a score traced back to the pixels."""

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.microscope.layer_section import show_layer, shown_layers
from mnistviz.ui.microscope.network_code import show_network_code
from mnistviz.ui.microscope.place import CHANNEL, LAYER, read_address
from mnistviz.ui.microscope.trace_view import show_trace
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.compat import drop_infinite_query_param, restore_query_param
from mnistviz.ui.shared.layer_views.supported_layers import is_plain
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe
from mnistviz.ui.shared.words.explained import explained, explained_caption

explained(
    _(
        "A **convolution** slides a small grid of numbers, the **kernel**, over an image: at each "
        "place it multiplies the numbers that lie on each other, and adds up the products. Each "
        "sum is one value of the **feature map**."
    )
)
snapshot = need_snapshot()
model = snapshot.run.spec.model
image, image_name = chosen_image()
read_address(st.session_state, st.query_params.to_dict())

layers = shown_layers(model)
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    first = next(iter(layers))
    st.session_state.setdefault(LAYER, first)
    restore_query_param(LAYER, layers, first)
    layer = layers[
        str(
            st.segmented_control(
                _("Layer"), list(layers), key=LAYER, required=True, wrap=True, bind="query-params"
            )
        )
    ]
    if len(layer.output_shape) == 3:
        num_channels = layer.output_shape[2]
        drop_infinite_query_param(CHANNEL)
        st.session_state.setdefault(CHANNEL, 0)
        restore_query_param(CHANNEL, range(num_channels), 0)
        st.number_input(
            _("Channel"), 0, num_channels - 1, key=CHANNEL, width=84, bind="query-params"
        )
show_layer(snapshot, image, layer, st.session_state.get(CHANNEL, 0))
products = sum(one.multiply_accumulates for one in model.layers)
explained_caption(
    _(
        "{snapshot}, looking at **{image_name}**. A kernel that you edit changes what stands above "
        "this line. For one image the network adds up {products:,} products."
    ).format(snapshot=describe(snapshot), image_name=image_name, products=products)
)
if is_plain(model, _("The way back to the pixels")):
    stages = loaded_networks.stages(snapshot, image)
    names = snapshot.run.spec.class_names
    show_trace(stages, image, loaded_networks.weights(snapshot), model, names)
show_network_code(model)
