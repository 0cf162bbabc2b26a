"""The numbers at the top of the Evaluate page."""

import streamlit as st

from mnistviz.core.statistics import accuracy_interval
from mnistviz.core.types.evaluation import Evaluation
from mnistviz.evaluation.metrics import top_k
from mnistviz.evaluation.predictions import Answers
from mnistviz.runs import fine_tune_set
from mnistviz.runs.registry import Run
from mnistviz.ui.evaluate.evaluated_set import is_test_set


def show_headline(run: Run, found: Answers, score: Evaluation) -> None:
    """Accuracy with its interval, mistakes, loss and the likeliest two and three.

    It says so where the training looked at these images.
    """
    right = int(found.right.sum())
    low, high = accuracy_interval(right, score.images)
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
    if is_test_set(found.data) and run.spec.train.validated_on == "test":
        st.caption(
            f"**{run.name}** was validated on these very images after each epoch, as the published "
            "log was. It was not trained on them."
        )
    if seen := fine_tune_set.num_trained_on(run, found.data.images):
        st.warning(
            f"{run.name} was trained on {seen:,} of these {score.images:,} images: that it reads "
            "those says little. My digits, Teach, tells of the ones held out."
        )
