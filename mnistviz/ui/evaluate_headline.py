"""The numbers at the top of the Evaluate page."""

import streamlit as st

from mnistviz.evaluation.answers import Answers
from mnistviz.evaluation.metrics import interval, top_k
from mnistviz.rows import Evaluation


def show_headline(found: Answers, score: Evaluation) -> None:
    """Accuracy with its interval, mistakes, loss and the likeliest two and three."""
    right = int(found.right.sum())
    low, high = interval(right, score.images)
    shares = top_k(found.logits, found.data.labels)
    missed = [round((1 - share) * score.images) for share in shares]
    with st.container(horizontal=True):
        st.metric(
            "Accuracy",
            f"{score.accuracy:.2%}",
            f"95 %: {low:.2%} to {high:.2%}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        st.metric(
            "Read wrong",
            f"{score.images - right:,}",
            f"of {score.images:,}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        st.metric(
            "Loss",
            f"{score.loss:.4f}",
            "mean cross-entropy",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        st.metric(
            "Top 2",
            f"{shares[1]:.2%}",
            f"{missed[1]:,} missed; top 3: {missed[2]:,}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
