"""A study of one's own: the form that starts it, its progress, a way to stop and continue it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import parse_channels
from mnistviz.core.recipes import RECIPES, find_recipe
from mnistviz.core.room import limits, rules
from mnistviz.core.run_spec import DataRef
from mnistviz.digits.data_sets import library
from mnistviz.runs import registry
from mnistviz.runs.run_state import ACTIVE_STATES, read_status, run_state, silence_text
from mnistviz.studies import runner, study_directory
from mnistviz.studies.plans import PLANS, WIDTH_SETTINGS, StudySpec, plan_text
from mnistviz.studies.run_comparison import MNIST
from mnistviz.studies.study_directory import Study
from mnistviz.studies.width_sweeps import LAYER_NAMES, built_width
from mnistviz.texts import _
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.texts import STATE_NAMES
from mnistviz.ui.shared.words.explained import explained_caption

POLL_SECONDS = 2.0
MESSAGE = "study_message"
MAX_SEEDS = 50
# The setting with the widths of each layer, its name for people, and an example.
_LAYERS = {setting: layer for layer, setting in WIDTH_SETTINGS.items()}
_EXAMPLES = ("2,5,15", "5,10,20", "4,8,12,16")
WIDTHS = {
    setting: (LAYER_NAMES[layer], example)
    for (setting, layer), example in zip(_LAYERS.items(), _EXAMPLES, strict=True)
}


def start() -> None:
    """Start or extend a study with what the form holds when the button is pressed."""
    entered = st.session_state

    def create_and_start() -> None:
        recipe = entered.study_recipe
        widths: dict[str, Any] = {
            setting: _parse_widths(entered[f"study_{setting}"]) for setting in WIDTHS
        }
        spec = StudySpec(
            name=entered.study_name,
            created=datetime.now(UTC),
            recipe=recipe,
            epochs=entered.get(f"study_epochs_{recipe}", find_recipe(recipe).train.epochs),
            plans=entered_plans(entered.study_plans, entered.study_other_plans),
            **widths,
            seeds=tuple(range(_checked_seeds(entered.study_num_seeds))),
            data=_entered_data(),
        )
        rules.need("studies")
        limits.need_room(new_runs=len(spec.trials))
        study = study_directory.create_or_extend(spec)
        if study_directory.is_running(study):
            raise MnistVizError(
                _("{name}: this study is running; wait for its end or stop it").format(
                    name=spec.name
                )
            )
        runner.start(study.path)

    flash.run(MESSAGE, create_and_start)


def _go_on(study: Study) -> None:
    rules.need("studies")
    runner.start(study.path)


def _entered_data() -> DataRef | None:
    name = st.session_state.get("study_data") or MNIST
    return None if name == MNIST else library.reference(library.find(name))


def entered_plans(chosen: Sequence[str], others: str) -> tuple[tuple[int, ...], ...]:
    """Return the chosen plans and those in a text, such as `4/8/12, 5/15/20`."""
    # A single plan may be written with commas, too.
    separators = r"[,;\s]+" if "/" in others else ";"
    texts = (*chosen, *re.split(separators, others.strip()))
    return tuple(dict.fromkeys(parse_channels(text) for text in texts if text))


def _checked_seeds(number: int) -> int:
    if not 1 <= number <= MAX_SEEDS:
        raise MnistVizError(
            _("seeds: expected 1 to {max_seeds}, got {number}").format(
                max_seeds=MAX_SEEDS, number=number
            )
        )
    return number


def _parse_widths(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace(" ", "").split(",") if part)
    except ValueError:
        raise MnistVizError(
            _("widths: expected numbers such as 4,8,12, got {text!r}").format(text=text)
        ) from None


def show_progress(study: Study) -> None:
    """Show how far a study is, live while it runs, with a button that stops it or continues."""
    running = study_directory.is_running(study)
    if running or (study.missing and not study.bundled):
        st.fragment(_follow, run_every=POLL_SECONDS if running else None)(study, running)
    elif study.missing:
        explained_caption(
            _("{done} of {total} trials are bundled so far.").format(
                done=len(study.results), total=len(study.spec.trials)
            )
        )


def _follow(study: Study, running: bool) -> None:
    now = study_directory.open_study(study.path)
    done, total = len(now.spec.trials) - len(now.missing), len(now.spec.trials)
    if len(now.results) != len(study.results) or running != study_directory.is_running(study):
        st.rerun()
    st.progress(
        done / total,
        _("{done} of {total} trials{time_left}").format(
            done=done, total=total, time_left=time_left(now)
        ),
    )
    if not running:
        st.button(
            _("Go on"),
            icon=":material/play_arrow:",
            key="study_go_on",
            on_click=flash.run,
            args=(MESSAGE, lambda: _go_on(study)),
            help=_("Trains the trials that are missing. You can close the tab."),
        )
        return
    for text in training_now(now):
        explained_caption(text)
    st.button(
        _("Stop after this step"), key="study_stop", on_click=study_directory.stop, args=(study,)
    )


def training_now(study: Study) -> list[str]:
    """Return the trials that train at this moment, each with how far it is."""
    trials = {study.spec.run_name(trial): trial for trial in study.missing}
    texts = []
    for run in registry.list_runs():
        if run.name in trials and run_state(run) in ACTIVE_STATES:
            status = read_status(run)
            done = status.step / run.spec.train.num_steps if status else 0.0
            text = f"{trials[run.name].title}: {STATE_NAMES[run_state(run)]}, {done:.0%}"
            silence = silence_text(run)
            texts.append(f"{text}. {silence}" if silence else text)
    return texts


def time_left(study: Study) -> str:
    """Return the minutes that the missing trials will take, estimated from the finished ones."""
    if not study.results:
        return ""
    mean = sum(result.seconds for result in study.results) / len(study.results)
    return _(", about {minutes} minutes of training left").format(
        minutes=max(1, round(mean * len(study.missing) / 60))
    )


def start_form() -> None:
    """Show the settings of a new study, and the button that starts it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Name"), "mine", key="study_name")
        recipe = st.selectbox(
            _("Recipe"), list(RECIPES), list(RECIPES).index("study"), key="study_recipe"
        )
        # No limits: the browser would keep a number beyond them to itself. The spec refuses it.
        epochs = find_recipe(recipe).train.epochs
        st.number_input(_("Epochs"), value=epochs, key=f"study_epochs_{recipe}")
        st.number_input(_("Seeds"), value=3, key="study_num_seeds")
        if known := [about.name for about in library.all_sets()]:
            st.selectbox(
                _("Data set"),
                [MNIST, *known],
                key="study_data",
                help=_(
                    "Of one's own data, the test part is read once for each trial. The margin of "
                    "equivalence is that for MNIST, a tenth of a point: with few test images, few "
                    "differences can be told from chance."
                ),
            )
    st.multiselect(
        _("Plans"),
        [plan_text(plan) for plan in PLANS],
        default=[plan_text(PLANS[0]), plan_text(PLANS[-1])],
        key="study_plans",
    )
    # An input of its own: a choice takes what is typed only after Enter.
    st.text_input(
        _("Other plans, or nothing"), placeholder="4/8/12, 5/15/20", key="study_other_plans"
    )
    with st.container(horizontal=True):
        for setting, (layer, example) in WIDTHS.items():
            st.text_input(
                _("Widths of the {layer} layer, or nothing").format(layer=layer),
                placeholder=example,
                key=f"study_{setting}",
                help=_(
                    "Each is trained with the other layers as in 10/15/20. In the {layer} layer, "
                    "10/15/20 has {built_width} channels."
                ).format(layer=layer, built_width=built_width(_LAYERS[setting])),
            )
    st.button(
        _("Train the study"),
        icon=":material/play_arrow:",
        key="study_start",
        on_click=start,
        help=_(
            "One trial trains at a time, each is a run of its own. You can close the tab. The "
            "name of an earlier study adds plans and seeds to it."
        ),
    )
    flash.show(MESSAGE, once=True)
