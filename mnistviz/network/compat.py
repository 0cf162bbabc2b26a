"""Workarounds for Keras, each with its reason."""

import keras


def keep_compiled() -> None:
    """From now on, let nothing in this process clear the session of Keras.

    That has TensorFlow forget the kernels of all functions: the next call of each takes 50 ms
    longer, whoever makes it. What it would free are names and graphs of the calling thread.
    """
    keras.backend.clear_session = lambda *_, **__: None
