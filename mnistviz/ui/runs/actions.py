"""The actions on runs: open, name, note, delete, restore, remove, export, import."""

import io
from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError
from mnistviz.network import tensorflow_failure
from mnistviz.runs import metadata, registry, snapshots
from mnistviz.runs.archive import keras_import, pack
from mnistviz.runs.registry import Run
from mnistviz.runs.run_summary import Summary
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.runs.elsewhere import show_formats
from mnistviz.ui.runs.runs_table import choose, show_table
from mnistviz.ui.shared import flash, state
from mnistviz.ui.shared.classroom.refusals import is_refused, show_upload_limits
from mnistviz.ui.shared.compat import renew, renewable_key
from mnistviz.ui.shared.inputs import are_uploads_refused, button, show_uploads_refused
from mnistviz.ui.shared.loaded_networks import HASH_FUNCS
from mnistviz.ui.shared.page_registry import DRAW, FEATURE_MAPS, KERNELS, TRAIN
from mnistviz.ui.shared.texts import epochs_text
from mnistviz.ui.shared.words.explained import explained, explained_caption

OPEN = _(" is open: all pages show it now.")
LINKS = (
    (TRAIN, _("Its training")),
    (KERNELS, _("Its kernels")),
    (FEATURE_MAPS, _("Its feature maps")),
    (DRAW, _("Let it read a digit")),
)
UPLOAD = "runs_upload"


# ---------------------------------------------------------------- callbacks


_report = partial(flash.report, state.RUNS_MESSAGE)
_run_action = partial(flash.run, state.RUNS_MESSAGE)


def _open(run: Run) -> None:
    st.session_state[state.RUN] = run.id
    _report(f"{run.name}{OPEN}")


def _rename(run: Run, key: str) -> None:
    _run_action(
        lambda: _("{old} is now {new}.").format(
            old=run.name, new=metadata.rename(run, st.session_state[key]).name
        )
    )


def _annotate(run: Run, key: str) -> None:
    _run_action(
        lambda: _("The note of {name} is kept.").format(
            name=metadata.annotate(run, st.session_state[key]).name
        )
    )


def _delete(chosen: Sequence[Run]) -> None:
    deleted: dict[str, Run] = {}
    problems: list[str] = []
    for run in chosen:
        try:
            deleted[run.id] = metadata.delete(run)
        except MnistVizError as error:
            problems.append(str(error))
    texts = [_("Deleted {names}.").format(names=names_text([*deleted.values()]))] if deleted else []
    _report(" ".join(texts + problems), "error" if problems else "success", undo=[*deleted])
    choose([run.id for run in chosen if run.id not in deleted])
    if st.session_state.get(state.RUN) in deleted:
        st.session_state[state.RUN] = registry.DEFAULT_RUN


def _restore(run_ids: Sequence[str]) -> None:
    def restore() -> str:
        restored = [metadata.restore(metadata.find_deleted(run_id)) for run_id in run_ids]
        choose([each.run.id for each in restored])
        renamed = [
            _("{name_before} is {name} now, for another run has that name.").format(
                name_before=each.name_before, name=each.run.name
            )
            for each in restored
            if each.name_before
        ]
        names = names_text([each.run for each in restored])
        return " ".join([_("{names} came back.").format(names=names), *renamed])

    _run_action(restore)


def _remove(run_ids: Sequence[str]) -> None:
    def remove() -> str:
        runs = [metadata.find_deleted(run_id) for run_id in run_ids]
        for run in runs:
            metadata.delete_permanently(run)
        return _("Removed {names} for good.").format(names=names_text(runs))

    _run_action(remove)


def _import(key: str) -> None:
    uploaded: UploadedFile | None = st.session_state.get(key)
    if uploaded is None:
        return

    def import_run() -> str:
        imported = keras_import.import_file(uploaded, uploaded.name)
        choose([imported.run.id])
        reason = (
            _(", for {name_before} is here already").format(name_before=imported.name_before)
            if imported.name_before
            else ""
        )
        return _("Imported as {name}{reason}.").format(name=imported.run.name, reason=reason)

    _run_action(import_run)
    renew(UPLOAD)


def names_text(runs: Sequence[Run]) -> str:
    """The names of the first five runs, and the number of the others."""
    names = ", ".join(run.name for run in runs[:5])
    return (
        names
        if len(runs) <= 5
        else _("{names} and {count} more").format(names=names, count=len(runs) - 5)
    )


# ---------------------------------------------------------------- widgets


def show_last_action() -> None:
    """Show the message of the last action, with a button that undoes a deletion."""
    text = flash.show_with_undo(
        state.RUNS_MESSAGE, lambda: [run.id for run in registry.deleted_runs()], _restore
    )
    if text.endswith(OPEN):
        with st.container(horizontal=True):
            for page, label in LINKS:
                page.link(label)


def action_bar(chosen: Sequence[Summary]) -> None:
    """Show the actions on the chosen runs; most are enabled for a single run only."""
    runs = [summary.run for summary in chosen]
    run = runs[0] if len(runs) == 1 else None
    needs_one = "" if run else _("Choose one run alone for this.")
    bundled = _("Bundled runs stay as they are.") if run and run.bundled else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        explained(
            f"**{run.name}**" if run else _("**{count} runs** chosen").format(count=len(runs))
        )
        text = needs_one or _("All pages show this run.")
        button(_("Open"), "open_in_new", _open, run, disabled=run is None, help=text)
        for name, label, icon in (
            ("name", _("Name"), ":material/edit:"),
            ("note", _("Note"), ":material/note:"),
        ):
            refusal = needs_one or bundled
            with st.popover(label, icon=icon, disabled=bool(refusal), help=refusal):
                if run and not refusal:
                    _text_form(run, name, label)
        with st.popover(_("Export"), icon=":material/download:", disabled=not run, help=needs_one):
            if run and not is_refused("export"):
                _export_form(run)
        label, icon = _("Take it elsewhere"), ":material/send:"
        with st.popover(label, icon=icon, disabled=not run, help=needs_one):
            if run and not is_refused("export"):
                show_formats(run)
        text = bundled or _("Takes it out of all lists. You can bring it back.")
        all_bundled = all(each.bundled for each in runs)
        _delete_button(runs, disabled=all_bundled, text=text)
        button(_("Choose none"), "deselect", choose, [])


def _delete_button(runs: Sequence[Run], *, disabled: bool, text: str) -> None:
    """Show the button that deletes runs; where a class is at work, it asks before."""
    if not storage.is_class():
        button(_("Delete"), "delete", _delete, runs, disabled=disabled, help=text)
        return
    with st.popover(_("Delete"), icon=":material/delete:", disabled=disabled, help=text):
        explained(
            _("Delete {names}? You can bring it back below the table.").format(
                names=names_text(runs)
            )
        )
        st.button(_("Yes, delete"), type="primary", on_click=_delete, args=(runs,))


def _text_form(run: Run, name: str, label: str) -> None:
    """Show the form that replaces the name or the note of a run."""
    value = run.name if name == "name" else run.note
    # The stored value is part of the key, so that the input starts from it after each change.
    key = f"runs_{name}_{run.id}_{value}"
    with st.form(f"form_{key}", border=False):
        if name == "name":
            st.text_input(label, value, key=key, max_chars=60)
        else:
            st.text_area(label, value, key=key, max_chars=metadata.MAX_NOTE_LENGTH)
        action = _rename if name == "name" else _annotate
        st.form_submit_button(_("Keep"), on_click=action, args=(run, key))


def _export_form(run: Run) -> None:
    steps = snapshots.steps_of(run)
    step: int | None = None
    if steps:
        step = st.selectbox(
            _("Network after so many epochs"),
            steps,
            index=len(steps) - 1,
            format_func=lambda step: epochs_text(run, step),
            key=f"export_step_{run.id}",
            help=_("The zip has it as model.keras, which stock Keras opens, and as weights.npz."),
        )
    all_snapshots = st.toggle(
        _("All {count} snapshots").format(count=len(steps)),
        value=True,
        key="export_all",
        persist_state="session",
        help=_("Off: only the one chosen above."),
    )
    exported = steps if all_snapshots or step is None else [step]
    if problem := _read_error(tuple(Snapshot(run, each) for each in exported)):
        # Shown before the click: after it, the browser shows no error.
        st.error(problem, icon=":material/error:")
        return
    explained_caption(
        _("Settings, metrics as CSV, the log in its published form, and the weights.")
    )
    if step is not None and (reason := tensorflow_failure.absence()):
        st.caption(_("Without model.keras: {reason}.").format(reason=reason))
    st.download_button(
        _("Make and download the zip"),
        # Made after the click: it takes some seconds, most of them to load TensorFlow.
        data=storage.in_this_home(partial(_packed, run, step, exported)),
        file_name=f"{run.name}.zip".replace("/", "-"),
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
    )


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASH_FUNCS)
def _read_error(exported: tuple[Snapshot, ...]) -> str:
    """The error of the first of these snapshots that can't be read; empty without any."""
    try:
        for snapshot in exported:
            snapshots.read(snapshot)
    except MnistVizError as error:
        return str(error)
    return ""


def _packed(run: Run, step: int | None, steps: Sequence[int]) -> io.BytesIO:
    target = io.BytesIO()
    # The browser would show no error of a download.
    pack.export_what_can_be(run, target, step=step, steps=steps)
    target.seek(0)
    return target


def import_box() -> None:
    """Show the upload of a run that was exported here or elsewhere."""
    key = renewable_key(UPLOAD)
    with st.popover(_("Import a run"), icon=":material/upload:"):
        if is_refused("import"):
            return
        if are_uploads_refused():
            show_uploads_refused()
            return
        st.file_uploader(
            _("A zip that an export made, or a Keras model"),
            type=["zip", "keras", "h5", "hdf5"],
            key=key,
            on_change=_import,
            args=(key,),
            help=_(
                "It is checked whole before anything is kept, and nothing in it is run. A model "
                "fits where its layers are those of a network here."
            ),
        )
        show_upload_limits()


def deleted_and_damaged() -> None:
    """Show the deleted runs with their actions, and the runs whose settings can't be read."""
    deleted = registry.deleted_runs()
    if deleted:
        with st.expander(
            _("Deleted: {count}").format(count=len(deleted)), icon=":material/delete:"
        ):
            _show_deleted(deleted)
    damaged = registry.damaged_runs()
    if damaged:
        with st.expander(
            _("Damaged: {count}").format(count=len(damaged)), icon=":material/broken_image:"
        ):
            explained_caption(
                _(
                    "The settings of these runs can't be read. Nothing of them was touched: mend "
                    "`spec.json` in their folder, or take the folder away."
                )
            )
            show_table(
                [(run.name, run.reason, str(run.path)) for run in damaged],
                [_("name"), _("what is wrong"), _("folder")],
                _("{count} damaged runs and what is wrong with them").format(count=len(damaged)),
            )


def _show_deleted(deleted: Sequence[Run]) -> None:
    event = show_table(
        [(run.name, run.spec.recipe, run.spec.created, run.note) for run in deleted],
        [_("name"), _("recipe"), _("created"), _("note")],
        _("{count} deleted runs").format(count=len(deleted)),
        key=f"deleted_{'_'.join(run.id for run in deleted)[:200]}_{len(deleted)}",
        on_select="rerun",
        selection_mode="multi-row",
    )
    ids = [run.id for run in deleted]
    chosen = [ids[row] for row in event["selection"]["rows"] if row < len(ids)]
    with st.container(horizontal=True, vertical_alignment="center"):
        button(_("Restore") if chosen else _("Restore all"), "undo", _restore, chosen or ids)
        with st.popover(
            _("Remove for good"), icon=":material/delete_forever:", disabled=not chosen
        ):
            explained(
                _("This takes {count} of them off the disk. There is no way back.").format(
                    count=len(chosen)
                )
            )
            st.button(_("Yes, remove"), type="primary", on_click=_remove, args=(chosen,))
        if not chosen:
            explained_caption(_("Choose rows to restore or remove some of them."))
