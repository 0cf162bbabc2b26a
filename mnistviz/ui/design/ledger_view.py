"""The layers of a draft with their sizes and costs, the budget, and hints."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.layers.costs import costs_of, hints
from mnistviz.core.layers.layer import Layer
from mnistviz.core.layers.notation import Draft, Part
from mnistviz.studies import challenge
from mnistviz.ui.design import draft as drafts
from mnistviz.ui.design.layer_editor import TYPES

TABLE = "design_table"
COLUMNS = {
    "sees": st.column_config.TextColumn(
        help="Receptive field: the side of the square of the image that one number depends on."
    ),
    "multiply-adds": st.column_config.NumberColumn(
        format="localized", help="Multiplications with an addition, for one image."
    ),
    "parameters": st.column_config.NumberColumn(format="localized"),
    "memory": st.column_config.TextColumn(help="Size of the output for one image."),
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
        output = "–" if index != draft.problem_at else "does not fit"
        return {"layer": part.text, "output": output, "kind": TYPES[part.type]}
    cost = costs_of(draft.layers)[index]
    layer = cost.layer
    return {
        "layer": part.text,
        "output": shape_text(layer),
        "parameters": layer.parameters or None,
        "sees": f"{cost.receptive_field}×{cost.receptive_field}",
        "multiply-adds": layer.multiply_accumulates or None,
        "memory": f"{cost.output_bytes / 1000:.1f} kB",
        "kind": TYPES[part.type],
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
        "Budget of parameters",
        min_value=1,
        value=goal.parameters if goal else 20_000,
        step=1_000,
        key="design_budget",
        persist_state="session",
        help="At first that of the goal on *Runs*, where there is one. The exercise that the "
        "published network comes from allows fewer than 20,000.",
    )
    budget = int(st.session_state.design_budget)
    share = parameters / budget
    rest = budget - parameters
    text = f"**{parameters:,}** of {budget:,} parameters, "
    text += f"{rest:,} left" if rest >= 0 else f":red[**{-rest:,} too many**]"
    st.progress(min(share, 1.0), f"{text}; {operations:,} multiply-adds for one image")


def show_hints(layers: Sequence[Layer]) -> None:
    """Show what is wasted or missing in a network."""
    for hint in hints(layers):
        st.info(hint, icon=":material/lightbulb:")
