"""What channel plans cost, layer by layer, as they are typed."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.studies.plans import PLANS, plan_text
from mnistviz.ui.shared.widgets import errors_shown

MEASURES = {
    "parameters": "parameters",
    "multiply_accumulates": "multiply-accumulates an image",
}


def choose_plans() -> list[tuple[int, ...]]:
    """The plans whose cost is shown; any can be typed."""
    chosen = st.multiselect(
        "Channel plans, and any other you type, such as 4/8/16",
        [plan_text(plan) for plan in PLANS],
        default=[plan_text(plan) for plan in PLANS],
        accept_new_options=True,
        key="channel_plans",
        persist_state="session",
    )
    plans = []
    for text in chosen:
        with errors_shown():
            plans.append(parse_channels(text))
    return list(dict.fromkeys(plans)) or [ModelSpec().channels]


def show_ledger(plans: Sequence[tuple[int, ...]]) -> None:
    """What each layer costs in each plan, and what it adds up to."""
    measure: str = st.segmented_control(
        "Count",
        list(MEASURES),
        default="parameters",
        format_func=lambda one: MEASURES[one],
        key="ledger_measure",
        required=True,
        label_visibility="collapsed",
    )
    models = {plan_text(plan): ModelSpec(channels=plan) for plan in plans}
    rows = {
        layer.name: {plan: getattr(model.layers[index], measure) for plan, model in models.items()}
        for index, layer in enumerate(ModelSpec().layers)
        if layer.weights and (measure == "parameters" or layer.type == "Conv2D")
    }
    rows["all"] = {plan: getattr(model, measure) for plan, model in models.items()}
    st.dataframe(
        pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer"),
        height="content",
        column_config={plan: st.column_config.NumberColumn(format="localized") for plan in models},
        alt=f"{MEASURES[measure]} of each layer for each channel plan",
    )


def price_of(widths: tuple[int, int]) -> tuple[int, int]:
    """Parameters of a 3×3 convolution between two widths, and of both blocks' together."""
    model = ModelSpec(channels=(10, *widths))
    prices = [layer.parameters for layer in model.convolutions if layer.name in ("conv3", "conv6")]
    return prices[0], sum(prices)
