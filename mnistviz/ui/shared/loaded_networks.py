"""Networks of snapshots and their answers, cached between reruns and shared by all sessions.

TensorFlow is imported when a network is loaded: no page waits for it before its first paint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.inspection.channels import channel_results
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared.compat import keep_libraries_loaded

if TYPE_CHECKING:
    from mnistviz.evaluation.calibration import Calibration
    from mnistviz.evaluation.digit_reader import DigitReader
    from mnistviz.inspection.channels.knockout import Knockout
    from mnistviz.inspection.image.attribution import Attribution, Explainer, Method
    from mnistviz.inspection.image.preferred_input import ChannelGradients
    from mnistviz.network.model import Classifier


def snapshot_key(snapshot: Snapshot) -> tuple[str, int]:
    """The key of a snapshot in Streamlit's caches: the run's folder and the step."""
    return str(snapshot.run.path), snapshot.step


HASH_FUNCS: dict[str | type[Any], Callable[[Any], Any]] = {Snapshot: snapshot_key}


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASH_FUNCS)
def weights(snapshot: Snapshot) -> dict[str, dict[str, FloatArray]]:
    """Weights of a snapshot by layer and name."""
    return snapshots.read(snapshot)


@st.cache_resource(
    max_entries=16, show_spinner="Loading TensorFlow and the network …", hash_funcs=HASH_FUNCS
)
def classifier(snapshot: Snapshot) -> Classifier:
    """The network of a snapshot, ready for inference."""
    from mnistviz.network.model import Classifier
    from mnistviz.runs.load import load

    keep_libraries_loaded()
    return Classifier(load(snapshot))


def classify(snapshot: Snapshot, image: FloatArray) -> FloatArray:
    """Probabilities `(10,)` of an image `(28, 28)`."""
    return cast(FloatArray, classifier(snapshot).classify(image[None])[0])


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=HASH_FUNCS)
def stages(snapshot: Snapshot, image: FloatArray) -> tuple[LayerOutput, ...]:
    """The maps of every layer of a snapshot for an image `(28, 28)`."""
    network = classifier(snapshot).network

    from mnistviz.inspection.image.feature_maps import stages as compute

    return compute(network, image)


@st.cache_resource(
    max_entries=64, show_spinner="Fitting the temperature, once …", hash_funcs=HASH_FUNCS
)
def calibration(snapshot: Snapshot) -> Calibration | None:
    """The calibration of a snapshot; None where no image was held out."""
    network = classifier(snapshot)

    from mnistviz.evaluation.calibration import calibration_of

    return calibration_of(snapshot, network)


def digit_reader(snapshot: Snapshot) -> DigitReader:
    """The network of a snapshot with its calibration, ready to read digits."""
    from mnistviz.evaluation.digit_reader import DigitReader

    return DigitReader(classifier(snapshot), calibration(snapshot))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=HASH_FUNCS)
def _explainer(snapshot: Snapshot) -> Explainer:
    from mnistviz.inspection.image.attribution import Explainer

    return Explainer(classifier(snapshot).network)


def attribution(
    snapshot: Snapshot,
    image: FloatArray,
    target: int,
    against: int | None,
    method: Method,
    layer: str,
) -> Attribution:
    """The attribution of a digit's score, or its difference to another, to an image `(28, 28)`."""
    # Methods that use no layer have one result for all layers.
    used_layer = layer if method == "grad-cam" else ""
    return _attribution(snapshot, image, target, against, method, used_layer)


# An attribution needs 3 kB.
@st.cache_resource(max_entries=1000, show_spinner=False, hash_funcs=HASH_FUNCS)
def _attribution(
    snapshot: Snapshot,
    image: FloatArray,
    target: int,
    against: int | None,
    method: Method,
    layer: str,
) -> Attribution:
    explainer = _explainer(snapshot)
    from mnistviz.inspection.image.attribution import attribute, contrast

    return attribute(explainer, image, contrast(target, against), method, layer)


@st.cache_resource(
    max_entries=16,
    show_spinner="Averaging the channels, once for this snapshot …",
    hash_funcs=HASH_FUNCS,
)
def knockout(snapshot: Snapshot) -> Knockout:
    """The network of a snapshot, with channels that can be switched off."""
    network = classifier(snapshot).network

    from mnistviz.inspection.channels.knockout import Knockout

    return Knockout(network, channel_results.channel_means(snapshot, network))


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=HASH_FUNCS)
def channel_gradients(snapshot: Snapshot, layer: str) -> ChannelGradients:
    """The values and gradients of a layer's channels."""
    from mnistviz.inspection.image.preferred_input import ChannelGradients

    return ChannelGradients(classifier(snapshot).network, snapshot.run.spec.model, layer)
