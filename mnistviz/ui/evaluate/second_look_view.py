"""The second look on the Evaluate page: what it reads right, and the images that it changes."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.core.thresholds import ALPHA
from mnistviz.core.types.arrays import FloatArray
from mnistviz.evaluation import second_look
from mnistviz.evaluation.mcnemar import McNemarResult, compare
from mnistviz.evaluation.predictions import Answers, answers_of, keep_logits, known_logits
from mnistviz.evaluation.reliability import reliability
from mnistviz.evaluation.scoring import score
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.evaluate import evaluated_set
from mnistviz.ui.evaluate.image_gallery import HIGHEST_FIRST, show_gallery
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.inputs import metric_with_note, pick
from mnistviz.ui.shared.on_demand import OnDemand, Progress
from mnistviz.ui.shared.texts import count_of
from mnistviz.ui.shared.words.explained import explained, explained_caption

DEMAND = OnDemand(
    name="evaluate_second_look",
    label=_("Look seven times"),
    icon=":material/visibility:",
    help=_(
        "Seven versions of each image are read: for 10,000 images in about 10 s. The result is "
        "stored."
    ),
    type="primary",
    stoppable=True,
)


def show_second_look(snapshot: Snapshot, answers: Answers) -> NDArray[np.int64]:
    """Show accuracy and calibration of the second look, and the images that it changes.

    Returns the numbers of the images shown.
    """
    again = _second_answers(snapshot, answers)
    if again is None:
        return np.zeros(0, np.int64)
    result = compare(again.right, answers.right)
    _show_numbers(answers, again)
    explained(verdict_text(result))
    return _show_changes(answers, again)


def _second_answers(snapshot: Snapshot, answers: Answers) -> Answers | None:
    """The answers of the second look, None where they are not stored and nobody asked."""
    data = answers.data
    digest = evaluated_set.digest(data)
    logits = known_logits(snapshot, data, digest, "second")
    if logits is None:

        def compute(progress: Progress) -> FloatArray:
            count = len(data.labels)
            network = loaded_networks.network(snapshot)
            return second_look.logits(network, data.images, lambda done: progress(done / count))

        logits = DEMAND.need(
            _("Looking at {images} again …").format(images=count_of(len(data.labels), "image")),
            compute,
        )
        if logits is None:
            return None
        keep_logits(snapshot, digest, logits, "second")
    fitted = loaded_networks.second_look_calibration(snapshot)
    return answers_of(data, logits, None if fitted is None else fitted.temperature)


def _show_numbers(answers: Answers, again: Answers) -> None:
    count = len(answers.right)
    error = reliability(again.confidence, again.right).error
    wrong, wrong_again = int((~answers.right).sum()), int((~again.right).sum())
    with st.container(horizontal=True):
        accuracy = _("single look: {mean:.2%}").format(mean=answers.right.mean())
        metric_with_note(_("Accuracy, second look"), f"{again.right.mean():.2%}", accuracy)
        mistakes = _("single look: {wrong:,} of {count:,}").format(wrong=wrong, count=count)
        metric_with_note(_("Read wrong, second look"), f"{wrong_again:,}", mistakes)
        single = score(answers.logits, answers.data.labels).loss
        loss = score(again.logits, again.data.labels).loss
        metric_with_note(
            _("Loss, second look"),
            f"{loss:.4f}",
            _("single look: {single:.4f}").format(single=single),
        )
        temperature = again.temperature
        how = (
            _("not calibrated")
            if temperature is None
            else _("temperature {temperature:.3f}").format(temperature=temperature)
        )
        metric_with_note(_("Calibration error, second look"), f"{error:.2%}", how)


def verdict_text(result: McNemarResult) -> str:
    """How many answers the second look corrects and spoils, and whether that may be chance."""
    corrected, spoilt = result.only_first, result.only_second
    if not corrected + spoilt:
        return _("The second look is right on the same images as the single look.")
    counts = _("The second look corrects **{answers}** and spoils {spoilt:,}.").format(
        answers=count_of(corrected, "answer"), spoilt=spoilt
    )
    if result.p >= ALPHA:
        return _("{counts} That is as good as a tie (McNemar's exact test, p = {p:.2g}).").format(
            counts=counts, p=result.p
        )
    better = _("better") if corrected > spoilt else _("worse")
    return _("{counts} On images of this kind it is **{better}** (McNemar's exact test).").format(
        counts=counts, better=better
    )


def _show_changes(answers: Answers, again: Answers) -> NDArray[np.int64]:
    """Let a person choose which of the changed images are shown."""
    kinds = {
        "better": (_("Right only at the second look"), again.right & ~answers.right),
        "worse": (_("Right only at the single look"), answers.right & ~again.right),
        "wrong": (_("Wrong both times"), ~answers.right & ~again.right),
    }
    titles = {name: f"{title}: {chosen.sum():,}" for name, (title, chosen) in kinds.items()}
    shown = pick(_("Images"), titles, key="evaluate_second_shown", wrap=True)
    numbers = np.flatnonzero(kinds[shown][1])
    numbers = numbers[np.argsort(-answers.confidence[numbers], kind="stable")]
    explained_caption(
        _("Above an image: what it is, then what the single look | the second look read.")
    )
    others = (_("single look"), _("second look"), again)
    return show_gallery(answers, numbers, f"evaluate_second_{shown}", HIGHEST_FIRST, others)
