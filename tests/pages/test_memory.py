"""What a server does between two reruns."""

import gc
import time

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
