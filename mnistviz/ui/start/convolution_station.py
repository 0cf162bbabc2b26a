"""The third station: a kernel slides over the own digit, number by number."""

from dataclasses import replace

import numpy as np
import streamlit as st

from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.image.feature_maps import input_of
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.layer_views.convolution_view import channel_of, convolution_view
from mnistviz.ui.shared.page_registry import KERNELS, MICROSCOPE
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.start import texts
from mnistviz.ui.start.own_drawing import own_image, test_digit
from mnistviz.ui.start.stations import finish, guess, show_solution, show_ways_on

LAYER = "conv1"


@st.fragment
@errors_shown()
def show_convolution_station(number: int, snapshot: Snapshot) -> None:
    """Show the channel of the first layer that responds most, after the guess."""
    station = texts.CONVOLUTION
    explained(station.sentence)
    given = guess(number, station)
    if given is not None:
        show_solution(given, station.answers[station.right], station.solution)
        image = own_image()
        if image is None:
            explained_caption(texts.NO_DIGIT_YET)
            image = test_digit()[0]
        weights = loaded_networks.weights(snapshot)
        channel = strongest_channel(snapshot, image)
        inputs = input_of(loaded_networks.network(snapshot), image, LAYER)
        shown = channel_of(snapshot.run.spec.model, weights, inputs, LAYER, channel)
        convolution_view(
            # The normalization comes later, on the page Microscope.
            replace(shown, gain=None, shift=None),
            key="start_convolution",
            kernel_id=f"{snapshot.run.id}/{snapshot.step}/{LAYER}/{channel}",
            input_name=texts.INPUT_NAME,
            map_name=texts.MAP_NAME.format(layer=LAYER, channel=channel),
            editable=False,
        )
        finish(number)
    show_ways_on(number, [MICROSCOPE, KERNELS], guessed=given is not None)


def strongest_channel(snapshot: Snapshot, image: FloatArray) -> int:
    """The channel of the first layer whose map of an image has the largest value."""
    outputs = loaded_networks.network(snapshot).outputs(image[np.newaxis])
    return int(outputs[LAYER][0].max(axis=(0, 1)).argmax())
