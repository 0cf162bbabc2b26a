"""The queue of trainings, looked at once a second for all sessions together."""

from pathlib import Path

import streamlit as st

from mnistviz.core import storage
from mnistviz.runs.queue import expected_time
from mnistviz.runs.queue.expected_time import Queue


def queue_now() -> Queue:
    """Return the queue of this server as it was within the last second."""
    return _look(storage.room())


@st.cache_resource(ttl=1.0, max_entries=4, show_spinner=False)
def _look(room: Path) -> Queue:
    return expected_time.look(room)
