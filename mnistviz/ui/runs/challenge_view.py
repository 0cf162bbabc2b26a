"""The challenge: the goal that a person sets, and what each run reached of it."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.runs.run_state import ACTIVE_STATES
from mnistviz.runs.run_summary import Summary
from mnistviz.studies import challenge
from mnistviz.studies.challenge import PRESETS, Goal, Outcome
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
IMAGES = {"test": "test images", "validation": "validation images"}


def show_challenge(summaries: Sequence[Summary]) -> None:
    """Show the goal with its form, the chart of all runs, and what each of them reached."""
    explained(
        "Reach an accuracy with as few **parameters** and **epochs** as you can. The network of "
        "this program comes from such an exercise. Set a goal, then design a network and train it."
    )
    goal = challenge.goal()
    with st.expander("Set the goal", icon=":material/flag:", expanded=goal is None):
        _form(goal or Goal())
    flash.show(MESSAGE, once=True)
    if goal is None:
        return
    explained(f"**The goal**: {goal.text}.")
    outcomes = {
        summary.run.id: challenge.outcome_of(goal, summary.run, run_logs.metrics(summary.run))
        for summary in summaries
    }
    _show_chart(goal, summaries, outcomes)
    _show_outcomes(summaries, outcomes)
    DESIGN.link("Design a network")


def _form(goal: Goal) -> None:
    """Show the inputs of the goal. A preset fills them in."""
    st.selectbox(
        "Start from", list(PRESETS), index=None, placeholder="a goal", key=PRESET, on_change=_fill
    )
    for name, key in KEYS.items():
        st.session_state.setdefault(key, _shown(goal, name))
    # The inputs have no limits: the browser would keep a number beyond them to itself.
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Parameters at most", step=500, key=KEYS["parameters"])
        st.number_input("Epochs at most", step=1, key=KEYS["epochs"])
        st.number_input("Accuracy at least, in %", step=0.05, format="%.2f", key=KEYS["accuracy"])
    st.segmented_control(
        "Measured on",
        list(IMAGES),
        format_func=IMAGES.__getitem__,
        key=KEYS["images"],
        required=True,
        help="Validation images are measured after each epoch. Test images are read once, after "
        "the last one.",
    )
    with st.container(horizontal=True):
        button("Set this goal", "flag", _set, type="primary")
        button("Remove the goal", "close", _remove, disabled=challenge.goal() is None)


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
        st.info(f"No run has been measured on {IMAGES[goal.images]} within the epochs yet.")
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
        f"Accuracy of {len(candidates)} runs by their parameters; "
        f"{sum(each.reached for each in candidates)} reached the goal",
    )
    explained_caption(
        "Further left is smaller, higher is better. The goal is the corner at the top left, within "
        "the dashed lines. One run is one try: another **seed** may end a little better or worse."
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
        training = " (still training)" if summary.state in ACTIVE_STATES else ""
        rows.append(
            {
                "run": summary.run.name,
                "outcome": outcome.text + training,
                "parameters": outcome.parameters,
                "accuracy": None if outcome.accuracy is None else 100 * outcome.accuracy,
                "network": summary.run.spec.model.text,
            }
        )
    number = st.column_config.NumberColumn
    show_table(
        rows,
        None,
        "What each run reached of the goal",
        height="content" if len(rows) <= 12 else 430,
        placeholder="–",
        column_config={
            "parameters": number(format="localized"),
            "accuracy": number(format="%.2f%%"),
        },
    )
