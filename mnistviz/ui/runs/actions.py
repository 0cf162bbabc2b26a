"""What can be done to runs on their page: open, name, note, delete, restore, export, import."""

import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mnistviz.core.errors import MnistVizError
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.archive import pack, unpack
from mnistviz.runs.registry import Run
from mnistviz.runs.run_summary import Summary
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.runs.runs_table import choose
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.page_registry import DRAW, FEATURE_MAPS, KERNELS, TRAIN
from mnistviz.ui.shared.texts import epochs_text

OPEN = " is open: all pages show it now."
LINKS = (
    (TRAIN, "Its training"),
    (KERNELS, "Its kernels"),
    (FEATURE_MAPS, "Its feature maps"),
    (DRAW, "Let it read a digit"),
)
UPLOAD = "runs_upload"


# ---------------------------------------------------------------- callbacks


_report = partial(flash.report, state.RUNS_MESSAGE)
_run_action = partial(flash.run, state.RUNS_MESSAGE)


def _open(run: Run) -> None:
    st.session_state[state.RUN] = run.id
    _report(f"{run.name}{OPEN}")


def _rename(run: Run, key: str) -> None:
    _run_action(lambda: f"{run.name} is now {metadata.rename(run, st.session_state[key]).name}.")


def _annotate(run: Run, key: str) -> None:
    def annotate() -> str:
        metadata.annotate(run, st.session_state[key])
        return f"The note of {run.name} is kept."

    _run_action(annotate)


def _delete(chosen: Sequence[Run]) -> None:
    gone: list[Run] = []
    problems: list[str] = []
    for run in chosen:
        try:
            gone.append(metadata.delete(run))
        except MnistVizError as error:
            problems.append(str(error))
    said = f"Deleted {_names(gone)}." if gone else ""
    _report(
        " ".join([said, *problems]).strip(),
        "error" if problems else "success",
        undo=[run.id for run in gone],
    )
    gone_ids = {run.id for run in gone}
    choose([run.id for run in chosen if run.id not in gone_ids])
    if st.session_state.get(state.RUN) in gone_ids:
        st.session_state[state.RUN] = registry.DEFAULT_RUN


def _restore(run_ids: Sequence[str]) -> None:
    def restore() -> str:
        back = [metadata.restore(metadata.find_deleted(run_id)) for run_id in run_ids]
        other = [
            f"{one.name_before} is {one.run.name} now, for another run has that name."
            for one in back
            if one.name_before
        ]
        choose([one.run.id for one in back])
        return " ".join([f"{_names([one.run for one in back])} came back.", *other])

    _run_action(restore)


def _remove(run_ids: Sequence[str]) -> None:
    def remove() -> str:
        gone = [metadata.find_deleted(run_id) for run_id in run_ids]
        for run in gone:
            metadata.delete_permanently(run)
        return f"Removed {_names(gone)} for good."

    _run_action(remove)


def _import(key: str) -> None:
    uploaded: UploadedFile | None = st.session_state.get(key)
    if uploaded is None:
        return

    def bring_in() -> str:
        imported = unpack.import_run(uploaded)
        choose([imported.run.id])
        here = f", for {imported.name_before} is here already" if imported.name_before else ""
        return f"Imported as {imported.run.name}{here}."

    _run_action(bring_in)
    renew(UPLOAD)


def _names(found: Sequence[Run]) -> str:
    shown = ", ".join(run.name for run in found[:5])
    return shown if len(found) <= 5 else f"{shown} and {len(found) - 5} more"


# ---------------------------------------------------------------- what is drawn


def show_last_action() -> None:
    """Show the message of the last action, with a way back from a deletion."""
    text = flash.show_with_undo(
        state.RUNS_MESSAGE, lambda: [run.id for run in registry.deleted_runs()], _restore
    )
    if text.endswith(OPEN):
        with st.container(horizontal=True):
            for page, label in LINKS:
                page.link(label)


def action_bar(chosen: Sequence[Summary]) -> None:
    """What can be done with the chosen runs; some of it with one run alone."""
    found = [summary.run for summary in chosen]
    one = found[0] if len(found) == 1 else None
    for_one = "Choose one run alone for this." if one is None else ""
    own = one is not None and not one.bundled
    bundled = "Bundled runs stay as they are." if one is not None and one.bundled else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{found[0].name}**" if one else f"**{len(found)} runs** chosen")
        st.button(
            "Open",
            icon=":material/open_in_new:",
            disabled=one is None,
            help=for_one or "All pages show this run.",
            on_click=_open,
            args=(one,),
        )
        with st.popover("Name", icon=":material/edit:", disabled=not own, help=for_one or bundled):
            if own and one is not None:
                _text_form(one, "Name", one.name, _rename, long=False)
        with st.popover("Note", icon=":material/note:", disabled=not own, help=for_one or bundled):
            if own and one is not None:
                _text_form(one, "Note", one.note, _annotate, long=True)
        with st.popover("Export", icon=":material/download:", disabled=not one, help=for_one):
            if one is not None:
                _export_form(one)
        st.button(
            "Delete",
            icon=":material/delete:",
            disabled=all(run.bundled for run in found),
            help=bundled or "Takes it out of all lists. You can bring it back.",
            on_click=_delete,
            args=(found,),
        )
        st.button("Choose none", icon=":material/deselect:", on_click=choose, args=([],))


def _text_form(
    run: Run, label: str, value: str, act: Callable[[Run, str], None], *, long: bool
) -> None:
    # Named by what it replaces, so that it starts from there after each change.
    key = f"runs_{label.lower()}_{run.id}_{value}"
    with st.form(f"form_{key}", border=False):
        if long:
            st.text_area(label, value, key=key, max_chars=metadata.MAX_NOTE_LENGTH)
        else:
            st.text_input(label, value, key=key, max_chars=60)
        st.form_submit_button("Keep", on_click=act, args=(run, key))


def _export_form(run: Run) -> None:
    steps = snapshots.steps_of(run)
    step = None
    if steps:
        step = st.selectbox(
            "Network after so many epochs",
            steps,
            index=len(steps) - 1,
            format_func=lambda step: epochs_text(run, step),
            key=f"export_step_{run.id}",
            help="The zip has it as model.keras, which stock Keras opens, and as weights.npz.",
        )
    keeps_all = st.toggle(
        f"All {len(steps)} snapshots",
        value=True,
        key="export_all",
        persist_state="session",
        help="Off: only the one chosen above.",
    )
    kept = steps if keeps_all or step is None else [step]
    if problem := _damaged(run.path, tuple(kept), run):
        # Said here: of what goes wrong after the click, the browser would tell nothing.
        st.error(problem, icon=":material/error:")
        return
    st.caption("Settings, metrics as CSV, the log in its published form, and the weights.")
    st.download_button(
        "Make and download the zip",
        # Made after the click: it takes a few seconds, and TensorFlow.
        data=partial(_packed, run, step, kept),
        file_name=f"{run.name}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _damaged(path: Path, steps: tuple[int, ...], _run: Run) -> str:
    """What is wrong with the first of these snapshots that can't be read, or nothing."""
    try:
        for step in steps:
            snapshots.read(Snapshot(_run, step))
    except MnistVizError as error:
        return str(error)
    return ""


def _packed(run: Run, step: int | None, steps: Sequence[int]) -> io.BytesIO:
    target = io.BytesIO()
    pack.export(run, target, step=step, steps=steps)
    target.seek(0)
    return target


def import_box() -> None:
    """Bring in a run that was exported here or elsewhere."""
    key = renewable_key(UPLOAD)
    with st.popover("Import a run", icon=":material/upload:"):
        st.file_uploader(
            "A zip that an export made",
            type="zip",
            key=key,
            on_change=_import,
            args=(key,),
            help="It is checked whole before anything is kept, and nothing in it is run.",
        )


def deleted_and_damaged() -> None:
    """The runs that are in no list, with what can be done about them."""
    gone = registry.deleted_runs()
    if gone:
        with st.expander(f"Deleted: {len(gone)}", icon=":material/delete:"):
            _deleted(gone)
    damaged = registry.damaged_runs()
    if damaged:
        with st.expander(f"Damaged: {len(damaged)}", icon=":material/broken_image:"):
            st.caption(
                "The settings of these runs can't be read. Nothing of them was touched: mend "
                "`spec.json` in their folder, or take the folder away."
            )
            st.dataframe(
                pd.DataFrame(
                    [(one.name, one.reason, str(one.path)) for one in damaged],
                    columns=["name", "what is wrong", "folder"],
                ),
                hide_index=True,
                alt=f"{len(damaged)} damaged runs and what is wrong with them",
            )


def _deleted(gone: Sequence[Run]) -> None:
    event = st.dataframe(
        pd.DataFrame(
            [(run.name, run.spec.recipe, run.spec.created, run.note) for run in gone],
            columns=["name", "recipe", "created", "note"],
        ),
        key=f"deleted_{'_'.join(run.id for run in gone)[:200]}_{len(gone)}",
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"{len(gone)} deleted runs",
    )
    rows = [row for row in event["selection"]["rows"] if row < len(gone)]
    chosen = [gone[row].id for row in rows]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Restore" if chosen else "Restore all",
            icon=":material/undo:",
            on_click=_restore,
            args=(chosen or [run.id for run in gone],),
        )
        with st.popover("Remove for good", icon=":material/delete_forever:", disabled=not chosen):
            st.markdown(f"This takes {len(chosen)} of them off the disk. There is no way back.")
            st.button("Yes, remove", type="primary", on_click=_remove, args=(chosen,))
        if not chosen:
            st.caption("Choose rows to restore or remove some of them.")
