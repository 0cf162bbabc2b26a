"""Garbage collection and compiled networks between two reruns."""

import gc

import keras
import pytest
import streamlit as st

from tests.helpers.pages import open_page

pytestmark = pytest.mark.pages


def test_a_rerun_does_not_look_through_tensorflow_for_garbage() -> None:
    """Streamlit lets Keras collect garbage after each rerun: frozen objects are left out."""
    open_page("draw")
    open_page("microscope")
    assert gc.get_freeze_count() > 100_000
    # The collector only looks through objects that are not frozen.
    assert len(gc.get_objects()) < gc.get_freeze_count() / 2


@pytest.mark.parametrize("name", ["microscope", "film"])
def test_a_rerun_leaves_the_networks_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit lets Keras clear its session after each rerun, which takes 50 ms."""
    cleared = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: cleared.append(name))
    st.cache_resource.clear()
    page = open_page(name)
    cleared.clear()
    page.run()
    assert not cleared
