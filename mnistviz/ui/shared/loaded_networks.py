"""Networks of snapshots and their answers, cached between reruns and shared by all sessions."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.evaluation import second_look
from mnistviz.evaluation.calibration import Calibration, calibration_of, with_calibration
from mnistviz.evaluation.calibration import probabilities as calibrated
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.evaluation.second_look import SecondLook
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.channels.knockout import Knockout
from mnistviz.inspection.image import attribution as attributions
from mnistviz.inspection.image import feature_maps
from mnistviz.inspection.image.attribution import Attribution, Method, contrast
from mnistviz.network.network import Network
from mnistviz.runs import snapshots
from mnistviz.runs.load import load
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _


def snapshot_key(snapshot: Snapshot) -> tuple[str, int]:
    """The key of a snapshot in Streamlit's caches: the run's folder and the step."""
    return str(snapshot.run.path), snapshot.step


# Follows a probability.
NOT_CALIBRATED = _(" (not calibrated)")

HASH_FUNCS: dict[str | type[Any], Callable[[Any], Any]] = {Snapshot: snapshot_key}


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=HASH_FUNCS)
def weights(snapshot: Snapshot) -> dict[str, dict[str, FloatArray]]:
    """Weights of a snapshot by layer and name."""
    return snapshots.read(snapshot)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=HASH_FUNCS)
def network(snapshot: Snapshot) -> Network:
    """The network of a snapshot."""
    return load(snapshot)


def classify(snapshot: Snapshot, image: FloatArray) -> FloatArray:
    """Probabilities `(10,)` of an image `(28, 28)`, calibrated where they can be."""
    of_image: FloatArray = probabilities(snapshot, network(snapshot).logits(image[None]))[0]
    return of_image


def probabilities(snapshot: Snapshot, logits: FloatArray) -> FloatArray:
    """Probabilities `(n, 10)` of a snapshot's logits `(n, 10)`, calibrated where they can be."""
    return calibrated(logits, calibration(snapshot))


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=HASH_FUNCS)
def stages(snapshot: Snapshot, image: FloatArray) -> tuple[LayerOutput, ...]:
    """The maps of every layer of a snapshot for an image `(28, 28)`."""
    return feature_maps.stages(network(snapshot), image)


def calibration_note(snapshot: Snapshot) -> str:
    """The note after a probability of a snapshot that is not calibrated, empty for others."""
    return "" if calibration(snapshot) else NOT_CALIBRATED


def calibrated_stages(snapshot: Snapshot, image: FloatArray) -> tuple[LayerOutput, ...]:
    """The maps of every layer for an image `(28, 28)`, with calibrated probabilities at the end."""
    return with_calibration(stages(snapshot, image), calibration(snapshot))


@st.cache_resource(
    max_entries=64, show_spinner=_("Fitting the temperature, once …"), hash_funcs=HASH_FUNCS
)
def calibration(snapshot: Snapshot) -> Calibration | None:
    """The calibration of a snapshot; None where no image was held out."""
    # Where it is stored, no network is loaded.
    return calibration_of(snapshot)


def digit_reader(snapshot: Snapshot) -> DigitReader:
    """The network of a snapshot with its calibration, ready to read digits."""
    spec = snapshot.run.spec
    return DigitReader(
        network(snapshot), calibration(snapshot), spec.class_names, spec.data is None
    )


@st.cache_resource(
    max_entries=64,
    show_spinner=_("Calibrating the second look, once for this snapshot …"),
    hash_funcs=HASH_FUNCS,
)
def second_look_calibration(snapshot: Snapshot) -> Calibration | None:
    """The calibration of a snapshot's second look; None where no image was held out."""
    return second_look.calibration_of(snapshot)


# It keeps the seven versions: 22 kB.
@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=HASH_FUNCS)
def look_again(snapshot: Snapshot, image: FloatArray) -> SecondLook:
    """The second look of a snapshot at an image `(28, 28)`."""
    spec = snapshot.run.spec
    return second_look.read(
        network(snapshot),
        second_look_calibration(snapshot),
        image,
        spec.class_names,
        refuse=spec.data is None,
    )


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
    weights = contrast(target, against, snapshot.run.spec.model.num_classes)
    return attributions.attribute(network(snapshot), image, weights, method, layer)


@st.cache_resource(
    max_entries=16,
    show_spinner=_("Averaging the channels, once for this snapshot …"),
    hash_funcs=HASH_FUNCS,
)
def knockout(snapshot: Snapshot) -> Knockout:
    """The network of a snapshot, with channels that can be switched off."""
    means = channel_results.channel_means(snapshot, network(snapshot))
    return Knockout(network(snapshot), means)
