"""A dashboard that trains a 14,000-parameter digit network and looks inside it."""

import os

__version__ = "0.2.0"

# Before anything imports TensorFlow: without its greetings on every command's standard error.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Keras may be set to another library, in its own settings or in the environment.
os.environ["KERAS_BACKEND"] = "tensorflow"
