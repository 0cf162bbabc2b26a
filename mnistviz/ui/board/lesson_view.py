"""The tasks of the lesson, each with a link that opens its view, and the worksheet."""

import streamlit as st

from mnistviz.classroom.lesson.tasks import PARTS, TASKS, Task
from mnistviz.classroom.lesson.worksheet import as_html
from mnistviz.texts import _
from mnistviz.ui.shared.classroom.address import class_address
from mnistviz.ui.shared.words.explained import explained_caption

SOLUTION = "board_solutions"


def show_lesson() -> None:
    """Show the tasks, part by part. The solution of each is shown on request."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(_("Show the solutions"), key=SOLUTION)
        st.download_button(
            _("Worksheet, to print"),
            data=as_html,
            file_name="worksheet.html",
            mime="text/html",
            icon=":material/print:",
            on_click="ignore",
        )
    explained_caption(
        _(
            "90 minutes: ask, let everybody guess, open the link, look. `docs/lesson.md` has "
            "goals and order."
        )
    )
    number = 0
    for part in PARTS:
        st.subheader(part, anchor=False)
        for task in TASKS:
            if task.part == part:
                number += 1
                _show_task(number, task)


def _show_task(number: int, task: Task) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{number}. {task.question}** · " + _("{minutes} min").format(minutes=task.minutes)
        )
        st.markdown(" · ".join(task.answers))
        with st.container(horizontal=True, vertical_alignment="center"):
            address = f"{class_address()}{task.path}"
            st.link_button(_("Open"), address, icon=":material/open_in_new:")
            st.markdown(task.do, width="stretch")
        if st.session_state.get(SOLUTION):
            st.success(f"**{task.answers[task.right]}.** {task.solution}")
