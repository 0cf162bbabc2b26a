"""Train: choose the settings, start, watch it learn, stop and keep."""

from collections.abc import Callable

import streamlit as st

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.recipes import RECIPES, Recipe
from mnistviz.core.run_spec import DataRef
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs.queue.slots import has_free_slot
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.texts import _
from mnistviz.training import launcher, warm_start
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.sidebar import chosen_run, chosen_snapshot
from mnistviz.ui.shared.texts import explanation, validated_on_text
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.train import end_notice, training_panel
from mnistviz.ui.train.curves_view import show_progress_curves
from mnistviz.ui.train.fork_form import show_fork_form
from mnistviz.ui.train.learning_step_view import show_learning_step
from mnistviz.ui.train.other_runs import show_other_runs
from mnistviz.ui.train.settings_form import (
    chosen_data,
    data_choice,
    entered_values,
    settings_inputs,
    specs_of,
)

POLL_SECONDS = 1.0
# Of a long run, polled less often: a browser that draws on the same cores slows the training.
LONG_POLL_SECONDS, LONG_CURVES_SECONDS = 2.0, 8.0
# A try-out takes half a minute: its curves grow with every poll.
STEPS_OF_A_SHORT_RUN = 900
TRY_OUT = RECIPES["try-out"]


def choose(run_id: str) -> None:
    st.session_state[state.RUN] = run_id


def start_try_out() -> None:
    start(TRY_OUT, lambda: (TRY_OUT.model, TRY_OUT.train.changed(measure_gap=True)), None)


def start_entered(recipe: Recipe) -> None:
    """Start a training with what the form holds when the button is pressed."""
    name = st.session_state.train_name or None
    start(
        recipe,
        lambda: specs_of(recipe, entered_values(recipe), chosen_data()),
        name,
        chosen_data,
    )


def start(
    recipe: Recipe,
    specs: Callable[[], tuple[ModelSpec, TrainSpec]],
    name: str | None,
    data: Callable[[], DataRef | None] = lambda: None,
) -> None:
    def start_and_choose() -> None:
        choose(launcher.start(recipe.name, *specs(), name, data()).id)
        if name:
            # It is taken now.
            st.session_state.train_name = ""

    flash.run(state.START_MESSAGE, start_and_choose, about=name)


explained(
    _("Watch a network learn to read digits. It goes on when you change the page or close the tab.")
)

# In a place of its own: the forms below stay where they are when it comes or goes.
with st.container():
    if obstacle := launcher.obstacle():
        st.warning(obstacle)
with st.container(horizontal=True, vertical_alignment="center"):
    button(_("Try it out"), "play_arrow", start_try_out, type="primary")
    explained_caption(_("5,000 images, 3 epochs, done in under half a minute on two cores."))
    end_notice.show_switch()

designed = bool(st.session_state.get(state.DESIGNED))
with st.expander(_("Choose your own settings"), icon=":material/tune:", expanded=designed):
    recipe = RECIPES[
        st.selectbox(
            _("Recipe"),
            list(RECIPES),
            format_func=lambda name: RECIPES[name].title,
            key="train_recipe",
            persist_state="session",
            help=_("A recipe fills in the settings below; change any of them."),
        )
    ]
    explained_caption(recipe.purpose)
    data_choice()
    settings_inputs(recipe)
    wishes = [(TRY_OUT.model, TRY_OUT.train)]
    with errors_shown():
        model, train = specs_of(recipe, entered_values(recipe), chosen_data())
        wishes.append((model, train))
        explained(
            _(
                "**{parameters:,} parameters**, {num_steps:,} steps of {batch_size} images, "
                "validated on **{validated_on}** after each epoch."
            ).format(
                parameters=model.parameters,
                num_steps=train.num_steps,
                batch_size=train.batch_size,
                validated_on=validated_on_text(train),
            )
        )
        button(_("Start training"), "play_arrow", start_entered, recipe)
# What comes and goes has a place of its own: what is below stays, with what is being typed in it.
with st.container():
    flash.show(state.START_MESSAGE, about=st.session_state.get("train_name") or None)

run = chosen_run()
show_other_runs(run.id)

polled = run_state(run) in ACTIVE_STATES
# Of all parts of the page, curves cost browser and server most: a long run's are drawn less often.
long = run.spec.train.num_steps > STEPS_OF_A_SHORT_RUN
panel_every = LONG_POLL_SECONDS if long else POLL_SECONDS
curves_every = LONG_CURVES_SECONDS if long else POLL_SECONDS


@st.fragment(run_every=panel_every if polled else None)
def live_panel() -> None:
    with errors_shown():
        training_panel.watch(run, polled=polled)


@st.fragment(run_every=curves_every if polled else None)
def live_curves() -> None:
    show_progress_curves(run, run_logs.metrics(run))


live_panel()
live_curves()

if run_state(run) != "paused":
    # The panel of a paused run shows it.
    with st.expander(_("One learning step, seen"), icon=":material/footprint:"), errors_shown():
        show_learning_step(run)
with st.expander(_("Start again from an epoch of this run"), icon=":material/fork_right:"):
    show_fork_form(run, chosen_snapshot())
if not obstacle and has_free_slot():
    # While the settings are chosen, TensorFlow is loaded and compiles for them.
    warm_start.want(*wishes)
explanation(
    [
        _(
            "**Loss** is how surprised the network is by the right answers; training pushes it "
            "down. **Accuracy** is the share it gets right."
        ),
        _(
            "**Training** and **validation** are measured alike, after each epoch: the loss of "
            "images as they are, with the whole network. Training uses images that it learns "
            "from, validation images that it never learns from. If only training still improves, "
            "it learns its images by heart."
        ),
        _(
            "**While it learns** shows the loss that training really lowers, batch by batch. A "
            "part of the network may be switched off at random then (dropout), images may be "
            "changed, and labels softened. So this loss is often higher."
        ),
        _(
            "The grey lines are the **original author's run** of this network: 60,000 images, 20 "
            "epochs, checked on the test images. Runs with fewer images or other settings can't "
            "be compared with it directly."
        ),
        _("This run is validated on **{validated_on}**.").format(
            validated_on=validated_on_text(run.spec.train)
        ),
    ]
)
