"""What a server does, and does not do, between two reruns."""

import gc
import time

import pytest

from .driver import open_page


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


def test_a_rerun_leaves_the_networks_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit has Keras clear its session after each: the next answer came 50 ms later."""
    from tensorflow.python.eager.context import Context

    page = open_page("microscope")
    cleared: list[Context] = []
    monkeypatch.setattr(Context, "clear_kernel_cache", lambda context: cleared.append(context))
    page.run()
    assert not cleared
