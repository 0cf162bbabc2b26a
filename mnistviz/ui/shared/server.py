"""Work that the server does once, before its first visitor."""

import ctypes
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

import mnistviz.ui
from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import registry, snapshots
from mnistviz.ui.shared import loaded_networks

# The parameter M_ARENA_MAX of glibc's `mallopt`, and the number of its heaps.
M_ARENA_MAX, NUM_HEAPS = -8, 2


@asynccontextmanager
async def prepare(app: st.App) -> AsyncIterator[None]:
    """Load what the pages need before the server listens, in a second."""
    # Streamlit takes the folder `pages` for an older kind of app, whose pages it runs by
    # themselves, until app.py has run once.
    PagesManager.uses_pages_directory = False
    load_ahead()
    yield


def limit_heaps() -> None:
    """Have the threads of this process share two heaps.

    glibc gives each thread a heap of its own and keeps what was freed there. Streamlit runs each
    visitor's page in another thread: after a visit to all pages, that was 70 MB.
    """
    # Other systems have no such function.
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, NUM_HEAPS)


def load_ahead() -> None:
    """Import the modules of all pages, and load the data and the network that pages open with."""
    for module in pkgutil.walk_packages(mnistviz.ui.__path__, f"{mnistviz.ui.__name__}."):
        importlib.import_module(module.name)
    # A page that needs them says what is wrong with them.
    with suppress(MnistVizError), storage.acting_in(storage.room()):
        load_mnist()
        run = registry.find_run(registry.DEFAULT_RUN)
        loaded_networks.digit_reader(snapshots.latest_snapshot(run))
