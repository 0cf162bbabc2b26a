"""Slow results on snapshots for pages: read from disk, or computed and stored with progress."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import (
    ActivationSurvey,
    LayerAblation,
    LayerStatistics,
    PreferredInputs,
    Replacement,
)
from mnistviz.core.types.progress import Progress, no_progress
from mnistviz.digits.data_sets.library import data_of
from mnistviz.inspection import digit_maps, embedding
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.channels.activation_survey import survey
from mnistviz.inspection.digit_maps import DigitMap
from mnistviz.inspection.image.preferred_input import ChannelGradients, preferred_inputs
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared.loaded_networks import HASH_FUNCS, network

# ---------------------------------------------------------------- channels


def stored_survey(snapshot: Snapshot) -> dict[str, ActivationSurvey]:
    """The survey of the channels on the 10,000 test images, by layer; empty where not stored."""
    return channel_results.SURVEY.read(snapshot) or {}


def compute_survey(snapshot: Snapshot, progress: Progress) -> dict[str, ActivationSurvey]:
    """Compute and store the survey of the channels on the 10,000 test images."""
    data = data_of(snapshot.run.spec.data)
    surveys = survey(
        network(snapshot), data.x_test, data.y_test, lambda done: progress(done / len(data.x_test))
    )
    channel_results.SURVEY.write(snapshot, surveys)
    return surveys


def compute_statistics(snapshot: Snapshot, progress: Progress) -> dict[str, LayerStatistics]:
    """Compute and store the channel statistics over the 10,000 test images, by layer."""
    return channel_results.compute_statistics(snapshot, progress, network(snapshot))


def compute_ablation(
    snapshot: Snapshot, layer: str, replacement: Replacement, progress: Progress
) -> LayerAblation:
    """Compute and store the ablation of a layer on 2,000 test images, as many of each digit."""
    return channel_results.compute_ablation(
        snapshot, layer, replacement, channel_results.SUBSET_SIZE, progress
    )


def _preferred_inputs_cache(layer: str) -> ResultCache[PreferredInputs]:
    return ResultCache(f"preferred-{layer}", dataclass_codec(PreferredInputs))


def stored_preferred_inputs(snapshot: Snapshot, layer: str) -> PreferredInputs | None:
    """The preferred inputs of those of a layer's channels that are stored; None without any."""
    return _preferred_inputs_cache(layer).read(snapshot)


def compute_preferred_inputs(
    snapshot: Snapshot, layer: str, channels: Sequence[int], progress: Progress
) -> PreferredInputs:
    """Compute the preferred inputs of `channels` and store them with the earlier ones: all."""
    gradients = ChannelGradients(network(snapshot), layer)
    inputs = preferred_inputs(gradients, channels, progress)
    before = stored_preferred_inputs(snapshot, layer)
    if before is not None:
        inputs = before.with_more(inputs)
    _preferred_inputs_cache(layer).write(snapshot, inputs)
    return inputs


# ---------------------------------------------------------------- maps


@st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=HASH_FUNCS)
def train_map(snapshot: Snapshot, _progress: Progress = no_progress) -> DigitMap:
    """The map of the training images by a snapshot; computed once, in some seconds.

    The progress gets the number of images that are done.
    """
    images = data_of(snapshot.run.spec.data).x_train
    return digit_maps.TRAIN_MAP.get(
        snapshot, lambda: embedding.digit_map(network(snapshot), images, _progress)
    )


def has_train_map(snapshot: Snapshot) -> bool:
    """Whether the map of the 60,000 training images by a snapshot is stored."""
    return digit_maps.TRAIN_MAP.file_of(snapshot).exists()


def nearest_training(
    snapshot: Snapshot, image: FloatArray, count: int
) -> tuple[NDArray[np.int64], FloatArray]:
    """The training images with features nearest to an image's, nearest first, and the distances."""
    training = train_map(snapshot)
    own = _place(snapshot, image, training)
    chosen = digit_maps.nearest(own, training.places, count)
    distances: FloatArray = np.linalg.norm(training.places[chosen] - own, axis=1)
    return chosen, distances


@st.cache_resource(
    max_entries=16,
    show_spinner=_("Placing 10,000 digits, once for this snapshot …"),
    hash_funcs=HASH_FUNCS,
)
def digit_map(snapshot: Snapshot) -> DigitMap:
    """The map of the test images by a snapshot."""
    return embedding.map_of_test_images(snapshot, network(snapshot))


def place(snapshot: Snapshot, image: FloatArray) -> FloatArray:
    """The place (axes,) of an image `(28, 28)` on the map of the test images."""
    return _place(snapshot, image, digit_map(snapshot))


def _place(snapshot: Snapshot, image: FloatArray, among: DigitMap) -> FloatArray:
    features, _scores = embedding.last_features(network(snapshot), image[None])
    return cast(FloatArray, among.place(features)[0])


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=HASH_FUNCS)
def _tsne_plane(file: Path, snapshot: Snapshot) -> FloatArray | None:
    return digit_maps.TSNE_PLANE.read(snapshot)


def tsne_plane(snapshot: Snapshot) -> FloatArray | None:
    """The t-SNE map (10,000, 2) of the test images, or None where it is not stored."""
    file = digit_maps.TSNE_PLANE.file_of(snapshot)
    return _tsne_plane(file, snapshot) if file.exists() else None
