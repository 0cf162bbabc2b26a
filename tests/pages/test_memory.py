"""What a server does, and does not do, between two reruns."""

import gc
import time

import keras
import pytest
import streamlit as st

from tests.helpers.pages import open_page


def test_a_rerun_does_not_look_through_tensorflow_for_garbage() -> None:
    """Streamlit has Keras collect garbage after each: that took 0.15 s, of every session."""
    open_page("draw")
    open_page("microscope")
    assert gc.get_freeze_count() > 100_000
    started = time.perf_counter()
    gc.collect()
    frozen = time.perf_counter() - started
    gc.unfreeze()
    started = time.perf_counter()
    gc.collect()
    everything = time.perf_counter() - started
    gc.freeze()
    assert frozen < everything / 2


@pytest.mark.parametrize("name", ["microscope", "film"])
def test_a_rerun_leaves_the_networks_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit has Keras clear its session after each: the next answer came 50 ms later."""
    cleared = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: cleared.append(name))
    st.cache_resource.clear()
    page = open_page(name)
    cleared.clear()
    page.run()
    assert not cleared
