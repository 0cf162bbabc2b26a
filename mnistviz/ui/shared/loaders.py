"""What pages load, kept between reruns and shared by all sessions."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
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
from mnistviz.runs import result_cache, snapshots
from mnistviz.runs.metrics_log import MetricsReader
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    # Imported where it is needed: it brings TensorFlow, and no page waits for that to paint.
    from mnistviz.evaluation.calibration import Calibration
    from mnistviz.evaluation.digit_reader import DigitReader
    from mnistviz.inspection.channels.knockout import Knockout
    from mnistviz.inspection.embedding import DigitMap
    from mnistviz.inspection.image.attribution import Attribution, Explainer, Method
    from mnistviz.inspection.image.preferred_input import Climber
    from mnistviz.network.model import Classifier

TRAIN_MAP = "train-map"
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
    by_layer: dict[str, dict[str, NDArray[Any]]] = {}
    for key, array in (result_cache.read(snapshot, "survey") or {}).items():
        layer, _, name = key.partition("/")
        by_layer.setdefault(layer, {})[name] = array
    try:
        return {layer: ActivationSurvey(**found) for layer, found in by_layer.items()}
    except TypeError:
        # Kept by another version of this program.
        return {}


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
    arrays = {
        f"{layer}/{name}": array
        for layer, one in found.items()
        for name, array in vars(one).items()
    }
    result_cache.write(snapshot, "survey", arrays)
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _climber(path: Path, step: int, layer: str, _run: Run) -> Climber:
    from mnistviz.inspection.image.preferred_input import Climber

    return Climber(_classifier(path, step, _run).network, _run.spec.model, layer)


def kept_preferred(snapshot: Snapshot, layer: str) -> PreferredInputs | None:
    """The preferred inputs of a layer's channels that were found so far; None where none was."""
    found = result_cache.read(snapshot, f"preferred-{layer}")
    try:
        return None if found is None else PreferredInputs(**found)
    except TypeError:
        # Kept by another version of this program.
        return None


def make_preferred(
    snapshot: Snapshot, layer: str, channels: Sequence[int], progress: Callable[[float], object]
) -> PreferredInputs:
    """Find those of `channels`, and keep them on disk beside those found before: returns all."""
    climber = _climber(snapshot.run.path, snapshot.step, layer, snapshot.run)

    from mnistviz.inspection.image.preferred_input import preferred_inputs

    found = preferred_inputs(climber, channels, progress)
    before = kept_preferred(snapshot, layer)
    if before is not None:
        found = before.with_more(found)
    with suppress(OSError):
        result_cache.write(snapshot, f"preferred-{layer}", vars(found))
    return found


@st.cache_resource(max_entries=64, show_spinner="Fitting the temperature, once …")
def _calibration(path: Path, step: int, _run: Run) -> Calibration | None:
    classifier = _classifier(path, step, _run)

    from mnistviz.evaluation.calibration import temperature

    return temperature(Snapshot(_run, step), classifier)


def calibration(snapshot: Snapshot) -> Calibration | None:
    """What makes a snapshot's probabilities honest; None where no image was held out."""
    return _calibration(snapshot.run.path, snapshot.step, snapshot.run)


def digit_reader(snapshot: Snapshot) -> DigitReader:
    """The network of a snapshot with its calibration, ready to read digits."""
    from mnistviz.evaluation.digit_reader import DigitReader

    return DigitReader(classifier(snapshot), calibration(snapshot))


@st.cache_resource(max_entries=4, show_spinner=False)
def _train_map(path: Path, step: int, _run: Run) -> DigitMap:
    network = _classifier(path, step, _run).network

    from mnistviz.digits.mnist import load_mnist
    from mnistviz.inspection.embedding import DigitMap, digit_map

    images = load_mnist().x_train
    found = result_cache.kept(
        Snapshot(_run, step), TRAIN_MAP, lambda: asdict(digit_map(network, images))
    )
    return DigitMap(**found)


def has_train_map(snapshot: Snapshot) -> bool:
    """Whether the 60,000 training images have been described by a snapshot."""
    return result_cache.file_of(snapshot, TRAIN_MAP).exists()


def train_map(snapshot: Snapshot) -> DigitMap:
    """The training images by the last hidden features of a snapshot; takes some seconds once."""
    return _train_map(snapshot.run.path, snapshot.step, snapshot.run)


def nearest_training(
    snapshot: Snapshot, image: FloatArray, count: int
) -> tuple[NDArray[np.int64], FloatArray]:
    """The training images described most like an image `(28, 28)`, nearest first, how far each."""
    network = _classifier(snapshot.run.path, snapshot.step, snapshot.run).network

    from mnistviz.inspection.embedding import last_features, nearest

    described = train_map(snapshot)
    here = described.place(last_features(network, image[None])[0])[0]
    chosen = nearest(here, described.places, count)
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

    from mnistviz.digits.mnist import load_mnist
    from mnistviz.inspection.channels.knockout import NUM_AVERAGED, Knockout, channel_means

    images = load_mnist().x_train[:NUM_AVERAGED]
    means = result_cache.kept(Snapshot(_run, step), "means", lambda: channel_means(network, images))
    return Knockout(network, means)


def knockout(snapshot: Snapshot) -> Knockout:
    """The network of a snapshot, with channels that can be switched off."""
    return _knockout(snapshot.run.path, snapshot.step, snapshot.run)


def make_moments(
    snapshot: Snapshot, progress: Callable[[float], object]
) -> dict[str, LayerStatistics]:
    """Work out how the channels vary over the 10,000 test images, and keep it on disk."""
    network = _classifier(snapshot.run.path, snapshot.step, snapshot.run).network

    from mnistviz.inspection.channels.channel_results import find_moments

    return find_moments(snapshot, progress, network)


def make_ablation(
    snapshot: Snapshot, layer: str, replacement: Replacement, progress: Callable[[float], object]
) -> LayerAblation:
    """Switch channels off on 2,000 test images, as many of each digit; it is kept on disk."""
    from mnistviz.inspection.channels.channel_results import find_ablation
    from mnistviz.inspection.channels.channel_results_files import FIRST_IMAGES

    return find_ablation(snapshot, layer, replacement, FIRST_IMAGES, progress)


@st.cache_resource(max_entries=16, show_spinner="Placing 10,000 digits, once for this snapshot …")
def _digit_map(path: Path, step: int, _run: Run) -> DigitMap:
    network = _classifier(path, step, _run).network

    from mnistviz.digits.mnist import load_mnist
    from mnistviz.inspection.embedding import DigitMap, digit_map
    from mnistviz.inspection.tsne_worker import MAP

    images = load_mnist().x_test
    found = result_cache.kept(Snapshot(_run, step), MAP, lambda: asdict(digit_map(network, images)))
    return DigitMap(**found)


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
    from mnistviz.inspection.tsne_worker import TSNE

    found = result_cache.read(Snapshot(_run, step), TSNE)
    return None if found is None else found["plane"]


def tsne(snapshot: Snapshot) -> FloatArray | None:
    """The t-SNE map (10,000, 2) of the test images, None as long as nobody has worked it out."""
    from mnistviz.inspection.tsne_worker import TSNE

    file = result_cache.file_of(snapshot, TSNE)
    return _plane(file, snapshot.run, snapshot.step) if file.exists() else None
