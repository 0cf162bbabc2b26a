"""The first two stations: the own digit on the pad, and in all layers of the network."""

import numpy as np
import streamlit as st

from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.flow.digit_flow import digit_flow
from mnistviz.ui.shared.page_registry import DRAW, FEATURE_MAPS, KERNELS
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.start import texts
from mnistviz.ui.start.own_drawing import keep_drawing, own_drawing, test_digit
from mnistviz.ui.start.stations import finish, guess, show_solution, show_ways_on

# The smallest number of values for which the answer is the last one.
MANY_VALUES = 10_000


@st.fragment
@errors_shown()
def show_drawing_station(number: int, snapshot: Snapshot) -> None:
    """Show the pad at once, and the question beside it."""
    explained(texts.DRAW.sentence)
    drawn = own_drawing()
    pad, question = st.columns([5, 3], gap="medium")
    with pad:
        digit_flow(snapshot, drawn, keep_drawing, key="start_pad", pad_only=True)
    with question:
        given = guess(number, texts.DRAW)
        if given is not None:
            show_solution(given, texts.DRAW.answers[texts.DRAW.right], texts.DRAW.solution)
            if drawn.strokes:
                finish(number)
    show_ways_on(number, [DRAW], guessed=given is not None, then=texts.DRAW_FIRST)


@st.fragment
@errors_shown()
def show_layers_station(number: int, snapshot: Snapshot) -> None:
    """Show the own digit in all layers, after the guess."""
    explained(texts.LAYERS.sentence)
    given = guess(number, texts.LAYERS)
    if given is not None:
        count = values_computed(snapshot)
        right = texts.LAYERS.answers[texts.LAYERS.right if count > MANY_VALUES else 1]
        solution = texts.LAYERS.solution.format(
            count=count,
            parameters=snapshot.run.spec.model.parameters,
            point=texts.TAP if is_narrow() else texts.POINT_AT,
        )
        show_solution(given, right, solution)
        drawn = own_drawing()
        if not drawn.strokes:
            explained_caption(texts.NO_DIGIT_YET)
        digit_flow(snapshot, drawn, keep_drawing, key="start_flow", other=test_digit())
        finish(number)
    show_ways_on(number, [FEATURE_MAPS, KERNELS], guessed=given is not None)


def values_computed(snapshot: Snapshot) -> int:
    """The number of values in the outputs of all convolutions and of the pooling."""
    layers = loaded_networks.network(snapshot).layers
    shapes = [layer.output_shape for layer in layers if layer.type in ("Conv2D", "MaxPooling2D")]
    return int(sum(np.prod(shape) for shape in shapes))
