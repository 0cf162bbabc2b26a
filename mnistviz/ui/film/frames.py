"""What the Film page shows of each snapshot, kept once it is computed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.mnist import load_mnist
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders, state
from mnistviz.ui.shared.compat import keep_libraries_loaded

if TYPE_CHECKING:
    # It brings TensorFlow, and no page waits for that to paint.
    from mnistviz.network.model import Classifier

# Slow enough to look at each, quick enough to see it move.
SECONDS_PER_FRAME = 0.9


def advance(steps: Sequence[int], number: int, *, playing: bool) -> None:
    """While the film plays, turn to the next snapshot at each tick; none is passed over."""
    shown_at = st.session_state.setdefault(state.FRAME, (number, time.monotonic()))
    if shown_at[0] != number:
        # The first pass of a frame: it stays until the next tick.
        st.session_state[state.FRAME] = (number, time.monotonic())
    elif playing and time.monotonic() - shown_at[1] >= SECONDS_PER_FRAME / 2:
        st.session_state[state.NEXT_SNAPSHOT] = steps[number + 1]
        st.rerun()


def largest_weight(run: Run, layer: str) -> float:
    """Largest magnitude of a layer's weights over all snapshots: one scale for the whole film."""
    steps = tuple(snapshots.steps_of(run))
    return _largest_weight(run.path, steps, layer, run)


@st.cache_data(max_entries=64, show_spinner=False)
def _largest_weight(path: Path, steps: tuple[int, ...], layer: str, _run: Run) -> float:
    return max(
        float(np.abs(loaders.weights(Snapshot(_run, step))[layer]["kernel"]).max())
        for step in steps
    )


@st.cache_resource(max_entries=8, show_spinner="Loading TensorFlow and the network …")
def _projector(spec: ModelSpec) -> tuple[Classifier, threading.Lock]:
    """One network of a spec, into which the weights of snapshot after snapshot are put."""
    from mnistviz.network.model import Classifier, build

    keep_libraries_loaded()
    return Classifier(build(spec)), threading.Lock()


@contextmanager
def _network_at(snapshot: Snapshot) -> Iterator[Classifier]:
    classifier, lock = _projector(snapshot.run.spec.model)
    with lock:
        classifier.network.set_weights(snapshots.in_order(loaders.weights(snapshot)))
        yield classifier


def activation(snapshot: Snapshot, image: FloatArray, layer: str) -> FloatArray:
    """Feature maps (height, width, channels) of a layer after its ReLU, for one image."""
    with _network_at(snapshot) as classifier:
        from mnistviz.inspection.image.feature_maps import stages

        found = [stage for stage in stages(classifier.network, image) if stage.layer == layer]
    return next(stage.values for stage in reversed(found) if stage.stage != "normalization")


def confusion(snapshot: Snapshot) -> NDArray[np.int64]:
    """Confusion matrix `(10, 10)` of a snapshot on the images its run was validated on."""
    return _confusion(snapshot.run.path, snapshot.step, snapshot.run)


@st.cache_data(max_entries=2048, show_spinner=False)
def _confusion(path: Path, step: int, _run: Run) -> NDArray[np.int64]:
    data = load_mnist()
    held_out = _run.spec.train.held_out
    images = data.x_train[-held_out:] if held_out else data.x_test
    labels = data.y_train[-held_out:] if held_out else data.y_test
    with _network_at(Snapshot(_run, step)) as classifier:
        from mnistviz.evaluation.scoring import evaluate

        return evaluate(classifier, images, labels).confusion
