"""What pages load, kept between reruns and shared by all sessions."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.assets import ASSETS
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.inspection import (
    ActivationSurvey,
    LayerAblation,
    LayerOutput,
    LayerStatistics,
    PreferredInputs,
    Replacement,
)
from mnistviz.core.types.training import MetricRow, WatchedAnswers
from mnistviz.digits.mnist import load_mnist
from mnistviz.inspection import digit_maps
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.digit_maps import DigitMap
from mnistviz.runs import snapshots
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run
from mnistviz.runs.result_cache import ResultCache, dataclass_codec
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    # Imported where it is needed: it brings TensorFlow, and no page waits for that to paint.
    from mnistviz.evaluation.calibration import Calibration
    from mnistviz.inspection.channels.knockout import Knockout
    from mnistviz.inspection.image.attribution import Attribution, Explainer, Method
    from mnistviz.inspection.image.preferred_input import ChannelGradients
    from mnistviz.network.model import Classifier

PUBLISHED_LOG = ASSETS / "reference_log.csv"


@st.cache_data
def published_log() -> tuple[MetricRow, ...]:
    """The published training log as rows; a step is an epoch."""
    rows: list[MetricRow] = []
    seconds = 0.0
    with PUBLISHED_LOG.open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            epoch, rate = int(line["epoch"]), float(line["learning_rate"])
            seconds += float(line["seconds"])
            loss, accuracy = float(line["loss"]), float(line["accuracy"])
            val_loss, val_accuracy = float(line["val_loss"]), float(line["val_accuracy"])
            rows.append(MetricRow(epoch, epoch, "train", loss, accuracy, rate, seconds))
            rows.append(
                MetricRow(epoch, epoch, "validation", val_loss, val_accuracy, rate, seconds)
            )
    return tuple(rows)


@st.cache_resource(max_entries=256, show_spinner=False)
def _reader(path: Path) -> MetricsReader:
    return MetricsReader(path)


def metrics(run: Run) -> tuple[MetricRow, ...]:
    """All rows of a run so far. A poll parses only what is new, whoever asked last."""
    return _reader(run.metrics_file).poll()


def events(run: Run) -> tuple[dict[str, Any], ...]:
    """All events of a run so far: start, pauses, learning rates that a person set."""
    return _reader(run.metrics_file).events()


def guesses(run: Run) -> tuple[WatchedAnswers, ...]:
    """What a run made of the watched digits so far."""
    return _reader(run.metrics_file).guesses()


@st.cache_data(max_entries=64, show_spinner=False)
def _weights(path: Path, step: int, _run: Run) -> dict[str, dict[str, FloatArray]]:
    return snapshots.read(Snapshot(_run, step))


def weights(snapshot: Snapshot) -> dict[str, dict[str, FloatArray]]:
    """Weights of a snapshot by layer and name."""
    return _weights(snapshot.run.path, snapshot.step, snapshot.run)


@st.cache_resource(max_entries=16, show_spinner="Loading TensorFlow and the network …")
def _classifier(path: Path, step: int, _run: Run) -> Classifier:
    from mnistviz.network.model import Classifier
    from mnistviz.runs.load import load

    leave_libraries_alone()
    return Classifier(load(Snapshot(_run, step)))


@st.cache_resource(show_spinner=False)
def leave_libraries_alone() -> None:
    """Keep what is loaded and compiled by now from one rerun to the next.

    After every rerun of every session Streamlit has Keras clear its session, and collects
    garbage: with the libraries' 300,000 objects, 0.15 s in which nothing else runs.
    """
    from mnistviz.network.compat import keep_compiled

    keep_compiled()
    gc.collect()
    gc.freeze()


def classifier(snapshot: Snapshot) -> Classifier:
    """The network of a snapshot, ready to answer."""
    return _classifier(snapshot.run.path, snapshot.step, snapshot.run)


def classify(snapshot: Snapshot, image: FloatArray) -> FloatArray:
    """Probabilities `(10,)` of an image `(28, 28)`."""
    return cast(
        FloatArray,
        _classifier(snapshot.run.path, snapshot.step, snapshot.run).classify(image[None])[0],
    )


def reader(snapshot: Snapshot) -> Callable[[FloatArray], FloatArray]:
    """What gives logits `(n, 10)` of images `(n, 28, 28)`."""
    return _classifier(snapshot.run.path, snapshot.step, snapshot.run).logits


def stages(snapshot: Snapshot, image: FloatArray) -> tuple[LayerOutput, ...]:
    """What every layer of a snapshot makes of an image `(28, 28)`."""
    return _stages(snapshot.run.path, snapshot.step, snapshot.run, image)


# Asked for again by other pages and at each step of the microscope; an image's are 360 kB.
@st.cache_resource(max_entries=32, show_spinner=False)
def _stages(path: Path, step: int, _run: Run, image: FloatArray) -> tuple[LayerOutput, ...]:
    classifier = _classifier(path, step, _run)

    from mnistviz.inspection.image.feature_maps import stages as compute

    return compute(classifier.network, image)


def kept_survey(snapshot: Snapshot) -> dict[str, ActivationSurvey]:
    """What the channels do on the 10,000 test images, by layer; empty where not yet worked out."""
    return channel_results.SURVEY.read(snapshot) or {}


def make_survey(
    snapshot: Snapshot, progress: Callable[[float], object]
) -> dict[str, ActivationSurvey]:
    """Work it out, and keep it on disk. `progress` is told the share that is done."""
    network = _classifier(snapshot.run.path, snapshot.step, snapshot.run).network

    from mnistviz.inspection.channels.activation_survey import survey

    data = load_mnist()
    found = survey(
        network, data.x_test, data.y_test, lambda done: progress(done / len(data.x_test))
    )
    channel_results.SURVEY.write(snapshot, found)
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _channel_gradients(path: Path, step: int, layer: str, _run: Run) -> ChannelGradients:
    from mnistviz.inspection.image.preferred_input import ChannelGradients

    return ChannelGradients(_classifier(path, step, _run).network, _run.spec.model, layer)


def kept_preferred(snapshot: Snapshot, layer: str) -> PreferredInputs | None:
    """The preferred inputs of a layer's channels that were found so far; None where none was."""
    return preferred_cache(layer).read(snapshot)


def preferred_cache(layer: str) -> ResultCache[PreferredInputs]:
    """The cache of the preferred inputs of a layer's channels."""
    return ResultCache(f"preferred-{layer}", dataclass_codec(PreferredInputs))


def make_preferred(
    snapshot: Snapshot, layer: str, channels: Sequence[int], progress: Callable[[float], object]
) -> PreferredInputs:
    """Find those of `channels`, and keep them on disk beside those found before: returns all."""
    channel_gradients = _channel_gradients(snapshot.run.path, snapshot.step, layer, snapshot.run)

    from mnistviz.inspection.image.preferred_input import preferred_inputs

    found = preferred_inputs(channel_gradients, channels, progress)
    before = kept_preferred(snapshot, layer)
    if before is not None:
        found = before.with_more(found)
    preferred_cache(layer).write(snapshot, found)
    return found


def logits(snapshot: Snapshot, image: FloatArray) -> FloatArray:
    """Logits `(10,)` of an image `(28, 28)`."""
    return cast(
        FloatArray,
        _classifier(snapshot.run.path, snapshot.step, snapshot.run).logits(image[None])[0],
    )


@st.cache_resource(max_entries=64, show_spinner="Fitting the temperature, once …")
def _calibration(path: Path, step: int, _run: Run) -> Calibration | None:
    classifier = _classifier(path, step, _run)

    from mnistviz.evaluation.calibration import temperature

    return temperature(Snapshot(_run, step), classifier)


def calibration(snapshot: Snapshot) -> Calibration | None:
    """What makes a snapshot's probabilities honest; None where no image was held out."""
    return _calibration(snapshot.run.path, snapshot.step, snapshot.run)


def probabilities(snapshot: Snapshot, logits: FloatArray) -> FloatArray:
    """Probabilities `(10,)` of logits `(10,)`, calibrated where the run can be."""
    found = calibration(snapshot)

    from mnistviz.evaluation.calibration import probabilities as calibrated

    return calibrated(logits, found)


@st.cache_resource(max_entries=4, show_spinner=False)
def _train_map(path: Path, step: int, _run: Run) -> DigitMap:
    network = _classifier(path, step, _run).network

    from mnistviz.inspection.embedding import digit_map

    images = load_mnist().x_train
    return digit_maps.TRAIN_MAP.get(Snapshot(_run, step), lambda: digit_map(network, images))


def has_train_map(snapshot: Snapshot) -> bool:
    """Whether the 60,000 training images have been described by a snapshot."""
    return digit_maps.TRAIN_MAP.file_of(snapshot).exists()


def train_map(snapshot: Snapshot) -> DigitMap:
    """The training images by the last hidden features of a snapshot; takes some seconds once."""
    return _train_map(snapshot.run.path, snapshot.step, snapshot.run)


def nearest_training(
    snapshot: Snapshot, image: FloatArray, count: int
) -> tuple[NDArray[np.int64], FloatArray]:
    """The training images described most like an image `(28, 28)`, nearest first, how far each."""
    network = _classifier(snapshot.run.path, snapshot.step, snapshot.run).network

    from mnistviz.inspection.embedding import last_features

    described = train_map(snapshot)
    here = described.place(last_features(network, image[None])[0])[0]
    chosen = digit_maps.nearest(here, described.places, count)
    distances: FloatArray = np.linalg.norm(described.places[chosen] - here, axis=1)
    return chosen, distances


@st.cache_resource(max_entries=16, show_spinner=False)
def _explainer(path: Path, step: int, _run: Run) -> Explainer:
    from mnistviz.inspection.image.attribution import Explainer

    return Explainer(_classifier(path, step, _run).network)


def attribution(
    snapshot: Snapshot,
    image: FloatArray,
    target: int,
    against: int | None,
    method: Method,
    layer: str,
) -> Attribution:
    """Which pixels of an image `(28, 28)` speak for a digit against another one, or alone."""
    # Kept for all layers where the method looks at none.
    looks_at = layer if method == "grad-cam" else ""
    return _attribution(
        snapshot.run.path, snapshot.step, snapshot.run, image, target, against, method, looks_at
    )


# An attribution is 3 kB.
@st.cache_resource(max_entries=1000, show_spinner=False)
def _attribution(
    path: Path,
    step: int,
    _run: Run,
    image: FloatArray,
    target: int,
    against: int | None,
    method: Method,
    layer: str,
) -> Attribution:
    explainer = _explainer(path, step, _run)
    from mnistviz.inspection.image.attribution import attribute, contrast

    return attribute(explainer, image, contrast(target, against), method, layer)


@st.cache_resource(max_entries=16, show_spinner="Averaging the channels, once for this snapshot …")
def _knockout(path: Path, step: int, _run: Run) -> Knockout:
    network = _classifier(path, step, _run).network

    from mnistviz.inspection.channels.knockout import Knockout

    return Knockout(network, channel_results.channel_means(Snapshot(_run, step), network))


def knockout(snapshot: Snapshot) -> Knockout:
    """The network of a snapshot, with channels that can be switched off."""
    return _knockout(snapshot.run.path, snapshot.step, snapshot.run)


def make_moments(
    snapshot: Snapshot, progress: Callable[[float], object]
) -> dict[str, LayerStatistics]:
    """Work out how the channels vary over the 10,000 test images, and keep it on disk."""
    network = _classifier(snapshot.run.path, snapshot.step, snapshot.run).network
    return channel_results.compute_statistics(snapshot, progress, network)


def make_ablation(
    snapshot: Snapshot, layer: str, replacement: Replacement, progress: Callable[[float], object]
) -> LayerAblation:
    """Switch channels off on 2,000 test images, as many of each digit; it is kept on disk."""
    return channel_results.compute_ablation(
        snapshot, layer, replacement, channel_results.SUBSET_SIZE, progress
    )


@st.cache_resource(max_entries=16, show_spinner="Placing 10,000 digits, once for this snapshot …")
def _digit_map(path: Path, step: int, _run: Run) -> DigitMap:
    network = _classifier(path, step, _run).network

    from mnistviz.inspection.embedding import map_of_test_images

    return map_of_test_images(Snapshot(_run, step), network)


def digit_map(snapshot: Snapshot) -> DigitMap:
    """The test images by the last hidden features of a snapshot."""
    return _digit_map(snapshot.run.path, snapshot.step, snapshot.run)


def place(snapshot: Snapshot, image: FloatArray) -> FloatArray:
    """Where an image `(28, 28)` lies among the test images, along their axes."""
    network = _classifier(snapshot.run.path, snapshot.step, snapshot.run).network

    from mnistviz.inspection.embedding import last_features

    places = digit_map(snapshot).place(last_features(network, image[None])[0])
    return cast(FloatArray, places[0])


@st.cache_data(max_entries=16, show_spinner=False)
def _plane(file: Path, _run: Run, step: int) -> FloatArray | None:
    return digit_maps.TSNE_PLANE.read(Snapshot(_run, step))


def tsne(snapshot: Snapshot) -> FloatArray | None:
    """The t-SNE map (10,000, 2) of the test images, None as long as nobody has worked it out."""
    file = digit_maps.TSNE_PLANE.file_of(snapshot)
    return _plane(file, snapshot.run, snapshot.step) if file.exists() else None
