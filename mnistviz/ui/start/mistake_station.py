"""The last station: test images that the network reads wrong."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.digits.mnist import to_input
from mnistviz.evaluation import calibration
from mnistviz.evaluation.predictions import Answers, errors_of
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_registry import CHANNELS, EVALUATE, WHY
from mnistviz.ui.shared.texts import epochs_text
from mnistviz.ui.shared.words.explained import explained
from mnistviz.ui.shared.words.plain import plain
from mnistviz.ui.start import texts
from mnistviz.ui.start.stations import (
    columns,
    finish,
    guess,
    show_end,
    show_solution,
    show_ways_on,
)

PICTURE_SIZE = 168
# Below the one of the question.
NUM_MISTAKES = 20


@st.fragment
@errors_shown()
def show_mistakes_station(number: int, snapshot: Snapshot) -> None:
    """Show the mistake that the network was surest of, ask, and show more of them."""
    data = evaluated_set.test_set(None)
    answers = evaluated_set.answers(snapshot, data)
    wrong = errors_of(answers)
    station = texts.MISTAKES
    explained(
        station.sentence.format(
            run=plain(snapshot.run.name),
            epochs=epochs_text(snapshot.run, snapshot.step),
            total=len(data.labels),
            wrong=len(wrong),
        )
    )
    if not len(wrong):
        show_ways_on(number, [EVALUATE], guessed=True)
        return
    first = wrong[0]
    st.image(
        to_input(data.images[first]), width=PICTURE_SIZE, alt=texts.MISTAKE_PICTURE, clamp=True
    )
    given = guess(number, station)
    if given is not None:
        logits = answers.logits[first][None]
        found = calibration.probabilities(logits, loaded_networks.calibration(snapshot)).max()
        label, answer = int(data.labels[first]), int(answers.answers[first])
        solution = station.solution.format(label=label, answer=answer, probability=float(found))
        show_solution(given, str(label), solution, otherwise=texts.NOT_THE_LABEL)
        _show_more(answers, wrong[1 : NUM_MISTAKES + 1])
        finish(number)
        show_end()
    show_ways_on(number, [CHANNELS, EVALUATE, WHY], guessed=given is not None)


def _show_more(answers: Answers, numbers: NDArray[np.int64]) -> None:
    from mnistviz.charts.training.watched_digits import watched_digits_image

    picture = watched_digits_image(
        to_input(answers.data.images[numbers]),
        answers.data.labels[numbers],
        answers.answers[numbers].tolist(),
        columns(),
    )
    st.image(picture, alt=texts.MISTAKES_PICTURE.format(count=len(numbers)))
