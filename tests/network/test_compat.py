"""The workarounds for Keras: each test fails as soon as its workaround is no longer needed."""

import gc
import inspect

import keras
import pytest
from keras.src.backend.common import global_state
from streamlit.runtime.scriptrunner import script_runner
from tensorflow.python.eager import context

from mnistviz.network import compat


def test_keep_compiled_is_needed_as_streamlit_clears_keras_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: calls.append(True))
    script_runner._clean_problem_modules()
    assert calls, "Streamlit leaves Keras alone: remove keep_compiled"


def test_keep_compiled_is_needed_as_keras_clears_the_kernel_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(context.Context, "clear_kernel_cache", lambda self: calls.append(True))
    global_state.clear_session(free_memory=False)
    assert calls, "Keras keeps the kernels: remove keep_compiled"


def test_freeze_is_needed_as_streamlit_collects_garbage_after_a_rerun() -> None:
    source = inspect.getsource(script_runner)
    assert "gc.collect(" in source, "Streamlit collects no garbage: remove freeze_loaded_objects"


def test_keep_compiled_lets_nothing_clear_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[bool] = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: calls.append(True))
    compat.keep_compiled()
    keras.backend.clear_session()
    assert not calls


def test_freeze_excludes_objects_from_collections() -> None:
    before = gc.get_freeze_count()
    some = [[number] for number in range(100)]
    compat.freeze_loaded_objects()
    assert gc.get_freeze_count() >= before + len(some)
