"""Results that are computed when a person asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.shared.words.explained import explained_caption

Result = TypeVar("Result")
Progress = Callable[[float], object]


@dataclass(frozen=True)
class OnDemand:
    """A button that starts a computation, then its progress, then its result.

    Who asked once is not asked again for other layers, channels or snapshots: the session's state
    remembers it under `name`, until a person stops the computation.
    """

    name: str
    label: str
    icon: str
    help: str
    caption: str = ""
    type: Literal["primary", "secondary"] = "secondary"
    stoppable: bool = False
    on_stop: Callable[[], None] | None = None

    def need(
        self, text: str, compute: Callable[[Progress], Result], *, done: float = 0.0
    ) -> Result | None:
        """Return the result, or show the button and return None where nobody has asked.

        `compute` gets a function that shows the share of the work that is done, in [0, 1]; `done`
        is the share at its start, `text` says what is computed.
        """
        if st.session_state.get(self._asked):
            return self.compute(text, compute, done=done)
        st.button(
            self.label,
            icon=self.icon,
            type=self.type,
            key=f"{self.name}_start",
            help=self.help,
            on_click=self.ask,
        )
        if self.caption:
            explained_caption(self.caption)
        return None

    def compute(
        self, text: str, compute: Callable[[Progress], Result], *, done: float = 0.0
    ) -> Result:
        """Return the result of `compute`; until then show its progress, and a way to stop it."""
        slot = st.empty()
        with slot.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(done, text)
            if self.stoppable:
                # A click ends this run of the script. The text tells apart the buttons of a page
                # that computes one result after the other.
                key = f"{self.name}_stop_{text}"
                st.button(_("Stop"), icon=":material/stop:", key=key, on_click=self.stop)
        result = compute(lambda share: bar.progress(share, text))
        slot.empty()
        return result

    def ask(self) -> None:
        """Remember that a person asked."""
        st.session_state[self._asked] = True

    def stop(self) -> None:
        """Forget that a person asked."""
        st.session_state[self._asked] = False
        if self.on_stop:
            self.on_stop()

    @property
    def _asked(self) -> str:
        return f"{self.name}_asked"
