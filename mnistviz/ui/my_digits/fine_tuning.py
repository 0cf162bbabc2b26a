"""Fine-tune a copy of the chosen run on a person's digits, and show its gain and cost."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.errors import MnistVizError
from mnistviz.core.run_spec import OwnDigits
from mnistviz.core.train_spec import TrainSpec
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation import fine_tune_report
from mnistviz.evaluation.fine_tune_report import Change, Tuning
from mnistviz.runs import fine_tune_set, registry, snapshots
from mnistviz.runs.fine_tune_set import FOLD_WORD, FOLDS, FOLDS_WORD
from mnistviz.runs.metrics_log import last_row
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES, read_status, run_state, silence_text
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.training import fine_tuning, launcher
from mnistviz.ui.my_digits.gallery import report, run_action
from mnistviz.ui.shared import state
from mnistviz.ui.shared.inputs import metric_with_note, pick
from mnistviz.ui.shared.page_registry import RUNS
from mnistviz.ui.shared.texts import STATE_NAMES, epochs_text, state_badge
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.progress import progress_of
from mnistviz.ui.shared.words.explained import explained, explained_caption

POLL_SECONDS = 1.0
# With fewer digits, a held-out part is one digit or none.
FEW = 8
# The key of the session's state with the id of the copy that is shown.
COPY = "taught_run"
ONE_FOLD = _("A {fold_word}").format(fold_word=FOLD_WORD)
EACH_FOLD = _("Each {fold_word} once").format(fold_word=FOLD_WORD)
HOLD_OUT: dict[str, tuple[int | None, ...]] = {
    ONE_FOLD: (0,),
    EACH_FOLD: tuple(range(FOLDS)),
    _("None"): (None,),
}
HELP = _(
    "That a network reads the digits it was trained on is no test. So a {fold_word} of your "
    "digits is held out, and the gain is measured on them. {each_fold}: {folds_word} trainings, "
    "so that every digit is held out by one of them; for few digits. None: it is trained on all "
    "of them, and the gain is not measured."
).format(fold_word=FOLD_WORD, each_fold=EACH_FOLD, folds_word=FOLDS_WORD)


def teach(snapshot: Snapshot, found: LabelledSet) -> None:
    """Show the form that starts fine-tuning on a set, and the copies that exist already."""
    run = snapshot.run
    explained(
        _(
            "A **copy** of {name} after {epochs} epochs trains a few hundred small steps on "
            "{what}, mixed with images of {source} so that it forgets little. {name} itself stays "
            "as it is; the copy is a run like any other."
        ).format(
            name=run.name,
            epochs=epochs_text(run, snapshot.step),
            what=found.name,
            source=_source(run),
        )
    )
    _form(snapshot, found)
    # Those that a teacher shares come without the digits that they were taught on.
    runs = [each for each in registry.list_runs() if not each.bundled]
    names = run.spec.class_names
    copies = {one.id: one for one in runs if one.spec.own and one.spec.class_names == names}
    if not copies:
        return
    st.subheader(_("Taught copies"))
    if st.session_state.get(COPY) not in copies:
        st.session_state.pop(COPY, None)
    chosen = st.selectbox(
        _("Copy"), list(copies), format_func=lambda run_id: copies[run_id].name, key=COPY
    )
    copy = copies[chosen]
    if run_state(copy) in ACTIVE_STATES:
        _show_progress(copy)
    else:
        _show_outcome(copy, list(copies.values()))


# ---------------------------------------------------------------- start


def _source(run: Run) -> str:
    """The name of the set that a run is trained on."""
    return run.spec.data.name if run.spec.data else "MNIST"


def _form(snapshot: Snapshot, found: LabelledSet) -> None:
    count = len(found.labels)
    settings = fine_tuning.settings(snapshot.run.spec.train)
    held_out = pick(_("Hold out"), list(HOLD_OUT), "teach_hold", help=HELP)
    with st.expander(_("Settings"), icon=":material/tune:"), st.container(horizontal=True):
        st.number_input(
            _("Rounds of {num_images} steps").format(
                num_images=settings.num_images // settings.batch_size
            ),
            value=settings.epochs,
            key="teach_epochs",
            help=_("More of them learn your hand better, and forget more of {source}.").format(
                source=_source(snapshot.run)
            ),
        )
        st.number_input(
            _("Highest learning rate"),
            value=settings.learning_rate,
            step=0.0005,
            format="%.4f",
            key="teach_rate",
            help=TrainSpec.help("learning_rate"),
        )
        st.number_input(
            _("Share of your digits"),
            value=fine_tuning.SHARE,
            step=0.05,
            key="teach_share",
            help=OwnDigits.help("share"),
        )
    if count < FEW:
        explained_caption(
            _(
                "{count} drawings are few to learn from, and too few to measure with. Keep at "
                "least {few}, better two of each class."
            ).format(count=count, few=FEW)
        )
    st.button(
        _("Teach a copy")
        if held_out != EACH_FOLD
        else _("Teach {folds_word} copies").format(folds_word=FOLDS_WORD),
        type="primary",
        icon=":material/school:",
        on_click=_start,
        args=(snapshot, found),
    )


def _start(snapshot: Snapshot, found: LabelledSet) -> None:
    """Start fine-tuning with what the form holds when the button is pressed."""
    entered = st.session_state

    def start() -> str:
        folds = HOLD_OUT[entered.teach_hold]
        train = fine_tuning.settings(snapshot.run.spec.train).changed(
            epochs=entered.teach_epochs, learning_rate=entered.teach_rate
        )
        # Raise errors of all parts before the first training starts.
        for fold in folds:
            fine_tune_set.split(found, fold)
        started = [
            fine_tuning.start(snapshot, found, train, share=entered.teach_share, fold=fold)
            for fold in folds
        ]
        st.session_state[COPY] = started[-1].id
        return _("{names} learns from {what} now.").format(
            names=", ".join(run.name for run in started), what=found.name
        )

    run_action(start)


# ---------------------------------------------------------------- progress and outcome


@st.fragment(run_every=POLL_SECONDS)
def _show_progress(run: Run) -> None:
    current = run_state(run)
    if current not in ACTIVE_STATES:
        st.rerun()
    progress = progress_of(run.spec.train, read_status(run), run_logs.metrics(run))
    with st.container(horizontal=True, vertical_alignment="center"):
        explained(f"**{run.name}** {state_badge(current)}", width="content")
        st.button(_("Stop and keep"), icon=":material/stop:", on_click=launcher.stop, args=(run,))
    if silence := silence_text(run):
        st.warning(silence, icon=":material/bedtime:")
        progress = progress.without_speed()
    left = _(", {time} left").format(time=progress.time_left_text) if current == "running" else ""
    st.progress(progress.of_run, f"{progress.of_run:.0%}{left}")


def _show_outcome(run: Run, copies: Sequence[Run]) -> None:
    own, current = run.spec.own, run_state(run)
    if own is None or current in ("failed", "crashed") or not snapshots.steps_of(run):
        st.error(
            _("{name} {current}. The Train page shows why. Teach another copy.").format(
                name=run.name, current=STATE_NAMES[current]
            )
        )
        return
    siblings = fine_tune_set.siblings(run, copies)
    parts = [part for part in siblings if run_state(part) == "finished"]
    try:
        results = {part.id: _result(part) for part in (parts if run in parts else [run])}
    except MnistVizError as error:
        st.error(str(error), icon=":material/error:")
        return
    result = results[run.id]
    held_out = fine_tune_report.pooled(list(results.values()))
    trained = fine_tune_report.change(result.trained_before, result.trained_after)
    test = fine_tune_report.change(result.test_before, result.test_after)
    with st.container(horizontal=True):
        _show_change(_("Held out, not trained on"), held_out)
        _show_change(_("Trained on: no test"), trained)
        _show_change(_("Test set of {source}").format(source=_source(run)), test)
    texts = [gain_text(held_out, len(results)), cost_text(test), _training_text(run, own)]
    explained("\n\n".join(texts))
    with st.container(horizontal=True):
        st.button(
            _("Show it on all pages"), icon=":material/open_in_new:", on_click=_use, args=(run,)
        )
        RUNS.link(_("All runs"))


def _result(run: Run) -> Tuning:
    """The stored result of a fine-tuned run, or else a new one."""
    if (stored := fine_tune_report.kept(run)) is not None:
        return stored
    bar = st.progress(
        0.0, _("{name}: reading your digits and the test set …").format(name=run.name)
    )
    result = fine_tune_report.measure(run, bar.progress)
    bar.empty()
    return result


def _show_change(label: str, change: Change | None) -> None:
    if change is None:
        metric_with_note(label, "–", _("none were held out"))
        return
    value = _("{after:,} of {total:,}").format(after=change.after, total=change.total)
    if difference := change.after - change.before:
        st.metric(
            label, value, _("{difference:+,} right").format(difference=difference), border=True
        )
    else:
        metric_with_note(label, value, _("as before"))


def gain_text(held_out: Change | None, num_copies: int) -> str:
    """The change on the digits that were held out, by one copy or pooled over several."""
    if held_out is None:
        return _(
            "It was trained on all of your digits, so the gain can't be measured. Hold out a "
            "{fold_word} to measure it."
        ).format(fold_word=FOLD_WORD)
    by = (
        _("by {num_copies} copies, each of what it did not see, ").format(num_copies=num_copies)
        if num_copies > 1
        else ""
    )
    return _(
        "**Gain**: of {total:,} digits held out, {before:,} were right before and {after:,} are "
        "now {by}({newly_right:,} newly right, {newly_wrong:,} newly wrong). The share of right "
        "ones lies between {low:.0%} and {high:.0%} (95 % interval)."
    ).format(
        total=held_out.total,
        before=held_out.before,
        after=held_out.after,
        by=by,
        newly_right=held_out.newly_right,
        newly_wrong=held_out.newly_wrong,
        low=held_out.low,
        high=held_out.high,
    )


def cost_text(test: Change) -> str:
    """The change on the test set."""
    return _(
        "**Cost**: of {total:,} test images, {newly_wrong:,} are newly wrong and {newly_right:,} "
        "newly right: {before:.2%} before, {after:.2%} now."
    ).format(
        total=test.total,
        newly_wrong=test.newly_wrong,
        newly_right=test.newly_right,
        before=test.before / test.total,
        after=test.after / test.total,
    )


def _training_text(run: Run, own: OwnDigits) -> str:
    train = run.spec.train
    row = last_row(run_logs.metrics(run), "train")
    seconds = f", {row.seconds:.0f} s" if row else ""
    return _(
        "Trained on {trained_on:,} digits, {share:.0%} of {num_images:,} images a round, "
        "{num_steps:,} steps{seconds}."
    ).format(
        trained_on=own.trained_on,
        share=own.share,
        num_images=train.num_images,
        num_steps=train.num_steps,
        seconds=seconds,
    )


def _use(run: Run) -> None:
    st.session_state[state.RUN] = run.id
    report(_("All pages show {name} now. Draw a digit to try it.").format(name=run.name))
