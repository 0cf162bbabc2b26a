"""Workarounds for Keras and TensorFlow inside a Streamlit server, each with reason and versions.

`tests/network/test_compat.py` fails as soon as one of them is no longer needed.
"""

import gc

import keras


def keep_compiled() -> None:
    """Make `keras.backend.clear_session` do nothing in this process, for good.

    Streamlit 1.67 calls it after every rerun of every session, without a switch
    (`script_runner._clean_problem_modules`). Keras 3.15 then clears TensorFlow's kernel cache, and
    the next call of each traced function takes 50 ms longer. What it would free are the names and
    graphs of the calling thread.
    """
    keras.backend.clear_session = lambda *_, **__: None


def freeze_loaded_objects() -> None:
    """Exclude all objects that exist by now from garbage collection.

    Streamlit 1.67 collects garbage after every rerun of every session. With the 300,000 objects of
    TensorFlow 2.21 and its packages, a collection takes 0.15 s in which no other thread runs.
    """
    gc.collect()
    gc.freeze()
