"""The effect of an edited kernel on a network's answer and on its accuracy on test images."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import Mnist
from mnistviz.evaluation.digit_reader import DigitReader
from mnistviz.network.kernel_edits import with_kernel
from mnistviz.network.network import Network
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.inputs import metric_with_note
from mnistviz.ui.shared.words.explained import explained_caption

# The first test images: enough for a change of a percent, and read in 0.1 s.
NUM_IMAGES = 1000


@dataclass(frozen=True)
class EditedKernel:
    """The kernel (height, width, inputs) float32 that a channel of a convolution has instead."""

    layer: str
    channel: int
    values: FloatArray


def show_effect(snapshot: Snapshot, image: FloatArray, kernel: EditedKernel | None) -> None:
    """Show what a kernel changes for an image `(28, 28)` and for test images; None: nothing yet."""
    if kernel is None:
        explained_caption(
            _(
                "Guess first: how much does one other kernel change? Change it, and the network's "
                "answer and accuracy with it appear here."
            )
        )
        return
    own = loaded_networks.digit_reader(snapshot)
    edited = DigitReader(
        with_kernel(own.network, kernel.layer, kernel.channel, kernel.values),
        own.calibration,
        own.class_names,
        own.refuses,
    )
    before, after = own.read(image), edited.read(image)
    data = data_of(snapshot.run.spec.data)
    accuracy, own_accuracy = accuracy_of(edited.network, data), _own_accuracy(snapshot)
    with st.container(horizontal=True):
        metric_with_note(
            _("Its answer with your kernel"),
            f"{after.name}, {after.probability:.1%}",
            _("before: {name}, {probability:.1%}").format(
                name=before.name, probability=before.probability
            ),
            "off" if after.digit == before.digit else "orange",
            width=280,
        )
        metric_with_note(
            _("Right of {num_images:,} test images").format(
                num_images=min(NUM_IMAGES, len(data.y_test))
            ),
            f"{accuracy:.1%}",
            _("before: {own_accuracy:.1%}").format(own_accuracy=own_accuracy),
            "off" if accuracy >= own_accuracy else "orange",
            width=280,
        )


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=loaded_networks.HASH_FUNCS)
def _own_accuracy(snapshot: Snapshot) -> float:
    return accuracy_of(loaded_networks.network(snapshot), data_of(snapshot.run.spec.data))


def accuracy_of(network: Network, data: Mnist) -> float:
    """Return the share of the first `NUM_IMAGES` test images that a network reads right."""
    answers = network.logits(data.x_test[:NUM_IMAGES]).argmax(axis=1)
    return float(np.mean(answers == data.y_test[:NUM_IMAGES]))
