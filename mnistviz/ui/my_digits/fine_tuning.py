"""Fine-tune a copy of the chosen run on a person's digits, and see what it gains and costs."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import MnistVizError
from mnistviz.core.run_spec import OwnDigits
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.my_digits import Digit, as_labelled_set
from mnistviz.evaluation import fine_tune_report
from mnistviz.evaluation.fine_tune_report import Change, Tuning
from mnistviz.runs import fine_tune_set, registry, snapshots
from mnistviz.runs.fine_tune_set import FOLD_WORD, FOLDS, FOLDS_WORD
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, read_status, run_state
from mnistviz.runs.snapshots import Snapshot
from mnistviz.training import fine_tuning, launcher
from mnistviz.ui.my_digits.gallery import report, run_action
from mnistviz.ui.shared import run_logs, state
from mnistviz.ui.shared.page_registry import RUNS
from mnistviz.ui.shared.progress import progress_of
from mnistviz.ui.shared.texts import epochs_text, state_badge

POLL_SECONDS = 1.0
# With fewer, a held-out part is one digit or none.
FEW = 8
ONE_FOLD, EACH_FOLD = f"A {FOLD_WORD}", f"Each {FOLD_WORD} once"
HOLD_OUT: dict[str, tuple[int | None, ...]] = {
    ONE_FOLD: (0,),
    EACH_FOLD: tuple(range(FOLDS)),
    "None": (None,),
}
HELP = (
    "What a network was trained on it reads right, which says nothing. So a "
    f"{FOLD_WORD} of your digits is held out, and the gain is measured on them. {EACH_FOLD}: "
    f"{FOLDS_WORD} trainings, so that every digit is held out by one of them; for few digits. "
    "None: it learns from all of them, and nothing says what it gained."
)


def teach(snapshot: Snapshot, mine: Sequence[Digit]) -> None:
    """The form, and the copies that were taught so far."""
    run = snapshot.run
    st.markdown(
        f"A **copy** of {run.name} after {epochs_text(run, snapshot.step)} epochs trains a few "
        "hundred small steps on your digits, mixed with images of MNIST so that it forgets "
        f"little. {run.name} itself stays as it is; the copy is a run like any other."
    )
    _form(snapshot, mine)
    taught = [one for one in registry.list_runs() if one.spec.own is not None]
    if not taught:
        return
    st.subheader("Taught copies")
    names = {one.id: one for one in taught}
    if st.session_state.get("taught_run") not in names:
        st.session_state.pop("taught_run", None)
    chosen = st.selectbox(
        "Copy", list(names), format_func=lambda run_id: names[run_id].name, key="taught_run"
    )
    found = names[chosen]
    if run_state(found) in ACTIVE_STATES:
        _follow(found)
    else:
        _outcome(found, taught)


def _form(snapshot: Snapshot, mine: Sequence[Digit]) -> None:
    settings = fine_tuning.settings(snapshot.run.spec.train)
    held = st.segmented_control(
        "Hold out", list(HOLD_OUT), default=ONE_FOLD, required=True, key="teach_hold", help=HELP
    )
    with st.expander("Settings", icon=":material/tune:"), st.container(horizontal=True):
        epochs = st.number_input(
            "Rounds of 100 steps",
            value=settings.epochs,
            key="teach_epochs",
            help="More of them learn your digits better, and forget more of MNIST.",
        )
        rate = st.number_input(
            "Highest learning rate",
            value=settings.learning_rate,
            step=0.0005,
            format="%.4f",
            key="teach_rate",
            help=TrainSpec.help("learning_rate"),
        )
        share = st.number_input(
            "Share of your digits",
            value=fine_tuning.SHARE,
            step=0.05,
            key="teach_share",
            help=OwnDigits.help("share"),
        )
    if len(mine) < FEW:
        st.caption(
            f"With {len(mine)} digits there is little to learn and less to measure. Keep at least "
            f"{FEW}, better two of each digit."
        )
    st.button(
        "Teach a copy" if held != EACH_FOLD else f"Teach {FOLDS_WORD} copies",
        type="primary",
        icon=":material/school:",
        on_click=_start,
        args=(
            snapshot,
            mine,
            {"epochs": epochs, "learning_rate": rate},
            share,
            HOLD_OUT[held],
        ),
    )


def _start(
    snapshot: Snapshot,
    mine: Sequence[Digit],
    changes: dict[str, float],
    share: float,
    folds: Sequence[int | None],
) -> None:
    def start() -> str:
        train = fine_tuning.settings(snapshot.run.spec.train).changed(**changes)
        found = as_labelled_set(mine)
        # All that could be refused is refused before the first one starts.
        for fold in folds:
            fine_tune_set.split(found, fold)
        started = [
            fine_tuning.start(snapshot, found, train, share=share, fold=fold) for fold in folds
        ]
        st.session_state["taught_run"] = started[-1].id
        return f"{', '.join(one.name for one in started)} learns from your digits now."

    run_action(start)


def _use(run: Run) -> None:
    st.session_state[state.RUN] = run.id
    report(f"All pages show {run.name} now. Draw something, and see.")


@st.fragment(run_every=POLL_SECONDS)
def _follow(run: Run) -> None:
    shown = run_state(run)
    if shown not in ACTIVE_STATES:
        st.rerun()
    progress = progress_of(run.spec.train, read_status(run), run_logs.metrics(run))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{run.name}** {state_badge(shown)}", width="content")
        st.button("Stop and keep", icon=":material/stop:", on_click=launcher.stop, args=(run,))
    left = f", {progress.time_left_text} left" if shown == "running" else ""
    st.progress(progress.of_run, f"{progress.of_run:.0%}{left}")


def _outcome(run: Run, taught: Sequence[Run]) -> None:
    own = run.spec.own
    shown = run_state(run)
    if own is None or shown in ("failed", "crashed") or not snapshots.steps_of(run):
        st.error(f"{run.name} {shown}. Its page, Train, says why; teach another copy.")
        return
    parts = [one for one in fine_tune_set.siblings(run, taught) if run_state(one) == "finished"]
    parts = parts if run in parts else [run]
    try:
        found = {one.id: _measured(one) for one in parts}
    except MnistVizError as error:
        st.error(str(error), icon=":material/error:")
        return
    with st.container(horizontal=True):
        _metric("Held out, not trained on", fine_tune_report.pooled(list(found.values())))
        _metric("Trained on: says little", _of_trained(found[run.id]))
        _metric("MNIST's test set", _of_test(found[run.id]))
    _say_outcome(run, own, found)
    with st.container(horizontal=True):
        st.button("Show it on all pages", icon=":material/open_in_new:", on_click=_use, args=(run,))
        RUNS.link("All runs")


def _of_trained(found: Tuning) -> Change:
    return fine_tune_report.change(found.trained_before, found.trained_after)


def _of_test(found: Tuning) -> Change:
    return fine_tune_report.change(found.test_before, found.test_after)


def _metric(label: str, found: Change | None) -> None:
    if found is None:
        st.metric(
            label, "–", "none were held out", delta_color="off", delta_arrow="off", border=True
        )
        return
    number = found.after - found.before
    st.metric(
        label,
        f"{found.after:,} of {found.total:,}",
        f"{number:+,} right" if number else "as before",
        delta_color="normal" if number else "off",
        delta_arrow="auto" if number else "off",
        border=True,
    )


def _say_outcome(run: Run, own: OwnDigits, found: dict[str, Tuning]) -> None:
    held = fine_tune_report.pooled(list(found.values()))
    test = _of_test(found[run.id])
    lines = []
    if held is None:
        lines.append(
            "All of your digits were trained on: nothing here says what it gained. Hold out a "
            f"{FOLD_WORD} to see that."
        )
    else:
        by = f"by {len(found)} copies, each of what it did not see, " if len(found) > 1 else ""
        lines.append(
            f"**Gain**: of {held.total:,} digits held out, {held.before:,} were right before and "
            f"{held.after:,} are now {by}({held.newly_right:,} newly right, "
            f"{held.newly_wrong:,} newly wrong). The share of right ones lies "
            f"between {held.low:.0%} and {held.high:.0%} (95 % interval)."
        )
    lines.append(
        f"**Cost**: of {NUM_TEST_IMAGES:,} test images, {test.newly_wrong:,} are newly wrong and "
        f"{test.newly_right:,} newly right: {test.before / test.total:.2%} before, "
        f"{test.after / test.total:.2%} now."
    )
    row = last_row(run_logs.metrics(run), "train")
    seconds = f", {row.seconds:.0f} s" if row else ""
    lines.append(
        f"Trained on {own.trained_on:,} digits, {own.share:.0%} of {run.spec.train.num_images:,} "
        f"images a round, {run.spec.train.num_steps:,} steps{seconds}."
    )
    st.markdown("\n\n".join(lines))


def _measured(run: Run) -> Tuning:
    """What was measured before, or else measured now."""
    if (kept := fine_tune_report.kept(run)) is not None:
        return kept
    bar = st.progress(0.0, f"{run.name}: reading your digits and the test set …")
    found = fine_tune_report.measure(run, bar.progress)
    bar.empty()
    return found
