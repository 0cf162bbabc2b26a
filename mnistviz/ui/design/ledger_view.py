"""The layers of a draft with their sizes and costs, the budget, and hints."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.layers.costs import costs_of, hints
from mnistviz.core.layers.layer import Layer
from mnistviz.core.layers.notation import Draft, Part
from mnistviz.studies import challenge
from mnistviz.texts import _
from mnistviz.ui.design import draft as drafts
from mnistviz.ui.design.layer_editor import TYPES

TABLE = "design_table"
COLUMNS = {
    _("sees"): st.column_config.TextColumn(
        help=_("Receptive field: the side of the square of the image that one number depends on.")
    ),
    _("multiply-adds"): st.column_config.NumberColumn(
        format="localized", help=_("Multiplications with an addition, for one image.")
    ),
    _("parameters"): st.column_config.NumberColumn(format="localized"),
    _("memory"): st.column_config.TextColumn(help=_("Size of the output for one image.")),
}


def show_ledger(parts: Sequence[Part], draft: Draft) -> None:
    """Show a row for each layer of the text; a click on it chooses the layer."""
    table = pd.DataFrame([_row(n, part, draft) for n, part in enumerate(parts)])
    st.dataframe(
        table,
        hide_index=True,
        placeholder="",
        height=min(35 * (len(table) + 1) + 3, 740),
        key=TABLE,
        on_select=_choose,
        selection_mode="single-row",
        column_config=COLUMNS,
    )


def _choose() -> None:
    rows = st.session_state[TABLE].selection.rows
    if rows:
        st.session_state[drafts.CHOSEN] = rows[0]


def _row(index: int, part: Part, draft: Draft) -> dict[str, object]:
    if index >= len(draft.layers):
        output = "–" if index != draft.problem_at else _("does not fit")
        return {_("layer"): part.text, _("output"): output, _("kind"): TYPES[part.type]}
    cost = costs_of(draft.layers)[index]
    layer = cost.layer
    return {
        _("layer"): part.text,
        _("output"): shape_text(layer),
        _("parameters"): layer.parameters or None,
        _("sees"): f"{cost.receptive_field}×{cost.receptive_field}",
        _("multiply-adds"): layer.multiply_accumulates or None,
        _("memory"): _("{output_bytes:.1f} kB").format(output_bytes=cost.output_bytes / 1000),
        _("kind"): TYPES[part.type],
    }


def shape_text(layer: Layer) -> str:
    """The shape of a layer's output, such as `24×24×15`."""
    return "×".join(map(str, layer.output_shape))


def show_budget(draft: Draft) -> None:
    """Show the totals beside the budget of parameters."""
    parameters = sum(layer.parameters for layer in draft.layers)
    operations = sum(layer.multiply_accumulates for layer in draft.layers)
    goal = challenge.goal()
    st.number_input(
        _("Budget of parameters"),
        min_value=1,
        value=goal.parameters if goal else 20_000,
        step=1_000,
        key="design_budget",
        persist_state="session",
        help=_(
            "At first that of the goal on *Runs*, where there is one. The exercise that the "
            "published network comes from allows fewer than 20,000."
        ),
    )
    budget = int(st.session_state.design_budget)
    share = parameters / budget
    rest = budget - parameters
    text = _("**{parameters:,}** of {budget:,} parameters, ").format(
        parameters=parameters, budget=budget
    )
    text += (
        _("{rest:,} left").format(rest=rest)
        if rest >= 0
        else _(":red[**{rest:,} too many**]").format(rest=-rest)
    )
    st.progress(
        min(share, 1.0),
        _("{text}; {operations:,} multiply-adds for one image").format(
            text=text, operations=operations
        ),
    )


def show_hints(layers: Sequence[Layer]) -> None:
    """Show what is wasted or missing in a network."""
    for hint in hints(layers):
        st.info(hint, icon=":material/lightbulb:")
