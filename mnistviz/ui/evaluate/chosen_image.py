"""The image that a person looks at on the Evaluate page, large."""

from __future__ import annotations

import streamlit as st

from mnistviz.charts.digit_images import image_figure, probability_figure
from mnistviz.digits.mnist import to_input
from mnistviz.evaluation.predictions import Answers
from mnistviz.evaluation.scoring import probabilities
from mnistviz.ui.evaluate.evaluated_set import is_test_set, item_of
from mnistviz.ui.evaluate.image_gallery import IMAGE, describe_image
from mnistviz.ui.evaluate.label_issues_view import show_mark
from mnistviz.ui.shared import state
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.page_registry import FEATURE_MAPS, WHY
from mnistviz.ui.shared.sidebar import uses_drawing


def chosen_number(found: Answers) -> int | None:
    """The image of this set that a person looks at; None while it is a drawing, or none."""
    if is_test_set(found.data):
        return None if uses_drawing() else int(st.session_state.get(state.IMAGE) or 0)
    number = st.session_state.get(IMAGE)
    return number if number is not None and number < len(found.data.labels) else None


def show_chosen(found: Answers) -> None:
    """The chosen image large, with its ten probabilities and the ways to look further."""
    number = chosen_number(found)
    if number is None:
        return
    st.subheader(f"{item_of(found.data).capitalize()} {number}", anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        name = describe_image(found, number)
        show(image_figure(to_input(found.data.images[number]), 220), "evaluate_picture", name)
    with right:
        shares = probabilities(found.logits[number : number + 1])[0]
        show(probability_figure(shares, 240), "evaluate_bars", f"Ten probabilities: {name}")
    verdict = "right" if found.right[number] else "**wrong**"
    st.markdown(
        f"It is a **{found.data.labels[number]}** by its label, read as "
        f"**{found.answers[number]}** at {found.confidence[number]:.1%}: {verdict}."
    )
    with st.container(horizontal=True):
        WHY.link()
        FEATURE_MAPS.link()
    show_mark(found, number)
