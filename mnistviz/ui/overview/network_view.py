"""The network, layer by layer: a diagram, and the parameters of each layer."""

import pandas as pd
import streamlit as st

from mnistviz.charts.inspection.network import network_figure
from mnistviz.core.model_spec import ModelSpec
from mnistviz.texts import _
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.texts import explanation
from mnistviz.ui.shared.words.explained import explained_caption


def show_network(model: ModelSpec) -> None:
    """Show the layers of the network as a diagram and as a table, and explain them."""
    st.subheader(_("The network, layer by layer"))
    explained_caption(
        _(
            "Each bar is a layer. Longer means larger maps, thicker means more of them. From top "
            "to bottom the maps become smaller."
        )
    )
    drawing, ledger = st.columns([3, 2], gap="large")
    with drawing:
        show(
            network_figure(model),
            "network",
            _(
                "The layers of the network from the 28 by 28 image to ten probabilities, with the "
                "size and the number of channels of each."
            ),
        )
    with ledger:
        _show_parameters(model)
    explanation(
        [
            _(
                "A **convolution** slides small squares of weights (kernels) over the picture and "
                "writes down how well each place matches. Each **channel** of its output is one "
                "such question, asked everywhere: *is there an edge like this here?* Deeper "
                "layers ask about combinations of the answers."
            ),
            _(
                "**ReLU** sets negative answers to zero. **Batch normalization** brings each "
                "channel to a common range, **dropout** hides one in ten values while training, "
                "so that no answer is relied on alone. **Max-pool** keeps the largest of each 2×2 "
                "square."
            ),
            _(
                "The **1×1** convolutions squeeze the channels down to ten without looking at "
                "neighbours. The last convolution covers its whole 7×7 input and gives one score "
                "for each digit; the **softmax** turns the scores into probabilities."
            ),
        ]
    )


def _show_parameters(model: ModelSpec) -> None:
    table = pd.DataFrame(
        [
            (layer.name, "×".join(map(str, layer.output_shape)), layer.parameters)
            for layer in model.layers
            if layer.type != "Dropout"
        ],
        columns=[_("layer"), _("output"), _("parameters")],
    )
    st.table(
        table.style.format({"parameters": "{:,}"}),
        hide_index=True,
        alt=_("Parameters of each layer"),
    )
    explained_caption(
        _(
            "It adds up to **{parameters:,}**: {trainable:,} that training changes and "
            "{non_trainable:,} running averages of the batch normalizations. Dropout follows "
            "every normalization and has no parameters."
        ).format(
            parameters=model.parameters,
            trainable=model.trainable,
            non_trainable=model.non_trainable,
        )
    )
