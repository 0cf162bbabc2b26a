"""What a study of channel plans came to, in pictures."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.studies import PlanScore
from mnistviz.studies.plans import SWEPT_LAYER, plan_text
from mnistviz.studies.study_directory import Study
from mnistviz.studies.verdicts import compare_plans
from mnistviz.ui.channels.study_texts import use_text, verdict_text
from mnistviz.ui.shared.widgets import show

COSTS = {
    "parameters": "parameters",
    "multiply_accumulates": "multiply-accumulates an image",
    "epoch_seconds": "seconds an epoch",
}
SECONDS_SAID = (
    " **Seconds** are those of the fastest epoch of all trainings of a plan, which other work on "
    "the machine disturbed least; the level line ends at the fastest epoch of the training that it "
    "disturbed most. A difference smaller than these lines says nothing: for what a plan costs, "
    "trust the multiply-accumulates."
)


def choose_study(studies: Sequence[Study]) -> Study:
    """The study to show: the newest of a person's own, or else the bundled one."""
    by_path = {str(one.path): one for one in studies}
    if len(by_path) == 1:
        return studies[0]
    chosen = st.selectbox(
        "Study",
        list(by_path),
        format_func=lambda path: (
            f"{by_path[path].spec.name} ({'bundled' if by_path[path].bundled else 'yours'})"
        ),
        key="study",
        persist_state="session",
    )
    return by_path[chosen]


def show_duel(study: Study) -> None:
    """Every seed of every plan, every pair, and the verdict on each."""
    from mnistviz.charts.studies import differences_figure, seeds_figure

    accuracies = study.accuracies(study.spec.plans)
    if not accuracies:
        st.info("No trial of this study is finished yet.")
        return
    show(
        seeds_figure(accuracies),
        "study_seeds",
        "Test accuracy of every seed of every channel plan, with the mean of each plan",
    )
    st.caption("Look how far the dots of one plan lie apart: that is what the seed alone does.")
    found = compare_plans(accuracies)
    if not found:
        return
    show(
        differences_figure(found, MARGIN),
        "study_differences",
        "Difference in test accuracy of each pair of plans, seed by seed, with 95 % intervals",
    )
    st.caption(
        "Each dot is a seed: the same first weights as far as the sizes allow, the same order of "
        f"images. **Green band**: ±{100 * MARGIN:.2f} points, ten of the 10,000 test images, set "
        "before any training; a pair whose thick line lies inside it counts as equivalent. The "
        "thin line is the 95 % interval of the mean difference."
    )
    st.markdown("\n".join(f"- {verdict_text(duel)}" for duel in found))


def show_costs(study: Study) -> None:
    """Accuracy against what it costs."""
    from mnistviz.charts.studies import cost_figure

    scores = scores_of(study, study.spec.plans)
    if not scores:
        st.info("No trial of this study is finished yet.")
        return
    cost: str = st.segmented_control(
        "Against",
        list(COSTS),
        default="parameters",
        format_func=lambda one: COSTS[one],
        key="study_cost",
        required=True,
    )
    show(
        cost_figure(
            scores,
            [getattr(score, cost) for score in scores],
            COSTS[cost],
            [score.slowest_seconds for score in scores] if cost == "epoch_seconds" else None,
        ),
        "study_costs",
        f"Mean test accuracy of each plan against {COSTS[cost]}",
    )
    st.caption(
        "Up and to the left is better. The dotted line joins the plans that no other beats "
        "without costing more; the bars are 95 % intervals of the mean."
        + (SECONDS_SAID if cost == "epoch_seconds" else "")
    )


def scores_of(study: Study, plans: Sequence[tuple[int, ...]]) -> list[PlanScore]:
    """The plans of which a trial is finished, with what they reached."""
    return [score for plan in plans if (score := study.score(plan))]


def show_uses(study: Study) -> None:
    """How many of the channels of each layer say something of their own."""
    from mnistviz.charts.studies import use_figure

    uses = {
        plan_text(plan): found
        for plan in study.spec.plans
        if (found := study.mean_redundancy(plan))
    }
    if not uses:
        st.info("The trained networks are measured when the study has come to its end.")
        return
    show(
        use_figure(uses),
        "study_uses",
        "How many channels of each layer carry 99 % of the variance, for each plan",
    )
    st.caption(
        "Look how much of each pale bar is filled. **Pale**: the channels that a layer has. "
        "**Full**: how many directions carry 99 % of what they vary by, over the 10,000 test "
        "images and all places. A bar that is half full says that half of the channels repeat "
        "what the others say."
    )
    st.markdown("\n".join(f"- {use_text(plan, found)}" for plan, found in uses.items()))


def show_sweep(study: Study) -> None:
    """Where more channels in the third layer stop to help."""
    from mnistviz.charts.studies import sweep_figure

    scores = {
        width: score for width, plan in study.spec.sweep.items() if (score := study.score(plan))
    }
    if study.spec.widths and len(scores) < 2:
        st.info("Fewer than two widths of the sweep are trained so far.")
        return
    if len(scores) < 2:
        st.info("This study has no sweep. `--widths 4,8,12,16` adds one to it.")
        return
    show(
        sweep_figure(scores, ModelSpec().channels[SWEPT_LAYER]),
        "study_sweep",
        "Mean test accuracy over the number of channels in the third layer",
    )
    st.caption(
        "Look where the line flattens. All else stays as in 10/15/20 (dotted); the bars are 95 % "
        "intervals of the mean."
    )
