"""The content of the Film page for each snapshot, cached once it is computed."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.data_sets.library import data_of
from mnistviz.evaluation.scoring import evaluate
from mnistviz.inspection.image.feature_maps import stages
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.loaded_networks import HASH_FUNCS


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASH_FUNCS)
def largest_weight(film: tuple[Snapshot, ...], layer: str) -> float:
    """The largest magnitude of a layer's weights in all snapshots: one scale for the film."""
    return max(
        float(np.abs(loaded_networks.weights(snapshot)[layer]["kernel"]).max()) for snapshot in film
    )


def feature_maps(snapshot: Snapshot, image: FloatArray, layer: str) -> FloatArray:
    """Feature maps (height, width, channels) of a layer after its ReLU, for one image."""
    outputs = [each for each in stages(load(snapshot), image) if each.layer == layer]
    return next(each.values for each in reversed(outputs) if each.stage != "normalization")


@st.cache_data(max_entries=2048, show_spinner=False, hash_funcs=HASH_FUNCS)
def confusion(snapshot: Snapshot) -> NDArray[np.int64]:
    """Confusion matrix `(10, 10)` of a snapshot on the images its run was validated on."""
    data = data_of(snapshot.run.spec.data)
    held_out = snapshot.run.spec.train.held_out
    images = data.x_train[-held_out:] if held_out else data.x_test
    labels = data.y_train[-held_out:] if held_out else data.y_test
    return evaluate(load(snapshot), images, labels).confusion
