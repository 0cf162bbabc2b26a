"""A slider that corrupts the chosen image, and robustness curves over its level."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import image_figure, probability_figure
from mnistviz.charts.evaluation.robustness import robustness_figure
from mnistviz.digits.labelled_sets import LabelledSet
from mnistviz.evaluation import robustness
from mnistviz.evaluation.corruptions import CORRUPTIONS, Corruption
from mnistviz.evaluation.robustness import RobustnessCurve
from mnistviz.runs import registry, snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.evaluate.images_view import count_of
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.on_demand import OnDemand, Progress
from mnistviz.ui.shared.sidebar import chosen_image

MAX_RUNS = 5

# What was measured of each network under each corruption, None where nothing was.
Known = dict[tuple[Snapshot, str], RobustnessCurve | None]


def show_robustness(snapshot: Snapshot, data: LabelledSet) -> None:
    """The dial with its live answer, the curves, and a table of what is still read well."""
    part = robustness.subset(data)
    networks = _choose_networks(snapshot)
    corruption = CORRUPTIONS[
        st.selectbox(
            "Distortion",
            list(CORRUPTIONS),
            format_func=lambda name: CORRUPTIONS[name].title,
            key="evaluate_distortion",
            persist_state="session",
        )
    ]
    _dial(snapshot, corruption, networks, part)
    known = {
        (network, name): robustness.cached(network, part, one)
        for network in networks
        for name, one in CORRUPTIONS.items()
    }
    _measure_what_is_missing(known, part, corruption)
    _show_table(known)


def _choose_networks(snapshot: Snapshot) -> list[Snapshot]:
    """The run of all pages, and others that a person lays over it, each at its last snapshot."""
    others = {one.id: one for one in registry.list_runs() if one.id != snapshot.run.id}
    chosen = st.multiselect(
        "Lay other runs over it",
        list(others),
        format_func=lambda one: others[one].name,
        max_selections=MAX_RUNS,
        key="evaluate_robust_runs",
    )
    networks = [snapshot]
    for one in chosen:
        if steps := snapshots.steps_of(others[one]):
            networks.append(Snapshot(others[one], steps[-1]))
    return networks


@st.fragment
def _dial(
    snapshot: Snapshot, corruption: Corruption, networks: list[Snapshot], part: LabelledSet
) -> None:
    with errors_shown():
        _turn_and_answer(snapshot, corruption, networks, part)


def _turn_and_answer(
    snapshot: Snapshot, corruption: Corruption, networks: list[Snapshot], part: LabelledSet
) -> None:
    low, high = min(corruption.levels), max(corruption.levels)
    level: float = st.slider(
        f"{corruption.title}: {corruption.unit}",
        float(low),
        float(high),
        float(corruption.neutral),
        float(corruption.step),
        key=f"evaluate_dial_{corruption.name}",
        help=corruption.description,
    )
    image, name = chosen_image()
    corrupted = corruption.apply(image[np.newaxis], level)[0]
    before, after = (
        loaded_networks.classify(snapshot, image),
        loaded_networks.classify(snapshot, corrupted),
    )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        show(
            image_figure(corrupted, 220), "evaluate_spoiled", f"{name}, spoiled: {corruption.title}"
        )
    with right:
        show(probability_figure(after, 240), "evaluate_spoiled_bars", "Its ten probabilities now")
    was, now = int(before.argmax()), int(after.argmax())
    says = f"still **{now}**" if now == was else f"no longer {was} but **{now}**"
    trained = robustness.trained_on(corruption, snapshot.run.spec.train)
    inside = level == corruption.neutral or (trained and trained[0] <= level <= trained[1])
    st.markdown(
        f"{name.capitalize()}, at {level:g} {corruption.unit}: {says}, at {after.max():.1%}. "
        + (
            "Images like this are within what it was trained on."
            if inside
            else ":orange-badge[outside of what it was trained on]"
        )
    )
    curves = [(one, robustness.cached(one, part, corruption)) for one in networks]
    lines = [
        (network.run.name, found.levels, found.accuracy.tolist())
        for network, found in curves
        if found is not None
    ]
    if lines:
        st.caption(
            f"**{corruption.title}**, on {len(part.labels):,} {part.name}, as many of each digit. "
            "Look where the line leaves the top. Green is the dial, dotted is guessing"
            + (f", grey what **{snapshot.run.name}** was trained on." if trained else ".")
        )
        show(
            robustness_figure(lines, corruption.unit, level, trained),
            "evaluate_endurance",
            f"Accuracy over {corruption.title.lower()}, in {corruption.unit}",
        )


def _measure_what_is_missing(known: Known, part: LabelledSet, first: Corruption) -> None:
    """Measure one curve that isn't stored yet and draw the page again, until a person stops it."""
    missing = [key for key, found in known.items() if found is None]
    curves = OnDemand(
        "robustness",
        f"Measure {count_of(len(missing), 'curve')}",
        ":material/monitoring:",
        f"Each on {len(part.labels):,} images at about ten levels; the nine of a run take about a "
        "minute. What is done is kept on disk.",
        type="primary",
        stoppable=True,
    )
    if not missing:
        # The next ones take minutes: a person asks for them again.
        curves.stop()
        return
    # What a person looks at comes first.
    snapshot, name = min(missing, key=lambda key: key[1] != first.name)
    one = CORRUPTIONS[name]
    number = len(known) - len(missing)
    text = f"{snapshot.run.name}: {one.title.lower()}, curve {number + 1} of {len(known)}"

    def measure(progress: Progress) -> None:
        robustness.measure_and_cache(
            loaded_networks.classifier(snapshot),
            snapshot,
            part,
            one,
            lambda share: progress((number + share) / len(known)),
        )
        st.rerun()

    curves.need(text, measure, done=number / len(known))


def _show_table(known: Known) -> None:
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for (snapshot, name), found in known.items():
        if found is not None:
            corruption = CORRUPTIONS[name]
            told = rows.setdefault(f"{corruption.title}, {corruption.unit}", {})
            told[snapshot.run.name] = range_text(found, corruption)
    if not rows:
        return
    st.caption(
        f"**What it stands**: from where to where at least {robustness.NEEDED_ACCURACY:.0%} "
        "are read right, of the levels measured."
    )
    st.dataframe(pd.DataFrame.from_dict(rows, orient="index"), key="evaluate_endurance_table")


def range_text(found: RobustnessCurve, corruption: Corruption) -> str:
    """The range of levels that a network stands, in words."""
    stood = robustness.tolerated_range(found, float(corruption.neutral))
    if stood is None:
        return f"not even {corruption.neutral:g}"
    return f"{stood[0]:g} to {stood[1]:g}"
