"""The content of the Film page for each snapshot, cached once it is computed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.compat import keep_libraries_loaded
from mnistviz.ui.shared.loaded_networks import HASH_FUNCS

if TYPE_CHECKING:
    # It imports TensorFlow, which no page imports before its first paint.
    from mnistviz.network.model import Classifier


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASH_FUNCS)
def largest_weight(film: tuple[Snapshot, ...], layer: str) -> float:
    """The largest magnitude of a layer's weights in all snapshots: one scale for the film."""
    return max(
        float(np.abs(loaded_networks.weights(snapshot)[layer]["kernel"]).max()) for snapshot in film
    )


@st.cache_resource(max_entries=8, show_spinner="Loading TensorFlow and the network …")
def _network(spec: ModelSpec) -> tuple[Classifier, threading.Lock]:
    """One network of a spec, which gets the weights of snapshot after snapshot."""
    from mnistviz.network.model import Classifier, build

    keep_libraries_loaded()
    return Classifier(build(spec)), threading.Lock()


@contextmanager
def _network_at(snapshot: Snapshot) -> Iterator[Classifier]:
    classifier, lock = _network(snapshot.run.spec.model)
    with lock:
        classifier.network.set_weights(snapshots.in_order(loaded_networks.weights(snapshot)))
        yield classifier


def feature_maps(snapshot: Snapshot, image: FloatArray, layer: str) -> FloatArray:
    """Feature maps (height, width, channels) of a layer after its ReLU, for one image."""
    with _network_at(snapshot) as classifier:
        from mnistviz.inspection.image.feature_maps import stages

        outputs = [each for each in stages(classifier.network, image) if each.layer == layer]
    return next(each.values for each in reversed(outputs) if each.stage != "normalization")


@st.cache_data(max_entries=2048, show_spinner=False, hash_funcs=HASH_FUNCS)
def confusion(snapshot: Snapshot) -> NDArray[np.int64]:
    """Confusion matrix `(10, 10)` of a snapshot on the images its run was validated on."""
    data = load_mnist()
    held_out = snapshot.run.spec.train.held_out
    images = data.x_train[-held_out:] if held_out else data.x_test
    labels = data.y_train[-held_out:] if held_out else data.y_test
    with _network_at(snapshot) as classifier:
        from mnistviz.evaluation.scoring import evaluate

        return evaluate(classifier, images, labels).confusion
