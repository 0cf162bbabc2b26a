"""The cost of channel plans, layer by layer."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.studies.plans import PLANS, plan_text
from mnistviz.texts import _
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import pick

MEASURES = {
    "parameters": _("parameters"),
    "multiply_accumulates": _("multiply-accumulates an image"),
}


def choose_plans() -> list[tuple[int, ...]]:
    """Let a person choose the plans whose cost is shown; any can be typed."""
    bundled = [plan_text(plan) for plan in PLANS]
    chosen = st.multiselect(
        _("Channel plans, and any other you type, such as 4/8/16"),
        bundled,
        default=bundled,
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
    """Show the cost of each layer in each plan, and the sum."""
    measure = pick(_("Count"), MEASURES, "ledger_measure", label_visibility="collapsed")
    models = {plan_text(plan): ModelSpec(channels=plan) for plan in plans}
    rows = {
        layer.name: {plan: getattr(model.layers[index], measure) for plan, model in models.items()}
        for index, layer in enumerate(ModelSpec().layers)
        if layer.weights and (measure == "parameters" or layer.type == "Conv2D")
    }
    rows[_("all")] = {plan: getattr(model, measure) for plan, model in models.items()}
    st.dataframe(
        pd.DataFrame.from_dict(rows, orient="index").rename_axis(_("layer")),
        height="content",
        column_config={plan: st.column_config.NumberColumn(format="localized") for plan in models},
        alt=_("{measures} of each layer for each channel plan").format(measures=MEASURES[measure]),
    )


def price_of(widths: tuple[int, int]) -> tuple[int, int]:
    """Return the parameters of a 3×3 convolution between two widths, and of both blocks'."""
    model = ModelSpec(channels=(10, *widths))
    prices = [layer.parameters for layer in model.convolutions if layer.name in ("conv3", "conv6")]
    return prices[0], sum(prices)
