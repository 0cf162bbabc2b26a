"""Controls of the teacher: messages, rules, sharing, stopping, reset."""

import streamlit as st

from mnistviz.classroom import reset, sharing, spaces
from mnistviz.classroom.visitor_names import MAX_LENGTH
from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.room import rules
from mnistviz.runs import metadata
from mnistviz.runs.registry import Run
from mnistviz.runs.run_state import ACTIVE_STATES
from mnistviz.texts import _
from mnistviz.training import launcher
from mnistviz.ui.board.people_view import run_label
from mnistviz.ui.board.pupils import Pupil, pupils
from mnistviz.ui.board.role import run_as_teacher
from mnistviz.ui.shared import flash
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import OVERVIEW, PAGES, START
from mnistviz.ui.shared.words.explained import explained_caption
from mnistviz.ui.shared.words.plain import plain

MESSAGE = "board_message"
TEXT, PUPIL, NAME, SHARED, HIDDEN, OFF = (
    "board_text",
    "board_pupil",
    "board_name",
    "board_shared",
    "board_hidden_pages",
    "board_hidden_actions",
)
SURE = "board_sure"
MAX_MESSAGE = 300


def show_controls() -> None:
    """Show the buttons in a row, and the message of the last action."""
    with st.container(horizontal=True):
        with st.popover(_("Message to all"), icon=":material/campaign:"):
            _show_message()
        with st.popover(_("One visitor"), icon=":material/person:"):
            _show_visitor()
        with st.popover(_("What the class may do"), icon=":material/lock_open:"):
            _show_rules()
        with st.popover(_("Reset the room"), icon=":material/delete_sweep:"):
            _show_reset()
    flash.show(MESSAGE)


def _show_message() -> None:
    st.session_state.setdefault(TEXT, rules.rules().message)
    st.text_area(_("Message, at the top of each page"), key=TEXT, max_chars=MAX_MESSAGE)
    with st.container(horizontal=True):
        button(_("Show it to all"), "send", run_as_teacher, MESSAGE, _send, type="primary")
        button(_("Take it away"), "close", run_as_teacher, MESSAGE, _take_away)
    explained_caption(_("Everybody sees it with the next click."))


def _send() -> str:
    rules.write(message=st.session_state[TEXT])
    return _("Everybody sees the message with the next click.")


def _take_away() -> str:
    rules.write(message="")
    st.session_state[TEXT] = ""
    return _("The message is gone.")


def _show_visitor() -> None:
    found = {pupil.space.id: pupil for pupil in pupils()}
    if not found:
        explained_caption(_("Nobody has come yet."))
        return
    st.selectbox(
        _("Visitor"), list(found), format_func=lambda one: run_label(found[one]), key=PUPIL
    )
    with st.container(horizontal=True):
        button(_("Share the run with all"), "share", run_as_teacher, MESSAGE, _share)
        button(_("Stop the run"), "stop", run_as_teacher, MESSAGE, _stop)
        button(
            _("Delete the run"),
            "delete",
            run_as_teacher,
            MESSAGE,
            _delete,
            help=_("Its owner can bring it back on *Runs*, where the deleted runs are."),
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(_("Another name for this visitor"), key=NAME, max_chars=MAX_LENGTH)
        button(_("Rename"), "edit", run_as_teacher, MESSAGE, _rename)
    shared = {run.id: run.name for run in sharing.shared_runs()}
    if shared:
        st.selectbox(_("Shared with all"), list(shared), format_func=shared.__getitem__, key=SHARED)
        button(_("Share it no more"), "remove", run_as_teacher, MESSAGE, _unshare)


def _rename() -> str:
    space = spaces.find_space(st.session_state[PUPIL])
    renamed = spaces.rename(space, st.session_state[NAME])
    st.session_state[NAME] = ""
    return _("{old} is {new} now.").format(old=plain(space.name), new=plain(renamed.name))


def _chosen() -> tuple[Pupil, Run]:
    found = [pupil for pupil in pupils() if pupil.space.id == st.session_state[PUPIL]]
    if not found or found[0].run is None:
        raise ClassError(_("run: expected a visitor who has one, got one without; choose another"))
    return found[0], found[0].run


def _share() -> str:
    pupil, run = _chosen()
    run = sharing.share(run, pupil.space.name)
    return _("All have the run {name} in the sidebar now.").format(name=plain(run.name))


def _unshare() -> str:
    for run in sharing.shared_runs():
        if run.id == st.session_state[SHARED]:
            sharing.unshare(run)
            return _("{name} is shared no more.").format(name=plain(run.name))
    return _("It was shared no more already.")


def _stop() -> str:
    pupil, run = _chosen()
    if pupil.state not in ACTIVE_STATES:
        raise ClassError(
            _("run: expected one that trains or waits, got one that is {state}").format(
                state=pupil.state
            )
        )
    with storage.acting_in(pupil.space.home):
        launcher.stop(run)
    return _("The run of {name} stops after its step; it can go on later.").format(
        name=plain(pupil.space.name)
    )


def _delete() -> str:
    pupil, run = _chosen()
    with storage.acting_in(pupil.space.home):
        metadata.delete(run)
    return _("{run} of {owner} is deleted; its owner can bring it back on *Runs*.").format(
        run=plain(run.name), owner=plain(pupil.space.name)
    )


def _show_rules() -> None:
    now = rules.rules()
    names = [page.name for page in PAGES if page not in (START, OVERVIEW)]
    titles = {page.name: page.title for page in PAGES}
    st.session_state.setdefault(HIDDEN, sorted(now.hidden_pages & set(names)))
    st.session_state.setdefault(OFF, sorted(now.hidden_actions))
    st.multiselect(_("Hidden pages"), names, format_func=titles.__getitem__, key=HIDDEN)
    st.multiselect(_("Switched off"), rules.ACTIONS, format_func=str.capitalize, key=OFF)
    button(_("Set"), "check", run_as_teacher, MESSAGE, _set_rules, type="primary")


def _set_rules() -> str:
    rules.write(hidden_pages=st.session_state[HIDDEN], hidden_actions=st.session_state[OFF])
    return _("This holds for all visitors from the next click on.")


def _show_reset() -> None:
    st.markdown(
        _(
            "Stops all trainings of visitors, writes a **zip as backup**, and removes all names, "
            "runs and digits of visitors and all shared runs. Your own runs and digits stay, and "
            "the address and your link, too."
        )
    )
    sure = st.checkbox(_("I want to empty the room"), key=SURE)
    button(
        _("Reset"),
        "delete_sweep",
        run_as_teacher,
        MESSAGE,
        _reset,
        disabled=not sure,
        type="primary",
    )
    if kept := reset.backups():
        newest = kept[0]
        st.caption(
            _("Newest backup: {name}, {size:.1f} MB").format(
                name=newest.name, size=newest.stat().st_size / 1e6
            )
        )
        st.download_button(
            _("Download it"),
            data=newest.read_bytes,
            file_name=newest.name,
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
        )


def _reset() -> str:
    backup = reset.empty_room()
    st.session_state[SURE] = False
    return _(
        "The room is empty. The backup is {name}, in the folder `backups` of the room."
    ).format(name=backup.name)
