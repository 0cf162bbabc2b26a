"""Train: choose the settings, start, watch it learn, stop and keep."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.core.recipes import RECIPES
from mnistviz.core.train_spec import TrainSpec
from mnistviz.runs import registry, snapshots
from mnistviz.runs.run_state import ACTIVE_STATES, run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import launcher
from mnistviz.ui.shared import flash, run_logs, state
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.sidebar import chosen_run, chosen_snapshot
from mnistviz.ui.shared.texts import epochs_text, explanation, state_badge, validated_on_text
from mnistviz.ui.train import training_panel
from mnistviz.ui.train.curves_view import show_progress_curves
from mnistviz.ui.train.settings_form import number_setting

POLL_SECONDS = 1.0
LONG_CURVES_SECONDS = 4.0
# A try-out is over in half a minute: its curves grow with every poll.
STEPS_OF_A_SHORT_RUN = 900


def start(recipe: str, model: ModelSpec, train: TrainSpec, name: str | None) -> None:
    def start_and_show() -> None:
        choose(launcher.start(recipe, model, train, name).id)

    flash.run(state.START_MESSAGE, start_and_show, about=name)


def choose(run_id: str) -> None:
    st.session_state[state.RUN] = run_id


def start_fork(snapshot: Snapshot, rest: TrainSpec, changes: dict[str, float], name: str) -> None:
    def fork_and_show() -> None:
        choose(launcher.fork(snapshot, rest.changed(**changes), name or None).id)

    flash.run(state.TRAIN_MESSAGE, fork_and_show)


st.markdown(
    "Watch a network learn to read digits. It goes on when you change the page or close the tab."
)

try_out = RECIPES["try-out"]
with st.container(horizontal=True, vertical_alignment="center"):
    st.button(
        "Try it out",
        type="primary",
        icon=":material/play_arrow:",
        on_click=start,
        args=(try_out.name, try_out.model, try_out.train.changed(measure_gap=True), None),
    )
    st.caption("5,000 images, 3 epochs, done in under half a minute on two cores.")

with st.expander("Choose your own settings", icon=":material/tune:"):
    recipe_name = st.selectbox(
        "Recipe",
        list(RECIPES),
        format_func=lambda name: RECIPES[name].title,
        key="train_recipe",
        persist_state="session",
        help="A recipe fills in the settings below; change any of them.",
    )
    recipe = RECIPES[recipe_name]
    st.caption(recipe.purpose)
    network, training, rest = st.columns(3)
    with network:
        plan = st.text_input(
            "Channel plan",
            ",".join(map(str, recipe.model.channels)),
            key=f"{recipe_name}_channels",
            persist_state="session",
            help=ModelSpec.help("channels"),
        )
        dropout = number_setting(recipe.model, "dropout", "Dropout", recipe_name, step=0.05)
        batch_norm = st.toggle(
            "Batch normalization",
            recipe.model.batch_norm,
            key=f"{recipe_name}_batch_norm",
            persist_state="session",
            help=ModelSpec.help("batch_norm"),
        )
    with training:
        epochs = number_setting(recipe.train, "epochs", "Epochs", recipe_name)
        batch_size = number_setting(recipe.train, "batch_size", "Batch size", recipe_name)
        learning_rate = number_setting(
            recipe.train, "learning_rate", "Learning rate", recipe_name, step=0.0005, digits=6
        )
    with rest:
        num_images = number_setting(
            recipe.train, "num_images", "Training images", recipe_name, step=1000
        )
        seed = number_setting(recipe.train, "seed", "Seed", recipe_name)
        name = st.text_input("Name", key="train_name", help="Any name you like.")
        gap = st.toggle(
            "Measure the gap",
            True,
            key="train_gap",
            persist_state="session",
            help=TrainSpec.help("measure_gap"),
        )
    try:
        model = recipe.model.changed(
            channels=parse_channels(plan), dropout=dropout, batch_norm=batch_norm
        )
        train = recipe.train.changed(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            num_images=num_images,
            seed=seed,
            measure_gap=gap,
        )
    except MnistVizError as error:
        st.error(str(error), icon=":material/error:")
    else:
        st.markdown(
            f"**{model.parameters:,} parameters**, {train.num_steps:,} steps of {train.batch_size} "
            f"images, validated on **{validated_on_text(train)}** after each epoch."
        )
        st.button(
            "Start training",
            icon=":material/play_arrow:",
            on_click=start,
            args=(recipe_name, model, train, name or None),
        )
flash.show(state.START_MESSAGE, about=st.session_state.get("train_name") or None)

run = chosen_run()
active = [other for other in registry.list_runs() if run_state(other) in ACTIVE_STATES]
for other in active:
    if other.id != run.id:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{state_badge(run_state(other))} **{other.name}** is at work.")
            st.button("Show it", key=f"show-{other.id}", on_click=choose, args=(other.id,))

polled = any(other.id == run.id for other in active)
# Curves cost the browser and the server most: those of a long training wait for more to show.
long = run.spec.train.num_steps > STEPS_OF_A_SHORT_RUN
curves_every = LONG_CURVES_SECONDS if long else POLL_SECONDS


@st.fragment(run_every=POLL_SECONDS if polled else None)
def live_panel() -> None:
    with errors_shown():
        training_panel.watch(run, polled=polled)


@st.fragment(run_every=curves_every if polled else None)
def live_curves() -> None:
    show_progress_curves(run, run_logs.metrics(run))


live_panel()
live_curves()

chosen = chosen_snapshot()
ends = [step for step in snapshots.steps_of(run) if step % run.spec.train.steps_per_epoch == 0]
with st.expander("Start again from an epoch of this run", icon=":material/fork_right:"):
    if ends:
        st.caption(
            "Makes a new run whose first weights are those of that epoch. The optimizer starts "
            "anew; the learning rate goes on where this run's was, unless you change it."
        )
        end = st.select_slider(
            "After epoch",
            ends,
            value=chosen.step if chosen is not None and chosen.step in ends else ends[-1],
            format_func=lambda step: epochs_text(run, step),
            key=f"fork_{run.id}",
        )
        rest = run.spec.train.after(int(run.spec.train.epoch_at(end)))
        with st.container(horizontal=True):
            more = st.number_input("Epochs to train", value=rest.epochs, key=f"more_{run.id}_{end}")
            rate = st.number_input(
                "First learning rate",
                value=rest.learning_rate,
                step=rest.learning_rate / 10,
                format="%.6f",
                key=f"rate_{run.id}_{end}",
            )
            seed = st.number_input("Seed", value=rest.seed, key=f"seed_{run.id}_{end}")
            name = st.text_input("Name of the new run", key="fork_name", help="Any name you like.")
        st.button(
            "Start the new run",
            icon=":material/fork_right:",
            on_click=start_fork,
            args=(
                Snapshot(run, end),
                rest,
                {"epochs": more, "learning_rate": rate, "seed": seed},
                name,
            ),
        )
    else:
        st.caption("It has no whole epoch yet.")
explanation(
    [
        "**Loss** is how surprised the network is by the right answers; training pushes it down. "
        "**Accuracy** is the share it gets right.",
        "The thin line is what it scored on each batch while learning from it, with dropout hiding "
        "part of its values; the dots are the mean of an epoch. **Validation** is on images it "
        "never learns from, with nothing hidden: it can lie above the training curve for that "
        "reason.",
        "The grey lines are the **published log** of this network: all 60,000 images, 20 epochs, "
        "validated on the test set. Runs with fewer images or another recipe are beside it, not "
        "against it.",
        f"This run is validated on **{validated_on_text(run.spec.train)}**.",
    ]
)
