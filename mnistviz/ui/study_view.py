"""The parts of the page that asks how many channels a network needs."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from mnistviz.errors import MnistVizError
from mnistviz.recipes import RECIPES, find_recipe
from mnistviz.rows import Duel, MeanUse, PlanScore
from mnistviz.spec import ModelSpec, parse_channels
from mnistviz.study import runner, table
from mnistviz.study.table import PLANS, SWEPT_LAYER, Study, StudySpec, written
from mnistviz.training import launcher
from mnistviz.ui.widgets import errors_shown, show
from mnistviz.verdicts import MARGIN, duels

POLL_SECONDS = 2.0
START_ERROR = "study_start_error"
# The third convolution of each block.
WIDEST = ("conv3", "conv6")
COSTS = {
    "parameters": "parameters",
    "multiply_accumulates": "multiply-accumulates an image",
    "epoch_seconds": "seconds an epoch",
}
SAID = {
    "equivalent": "they are **equivalent**: the 90 % interval lies inside the margin",
    "better": "{first} is **better**",
    "worse": "{first} is **worse**",
    "cannot be told apart": "they **cannot be told apart** with {count} seeds",
    "too few seeds": "there are **too few seeds** for a verdict",
}


# ---------------------------------------------------------------- cost


def choose_plans() -> list[tuple[int, ...]]:
    """The plans whose cost is shown; any can be typed."""
    chosen = st.multiselect(
        "Channel plans, and any other you type, such as 4/8/16",
        [written(plan) for plan in PLANS],
        default=[written(plan) for plan in PLANS],
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
        ["parameters", "multiply_accumulates"],
        default="parameters",
        format_func=lambda one: COSTS[one],
        key="ledger_measure",
        required=True,
        label_visibility="collapsed",
    )
    models = {written(plan): ModelSpec(channels=plan) for plan in plans}
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
        alt=f"{COSTS[measure]} of each layer for each channel plan",
    )


def price_of(widths: tuple[int, int]) -> tuple[int, int]:
    """Parameters of a 3×3 convolution between two widths, and of both blocks' together."""
    model = ModelSpec(channels=(10, *widths))
    prices = [layer.parameters for layer in model.convolutions if layer.name in ("conv3", "conv6")]
    return prices[0], sum(prices)


# ---------------------------------------------------------------- accuracy


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
    from mnistviz.charts.study import differences_figure, seeds_figure

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
    found = duels(accuracies)
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


def verdict_text(duel: Duel) -> str:
    """One pair in one sentence, with its numbers."""
    verdict = SAID[duel.verdict].format(first=duel.first, count=len(duel.seeds))
    if math.isnan(duel.interval[0]):
        return f"{duel.first} against {duel.second}: {verdict}."
    low, high = (100 * bound for bound in duel.interval)
    needed = ""
    if duel.verdict == "cannot be told apart":
        needed = (
            f" About {duel.seeds_needed} seeds would settle it, if they went on like these."
            if duel.seeds_needed
            else " Not even a thousand seeds like these would settle it."
        )
    return (
        f"{duel.first} against {duel.second}: {verdict}. {100 * duel.mean:+.3f} points "
        f"({low:+.3f} to {high:+.3f}; p = {duel.p:.2g}, {duel.p_holm:.2g} after Holm).{needed}"
    )


def show_costs(study: Study) -> None:
    """Accuracy against what it costs."""
    from mnistviz.charts.study import cost_figure

    scores = scores_of(study, study.spec.plans)
    if not scores:
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
        cost_figure(scores, [getattr(score, cost) for score in scores], COSTS[cost]),
        "study_costs",
        f"Mean test accuracy of each plan against {COSTS[cost]}",
    )
    st.caption(
        "Up and to the left is better. The dotted line joins the plans that no other beats "
        "without costing more; the bars are 95 % intervals of the mean."
    )


def scores_of(study: Study, plans: Sequence[tuple[int, ...]]) -> list[PlanScore]:
    """The plans of which a trial is finished, with what they reached."""
    return [score for plan in plans if (score := study.score(plan))]


def show_uses(study: Study) -> None:
    """How many of the channels of each layer say something of their own."""
    from mnistviz.charts.study import use_figure

    uses = {written(plan): found for plan in study.spec.plans if (found := study.mean_uses(plan))}
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


def use_text(plan: str, found: Sequence[MeanUse]) -> str:
    """The widest layers of a plan in one sentence."""
    widest = [one for one in found if one.layer in WIDEST]
    parts = ", ".join(f"**{one.needed_99:.1f} of {one.channels}** in {one.layer}" for one in widest)
    dead, twins = sum(one.dead for one in found), sum(one.twins for one in found)
    return (
        f"{plan}: {parts} carry 99 %; {dead:.1f} dead channels and {twins:.1f} pairs of near-twins "
        f"in the whole network (means of {found[0].count} networks)."
    )


def show_sweep(study: Study) -> None:
    """Where more channels in the third layer stop to help."""
    from mnistviz.charts.study import sweep_figure

    scores = {
        width: score for width, plan in study.spec.sweep.items() if (score := study.score(plan))
    }
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


# ---------------------------------------------------------------- verdict


def verdict_paragraph(study: Study) -> str:
    """What the study says of 8/16/32 against 10/15/20; every number is computed from it."""
    wide, built = (8, 16, 32), ModelSpec().channels
    scores = [study.score(plan) for plan in (wide, built)]
    if scores[0] is None or scores[1] is None:
        return "The two plans in question, 8/16/32 and 10/15/20, are not both in this study."
    (duel,) = duels(study.accuracies([wide, built]))
    channels = wide[2] - built[2]
    more = scores[0].parameters - scores[1].parameters
    bought = {
        "equivalent": f"buy nothing beyond the margin of {100 * MARGIN:.2f} points",
        "better": f"buy {100 * duel.mean:.3f} points",
        "worse": f"cost {-100 * duel.mean:.3f} points",
        "cannot be told apart": "buy nothing that this study could show",
        "too few seeds": "can't be judged yet",
    }[duel.verdict]
    return (
        f"What do {channels} more channels in the widest layers buy for **{more:,} more "
        f"parameters**? With 8/16/32 the network reaches {scores[0].mean:.3%} of the test set, "
        f"with 10/15/20 {scores[1].mean:.3%} (means of {len(duel.seeds)} shared seeds). They "
        f"**{bought}**: {verdict_text(duel)}"
    )


# ---------------------------------------------------------------- a study of one's own


def start(name: str, plans: list[str], widths: str, seeds: int, recipe: str, epochs: int) -> None:
    """Start or extend a study, from a callback."""
    try:
        spec = StudySpec(
            name=name,
            created=datetime.now(UTC),
            recipe=recipe,
            epochs=epochs,
            plans=tuple(map(parse_channels, plans)),
            widths=tuple(int(part) for part in widths.replace(" ", "").split(",") if part),
            seeds=tuple(range(seeds)),
        )
        study = table.create_or_extend(spec)
        if runner.is_running(study):
            raise MnistVizError(f"{name}: this study is running; wait for its end or stop it")
        launcher.start_study(study.path)
    except ValueError:
        st.session_state[START_ERROR] = f"widths: expected numbers such as 4,8,12, got {widths!r}"
    except MnistVizError as error:
        st.session_state[START_ERROR] = str(error)


def go_on(study: Study) -> None:
    """Train what a study lacks, from a callback."""
    try:
        launcher.start_study(study.path)
    except MnistVizError as error:
        st.session_state[START_ERROR] = str(error)


def show_progress(study: Study) -> None:
    """How far a study is, live while it runs, with a way to stop it or to go on."""
    running = runner.is_running(study)

    @st.fragment(run_every=POLL_SECONDS if running else None)
    def follow() -> None:
        now = table.open_study(study.path)
        done, total = len(now.spec.trials) - len(now.missing), len(now.spec.trials)
        if len(now.results) != len(study.results) or running != runner.is_running(study):
            st.rerun()
        st.progress(done / total, f"{done} of {total} trials{time_left(now)}")
        if running:
            st.button("Stop after this step", key="study_stop", on_click=runner.stop, args=(study,))
        else:
            st.button(
                "Go on",
                icon=":material/play_arrow:",
                key="study_go_on",
                on_click=go_on,
                args=(study,),
                help="Trains the trials that are missing. You can close the tab.",
            )

    if running or (study.missing and not study.bundled):
        follow()
    elif study.missing:
        st.caption(f"{len(study.results)} of {len(study.spec.trials)} trials are bundled so far.")


def time_left(study: Study) -> str:
    """About how long the missing trials take, from those that are finished."""
    if not study.results:
        return ""
    mean = sum(result.seconds for result in study.results) / len(study.results)
    return f", about {max(1, round(mean * len(study.missing) / 60))} minutes of training left"


def start_form() -> None:
    """The settings of a study of one's own."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", "mine", key="study_name")
        recipe = st.selectbox("Recipe", list(RECIPES), list(RECIPES).index("quick"))
        epochs = st.number_input(
            "Epochs", 1, 200, find_recipe(recipe).train.epochs, key=f"study_epochs_{recipe}"
        )
        seeds = st.number_input("Seeds", 1, 50, 3, key="study_num_seeds")
    plans = st.multiselect(
        "Plans",
        [written(plan) for plan in PLANS],
        default=[written(PLANS[0]), written(PLANS[-1])],
        accept_new_options=True,
        key="study_plans",
    )
    widths = st.text_input(
        "Widths of the third layer, or nothing", placeholder="4,8,12,16", key="study_widths"
    )
    st.button(
        "Train the study",
        icon=":material/play_arrow:",
        key="study_start",
        on_click=start,
        args=(name, plans, widths, seeds, recipe, epochs),
        disabled=not plans,
        help="One trial trains at a time, each is a run of its own. You can close the tab. The "
        "name of an earlier study adds plans and seeds to it.",
    )
    if error := st.session_state.pop(START_ERROR, ""):
        st.error(error, icon=":material/error:")
