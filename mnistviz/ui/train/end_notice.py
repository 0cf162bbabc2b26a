"""How Train tells a person who looks elsewhere: the tab's title, and a notice at the end.

The notice is a sound and a notification of the browser. The page has to be open, in any tab: the
browser polls the panel there, too, in a tab of the background at least once a minute.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from mnistviz.runs.run_state import ACTIVE_STATES, State
from mnistviz.texts import _
from mnistviz.ui.shared.browser_script import script_component
from mnistviz.ui.shared.texts import STATE_NAMES
from mnistviz.ui.shared.words.explained import explained_caption

NOTIFY = "train_notify"
TITLE = "mnistviz"
_KEY = "end_notice"
_component = script_component("mnistviz_end_notice", Path(__file__).with_suffix(".js"))


def show_switch() -> None:
    """Show the switch for a notice at the end; the browser asks for its permission at the click."""
    st.toggle(
        _("Tell me when it ends"),
        key=NOTIFY,
        persist_state="session",
        help=_(
            "A sound and a notification of your browser, also while you look at another tab or "
            "window. Leave this page open."
        ),
    )
    reported = st.session_state.get(_KEY) or {}
    if st.session_state[NOTIFY] and reported.get("permission") not in (None, "granted"):
        explained_caption(
            _("This browser shows no notifications of this page: there will be a sound only.")
        )


def watch_end(run_id: str, name: str, current: State, result: str) -> None:
    """Have the browser tell that the run has ended, if it saw it active before.

    `result` says how it ended.
    """
    _component(
        key=_KEY,
        data={
            "run": run_id,
            "active": current in ACTIVE_STATES,
            "wanted": bool(st.session_state.get(NOTIFY)),
            "switch": NOTIFY,
            "title": f"{name}: {STATE_NAMES[current]}",
            "text": result,
        },
        height=1,
        # The run that follows shows what the browser allows.
        on_permission_change=lambda: None,
    )


def tab_title(share: float | None) -> str:
    """Return the title of the tab: with the share that is done, in [0, 1], while a run is active.

    The share is rounded down, so that 100 % is the end.
    """
    return TITLE if share is None else f"{int(100 * share)} % · {TITLE}"
