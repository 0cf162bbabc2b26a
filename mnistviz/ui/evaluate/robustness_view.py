"""Robustness: a slider that corrupts the chosen image, and accuracy over the level."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import image_figure, probability_figure
from mnistviz.charts.evaluation.robustness import robustness_figure
from mnistviz.core.constants import noun_of
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation import robustness
from mnistviz.evaluation.corruptions import CORRUPTIONS, Corruption
from mnistviz.evaluation.predictions import Answers
from mnistviz.evaluation.robustness import RobustnessCurve
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import pick_other_runs
from mnistviz.ui.shared.on_demand import OnDemand, Progress
from mnistviz.ui.shared.sidebar import chosen_image
from mnistviz.ui.shared.texts import count_of, number_word
from mnistviz.ui.shared.words.explained import explained, explained_caption

MAX_RUNS = 5

# The stored curve of each network and corruption, by its name; None where none is stored.
Curves = dict[tuple[Snapshot, str], RobustnessCurve | None]


def show_robustness(snapshot: Snapshot, answers: Answers) -> None:
    """Show the slider with the answer at its level, the curves, and a table of tolerated levels."""
    part = robustness.subset(answers.data)
    label, key = _("Lay other runs over it"), "evaluate_robust_runs"
    networks = [snapshot, *pick_other_runs(label, snapshot, most=MAX_RUNS, key=key)]
    corruption = CORRUPTIONS[
        st.selectbox(
            _("Distortion"),
            list(CORRUPTIONS),
            format_func=lambda name: CORRUPTIONS[name].title,
            key="evaluate_distortion",
            persist_state="session",
        )
    ]
    curves = {
        (network, name): robustness.cached(network, part, each)
        for network in networks
        for name, each in CORRUPTIONS.items()
    }
    _show_level(snapshot, corruption, curves, part)
    _compute_missing(curves, part, corruption)
    _show_table(curves)


@st.fragment
def _show_level(
    snapshot: Snapshot, corruption: Corruption, curves: Curves, part: LabelledSet
) -> None:
    with errors_shown():
        level: float = st.slider(
            f"{corruption.title}: {corruption.unit}",
            float(min(corruption.levels)),
            float(max(corruption.levels)),
            float(corruption.neutral),
            float(corruption.step),
            key=f"evaluate_dial_{corruption.name}",
            help=corruption.description,
        )
        _show_corrupted(snapshot, corruption, level)
        _show_curves(snapshot, corruption, level, curves, part)


def _show_corrupted(snapshot: Snapshot, corruption: Corruption, level: float) -> None:
    """Show the chosen image at a level, and the answer to it."""
    image, name = chosen_image()
    corrupted = corruption.apply(image[np.newaxis], level)[0]
    before = int(loaded_networks.classify(snapshot, image).argmax())
    probabilities = loaded_networks.classify(snapshot, corrupted)
    after = int(probabilities.argmax())
    left, right = st.columns([2, 3], gap="medium")
    with left:
        alt = _("{name}, changed: {title}").format(name=name, title=corruption.title)
        show(image_figure(corrupted, 220), "evaluate_spoiled", alt)
    with right:
        alt, names = _("Its probabilities now"), snapshot.run.spec.class_names
        show(probability_figure(probabilities, 240, names), "evaluate_spoiled_bars", alt)
    answer = (
        _("still **{name}**").format(name=names[after])
        if after == before
        else _("no longer {before} but **{after}**").format(
            before=names[before], after=names[after]
        )
    )
    trained = robustness.trained_on(corruption, snapshot.run.spec.train)
    inside = level == corruption.neutral or (trained and trained[0] <= level <= trained[1])
    explained(
        _("{name}, at {level:g} {unit}: {answer}, at {probability:.1%}. ").format(
            name=name[:1].upper() + name[1:],
            level=level,
            unit=corruption.unit,
            answer=answer,
            probability=probabilities.max(),
        )
        + (
            _("Images like this are within what it was trained on.")
            if inside
            else _(":orange-badge[outside of what it was trained on]")
        )
    )


def _show_curves(
    snapshot: Snapshot, corruption: Corruption, level: float, curves: Curves, part: LabelledSet
) -> None:
    """Show the stored curves of a corruption, where there are any."""
    lines = [
        (network.run.name, curve.levels, curve.accuracy.tolist())
        for (network, name), curve in curves.items()
        if curve is not None and name == corruption.name
    ]
    if not lines:
        return
    trained = robustness.trained_on(corruption, snapshot.run.spec.train)
    explained_caption(
        _(
            "**{title}**, on {count:,} {name}, as many of each {noun}. Look where the line leaves "
            "the top. Green is the dial, dotted is guessing"
        ).format(
            title=corruption.title,
            count=len(part.labels),
            name=part.name,
            noun=noun_of(part.class_names),
        )
        + (
            _(", grey what **{name}** was trained on.").format(name=snapshot.run.name)
            if trained
            else "."
        )
    )
    show(
        robustness_figure(lines, corruption.unit, level, trained),
        "evaluate_endurance",
        _("Accuracy over {title}, in {unit}").format(
            title=corruption.title.lower(), unit=corruption.unit
        ),
    )


def _compute_missing(curves: Curves, part: LabelledSet, first: Corruption) -> None:
    """Compute a curve that is not stored and draw the page again, until a person stops it.

    The curves of `first`, which the page shows, are computed first.
    """
    missing = [key for key, curve in curves.items() if curve is None]
    on_demand = OnDemand(
        "robustness",
        _("Measure {curves}").format(curves=count_of(len(missing), "curve")),
        ":material/monitoring:",
        _(
            "Each on {count:,} images at about ten levels; the {number_word} of a run take about "
            "a minute. What is done is kept on disk."
        ).format(count=len(part.labels), number_word=number_word(len(CORRUPTIONS))),
        type="primary",
        stoppable=True,
    )
    if not missing:
        # Those of other runs take minutes: a person asks for them again.
        on_demand.stop()
        return
    snapshot, name = min(missing, key=lambda key: key[1] != first.name)
    corruption = CORRUPTIONS[name]
    number = len(curves) - len(missing)
    text = _("{name}: {title}, curve {number} of {count}").format(
        name=snapshot.run.name, title=corruption.title.lower(), number=number + 1, count=len(curves)
    )

    def compute(progress: Progress) -> None:
        robustness.measure_and_cache(
            loaded_networks.network(snapshot),
            snapshot,
            part,
            corruption,
            lambda share: progress((number + share) / len(curves)),
        )
        st.rerun()

    on_demand.need(text, compute, done=number / len(curves))


def _show_table(curves: Curves) -> None:
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for (snapshot, name), curve in curves.items():
        if curve is not None:
            corruption = CORRUPTIONS[name]
            row = rows.setdefault(f"{corruption.title}, {corruption.unit}", {})
            row[snapshot.run.name] = range_text(curve, corruption)
    if not rows:
        return
    explained_caption(
        _(
            "**How much it tolerates**: from where to where at least {needed_accuracy:.0%} are "
            "still right, of the levels measured."
        ).format(needed_accuracy=robustness.NEEDED_ACCURACY)
    )
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index"), key="evaluate_endurance_table")


def range_text(curve: RobustnessCurve, corruption: Corruption) -> str:
    """The range of levels that a network tolerates, in words."""
    tolerated = robustness.tolerated_range(curve, float(corruption.neutral))
    if tolerated is None:
        return _("not even {neutral:g}").format(neutral=corruption.neutral)
    return _("{least:g} to {most:g}").format(least=tolerated[0], most=tolerated[1])
