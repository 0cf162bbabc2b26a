"""A study of one's own: the form that starts it, its progress, a way to stop and continue it."""

from datetime import UTC, datetime

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import parse_channels
from mnistviz.core.recipes import RECIPES, find_recipe
from mnistviz.runs import registry
from mnistviz.runs.run_state import ACTIVE_STATES, read_status, run_state
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import PLANS, StudySpec, plan_text
from mnistviz.studies.study_directory import Study
from mnistviz.ui.shared import flash

POLL_SECONDS = 2.0
MESSAGE = "study_message"


def start() -> None:
    """Start or extend a study with what the form holds when the button is pressed."""
    entered = st.session_state

    def create_and_start() -> None:
        recipe = entered.study_recipe
        spec = StudySpec(
            name=entered.study_name,
            created=datetime.now(UTC),
            recipe=recipe,
            epochs=entered.get(f"study_epochs_{recipe}", find_recipe(recipe).train.epochs),
            plans=tuple(map(parse_channels, entered.study_plans)),
            widths=_parse_widths(entered.study_widths),
            seeds=tuple(range(entered.study_num_seeds)),
        )
        study = study_directory.create_or_extend(spec)
        if study_directory.is_running(study):
            raise MnistVizError(f"{spec.name}: this study is running; wait for its end or stop it")
        runner.start(study.path)

    flash.run(MESSAGE, create_and_start)


def _parse_widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace(" ", "").split(",") if part)
    except ValueError:
        raise MnistVizError(f"widths: expected numbers such as 4,8,12, got {text!r}") from None


def show_progress(study: Study) -> None:
    """Show how far a study is, live while it runs, with a button that stops it or continues."""
    running = study_directory.is_running(study)
    if running or (study.missing and not study.bundled):
        st.fragment(_follow, run_every=POLL_SECONDS if running else None)(study, running)
    elif study.missing:
        st.caption(f"{len(study.results)} of {len(study.spec.trials)} trials are bundled so far.")


def _follow(study: Study, running: bool) -> None:
    now = study_directory.open_study(study.path)
    done, total = len(now.spec.trials) - len(now.missing), len(now.spec.trials)
    if len(now.results) != len(study.results) or running != study_directory.is_running(study):
        st.rerun()
    st.progress(done / total, f"{done} of {total} trials{time_left(now)}")
    if not running:
        st.button(
            "Go on",
            icon=":material/play_arrow:",
            key="study_go_on",
            on_click=flash.run,
            args=(MESSAGE, lambda: runner.start(study.path)),
            help="Trains the trials that are missing. You can close the tab.",
        )
        return
    for text in training_now(now):
        st.caption(text)
    st.button(
        "Stop after this step", key="study_stop", on_click=study_directory.stop, args=(study,)
    )


def training_now(study: Study) -> list[str]:
    """Return the trials that train at this moment, each with how far it is."""
    trials = {study.spec.run_name(trial): trial for trial in study.missing}
    texts = []
    for run in registry.list_runs():
        if run.name in trials and run_state(run) in ACTIVE_STATES:
            status = read_status(run)
            done = status.step / run.spec.train.num_steps if status else 0.0
            texts.append(f"{trials[run.name].title}: {run_state(run)}, {done:.0%}")
    return texts


def time_left(study: Study) -> str:
    """Return the minutes that the missing trials will take, estimated from the finished ones."""
    if not study.results:
        return ""
    mean = sum(result.seconds for result in study.results) / len(study.results)
    return f", about {max(1, round(mean * len(study.missing) / 60))} minutes of training left"


def start_form() -> None:
    """Show the settings of a new study, and the button that starts it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", "mine", key="study_name")
        recipe = st.selectbox(
            "Recipe", list(RECIPES), list(RECIPES).index("study"), key="study_recipe"
        )
        st.number_input(
            "Epochs", 1, 200, find_recipe(recipe).train.epochs, key=f"study_epochs_{recipe}"
        )
        st.number_input("Seeds", 1, 50, 3, key="study_num_seeds")
    plans = st.multiselect(
        "Plans",
        [plan_text(plan) for plan in PLANS],
        default=[plan_text(PLANS[0]), plan_text(PLANS[-1])],
        accept_new_options=True,
        key="study_plans",
    )
    st.text_input(
        "Widths of the third layer, or nothing", placeholder="4,8,12,16", key="study_widths"
    )
    st.button(
        "Train the study",
        icon=":material/play_arrow:",
        key="study_start",
        on_click=start,
        disabled=not plans,
        help="One trial trains at a time, each is a run of its own. You can close the tab. The "
        "name of an earlier study adds plans and seeds to it.",
    )
    flash.show(MESSAGE, once=True)
