"""The results of a study of channel plans, in charts."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.thresholds import MARGIN
from mnistviz.studies.plans import plan_text
from mnistviz.studies.study_directory import Study
from mnistviz.studies.verdicts import compare_plans
from mnistviz.studies.width_sweeps import LAYER_NAMES, built_width, width_scores
from mnistviz.texts import _
from mnistviz.ui.channels.cost_table import MEASURES
from mnistviz.ui.channels.study_texts import (
    INTERVAL,
    MOST,
    margin_text,
    sweep_sentence,
    use_text,
    verdict_text,
)
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.words.explained import explained, explained_caption

COSTS = {**MEASURES, "epoch_seconds": _("seconds an epoch")}
SECONDS_TEXT = _(
    " **Seconds** are those of the fastest epoch of all trainings of a plan, which other work on "
    "the machine disturbed least; the level line ends at the fastest epoch of the training that "
    "it disturbed most. A difference smaller than these lines says nothing: for what a plan "
    "costs, trust the multiply-accumulates."
)


def choose_study(studies: Sequence[Study]) -> Study:
    """Let a person choose a study; at first the newest of their own, or else the bundled one."""
    by_path = {str(study.path): study for study in studies}
    if len(by_path) == 1:
        return studies[0]
    chosen = st.selectbox(
        _("Study"),
        list(by_path),
        format_func=lambda path: (
            f"{by_path[path].spec.name} ({_('bundled') if by_path[path].bundled else _('yours')})"
        ),
        key="study",
        persist_state="session",
    )
    return by_path[chosen]


def show_duel(study: Study) -> None:
    """Show each seed of each plan, each pair of plans, and the verdict on each pair."""
    from mnistviz.charts.channel_studies import differences_figure, seeds_figure

    accuracies = study.accuracies(study.spec.plans)
    if not accuracies:
        st.info(_("No trial of this study is finished yet."))
        return
    show(
        seeds_figure(accuracies),
        "study_seeds",
        _("Test accuracy of every seed of every channel plan, with the mean of each plan"),
    )
    explained_caption(
        _("Look how far the dots of one plan lie apart: that is what the seed alone does.")
    )
    comparisons = compare_plans(accuracies)
    if not comparisons:
        return
    show(
        differences_figure(comparisons, MARGIN),
        "study_differences",
        _(
            "Difference in test accuracy of each pair of plans, seed by seed, with {interval} "
            "intervals"
        ).format(interval=INTERVAL),
    )
    explained_caption(
        _(
            "Each dot is a seed: the same first weights as far as the sizes allow, the same order "
            "of images. **Green band**: {margin}, set before any training; a pair whose thick "
            "line lies inside it counts as equivalent. The thin line is the {interval} interval "
            "of the mean difference."
        ).format(margin=margin_text(study.spec.data), interval=INTERVAL)
    )
    explained("\n".join(f"- {verdict_text(comparison)}" for comparison in comparisons))


def show_costs(study: Study) -> None:
    """Show the accuracy of each plan against its cost."""
    from mnistviz.charts.channel_studies import cost_figure

    scores = [score for plan in study.spec.plans if (score := study.score(plan))]
    if not scores:
        st.info(_("No trial of this study is finished yet."))
        return
    cost = pick(_("Against"), COSTS, "study_cost")
    in_seconds = cost == "epoch_seconds"
    costs = [getattr(score, cost) for score in scores]
    slowest = [score.slowest_seconds for score in scores] if in_seconds else None
    show(
        cost_figure(scores, costs, COSTS[cost], slowest),
        "study_costs",
        _("Mean test accuracy of each plan against {costs}").format(costs=COSTS[cost]),
    )
    explained_caption(
        _(
            "Up and to the left is better. The dotted line joins the plans that no other beats "
            "without costing more; the bars are {interval} intervals of the mean."
        ).format(interval=INTERVAL)
        + (SECONDS_TEXT if in_seconds else "")
    )


def show_uses(study: Study) -> None:
    """Show how many channels of each layer are not redundant, for each plan."""
    from mnistviz.charts.channel_studies import channel_use_figure

    uses = {
        plan_text(plan): layers
        for plan in study.spec.plans
        if (layers := study.mean_redundancy(plan))
    }
    if not uses:
        st.info(_("The trained networks are measured when the study has come to its end."))
        return
    show(
        channel_use_figure(uses),
        "study_uses",
        _("How many channels of each layer carry {most} of the variance, for each plan").format(
            most=MOST
        ),
    )
    explained_caption(
        _(
            "Look how much of each pale bar is filled. **Pale**: the channels that a layer has. "
            "**Full**: how many directions carry {most} of what they vary by, over all test "
            "images and all places. A bar that is half full says that half of the channels repeat "
            "what the others say."
        ).format(most=MOST)
    )
    explained("\n".join(f"- {use_text(plan, layers)}" for plan, layers in uses.items()))


def show_all_widths(study: Study) -> None:
    """Show what each width of each layer changes, in one chart: accuracy over parameters."""
    from mnistviz.charts.channel_studies import all_widths_figure

    widths = {
        name: scores
        for layer, name in LAYER_NAMES.items()
        if (scores := width_scores(study, layer))
    }
    if not widths:
        st.info(
            _(
                "No layer's width was varied by itself, or too few widths are trained so far. The "
                "form below adds widths to a study."
            )
        )
        return
    show(
        all_widths_figure(widths, ModelSpec().parameters, MARGIN),
        "study_all_widths",
        _(
            "Test accuracy beside that of 10/15/20 over the number of parameters, for each width "
            "of the {widths} layer"
        ).format(widths=_(" and the ").join(widths)),
    )
    explained_caption(
        _(
            "Each line varies **one layer** and leaves the others as in 10/15/20; the numbers are "
            "its channels. Look where a line leaves the green band: inside it, the difference is "
            "under {margin:.1f} points. The bars are {interval} intervals of trainings that began "
            "alike."
        ).format(margin=100 * MARGIN, interval=INTERVAL)
    )
    if missing := [name for name in LAYER_NAMES.values() if name not in widths]:
        explained_caption(
            _("Not varied in this study: the {missing} layer.").format(
                missing=_(" and the ").join(missing)
            )
        )


def show_widths(study: Study) -> None:
    """Show the accuracy over the channels of one layer, and the verdict on each width."""
    from mnistviz.charts.channel_studies import width_sweep_figure

    by_layer = {layer: width_scores(study, layer) for layer in LAYER_NAMES}
    names = {layer: LAYER_NAMES[layer] for layer, scores in by_layer.items() if scores}
    if not names:
        return
    layer = pick(_("Layer"), names, "study_width_layer", list(names)[-1])
    explained(sweep_sentence(study, layer))
    show(
        width_sweep_figure(by_layer[layer], names[layer], built_width(layer)),
        "study_sweep",
        _("Mean test accuracy over the number of channels in the {names} layer").format(
            names=names[layer]
        ),
    )
    explained_caption(
        _(
            "Look where the line flattens. All else stays as in 10/15/20 (dotted); the bars are "
            "{interval} intervals of the mean."
        ).format(interval=INTERVAL)
    )
