"""The challenge: the goal that a person sets, and what each run reached of it."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.runs.run_state import ACTIVE_STATES
from mnistviz.runs.run_summary import Summary
from mnistviz.studies import challenge
from mnistviz.studies.challenge import PRESETS, Goal, Outcome
from mnistviz.texts import _
from mnistviz.ui.runs.runs_table import show_table
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import DESIGN
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.words.explained import explained, explained_caption

MESSAGE = "challenge_message"
PRESET = "challenge_preset"
# The inputs of the form, by the goal's settings.
KEYS = {name: f"challenge_{name}" for name in Goal.model_fields}
IMAGES = {"test": _("test images"), "validation": _("validation images")}


def show_challenge(summaries: Sequence[Summary]) -> None:
    """Show the goal with its form, the chart of all runs, and what each of them reached."""
    explained(
        _(
            "Reach an accuracy with as few **parameters** and **epochs** as you can. The network "
            "of this program comes from such an exercise. Set a goal, then design a network and "
            "train it."
        )
    )
    goal = challenge.goal()
    with st.expander(_("Set the goal"), icon=":material/flag:", expanded=goal is None):
        _form(goal or Goal())
    flash.show(MESSAGE, once=True)
    if goal is None:
        return
    explained(_("**The goal**: {text}.").format(text=goal.text))
    outcomes = {
        summary.run.id: challenge.outcome_of(goal, summary.run, run_logs.metrics(summary.run))
        for summary in summaries
    }
    _show_chart(goal, summaries, outcomes)
    _show_outcomes(summaries, outcomes)
    DESIGN.link(_("Design a network"))


def _form(goal: Goal) -> None:
    """Show the inputs of the goal. A preset fills them in."""
    st.selectbox(
        _("Start from"),
        list(PRESETS),
        index=None,
        placeholder=_("a goal"),
        key=PRESET,
        on_change=_fill,
    )
    for name, key in KEYS.items():
        st.session_state.setdefault(key, _shown(goal, name))
    # The inputs have no limits: the browser would keep a number beyond them to itself.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(_("Parameters at most"), step=500, key=KEYS["parameters"])
        st.number_input(_("Epochs at most"), step=1, key=KEYS["epochs"])
        st.number_input(
            _("Accuracy at least, in %"), step=0.05, format="%.2f", key=KEYS["accuracy"]
        )
    st.segmented_control(
        _("Measured on"),
        list(IMAGES),
        format_func=IMAGES.__getitem__,
        key=KEYS["images"],
        required=True,
        help=_(
            "Validation images are measured after each epoch. Test images are read once, after "
            "the last one."
        ),
    )
    with st.container(horizontal=True):
        button(_("Set this goal"), "flag", _set, type="primary")
        button(_("Remove the goal"), "close", _remove, disabled=challenge.goal() is None)


def _shown(goal: Goal, name: str) -> object:
    """The value of a setting in its input: an accuracy is in percent there."""
    value = getattr(goal, name)
    return 100 * value if name == "accuracy" else value


def _fill() -> None:
    if (preset := st.session_state[PRESET]) is not None:
        for name, key in KEYS.items():
            st.session_state[key] = _shown(PRESETS[preset], name)


def _set() -> None:
    """Set the goal that the form holds when the button is pressed."""

    def change() -> None:
        entered = {name: st.session_state[key] for name, key in KEYS.items()}
        percent = entered["accuracy"]
        entered["accuracy"] = None if percent is None else round(percent / 100, 6)
        challenge.set_goal(Goal(**entered))

    flash.run(MESSAGE, change)


def _remove() -> None:
    flash.run(MESSAGE, lambda: challenge.set_goal(None))


def _show_chart(goal: Goal, summaries: Sequence[Summary], outcomes: dict[str, Outcome]) -> None:
    from mnistviz.charts.training.pareto import Candidate, pareto_figure

    candidates = [
        Candidate(
            summary.run.name, outcome.parameters, outcome.accuracy, outcome.reached, outcome.text
        )
        for summary in summaries
        if (outcome := outcomes[summary.run.id]).accuracy is not None
    ]
    if not candidates:
        st.info(
            _("No run has been measured on {images} within the epochs yet.").format(
                images=IMAGES[goal.images]
            )
        )
        return
    points = [(each.parameters, each.accuracy) for each in candidates]
    show(
        pareto_figure(
            candidates,
            challenge.front(points),
            most_parameters=goal.parameters,
            accuracy=goal.accuracy,
        ),
        "challenge",
        _("Accuracy of {count} runs by their parameters; {candidates} reached the goal").format(
            count=len(candidates), candidates=sum(each.reached for each in candidates)
        ),
    )
    explained_caption(
        _(
            "Further left is smaller, higher is better. The goal is the corner at the top left, "
            "within the dashed lines. One run is one try: another **seed** may end a little "
            "better or worse."
        )
    )


def _show_outcomes(summaries: Sequence[Summary], outcomes: dict[str, Outcome]) -> None:
    """Show a row for each run: those that reached the goal first, smallest first."""

    def order(summary: Summary) -> tuple[bool, float, int]:
        outcome = outcomes[summary.run.id]
        return (
            not outcome.reached,
            0 if outcome.reached else -(outcome.accuracy or 0),
            outcome.parameters,
        )

    rows = []
    for summary in sorted(summaries, key=order):
        outcome = outcomes[summary.run.id]
        training = _(" (still training)") if summary.state in ACTIVE_STATES else ""
        rows.append(
            {
                _("run"): summary.run.name,
                _("outcome"): outcome.text + training,
                _("parameters"): outcome.parameters,
                _("accuracy"): None if outcome.accuracy is None else 100 * outcome.accuracy,
                _("network"): summary.run.spec.model.text,
            }
        )
    number = st.column_config.NumberColumn
    show_table(
        rows,
        None,
        _("What each run reached of the goal"),
        height="content" if len(rows) <= 12 else 430,
        placeholder="–",
        column_config={
            _("parameters"): number(format="localized"),
            _("accuracy"): number(format="%.2f%%"),
        },
    )
