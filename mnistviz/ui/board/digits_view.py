"""The digits of the class as they come in: by digit, those misread first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from mnistviz.charts.training.watched_digits import watched_digits_image
from mnistviz.classroom.class_digits import ClassDigit, class_digits, collect
from mnistviz.core.constants import NUM_CLASSES
from mnistviz.digits.mnist import to_input
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.board.pupils import pupils
from mnistviz.ui.board.role import rerun_without_role, run_as_teacher
from mnistviz.ui.shared import flash, loaded_networks
from mnistviz.ui.shared.inputs import button
from mnistviz.ui.shared.page_registry import EVALUATE, MY_DIGITS
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.shared.words.plain import plain

POLL_SECONDS = 2.0
MESSAGE = "board_digits_message"
# The class's networks that read the digits: the newest ones.
MOST_NETWORKS = 8
MOST_OF_A_DIGIT = 40
COLUMNS, NARROW_COLUMNS = 12, 5
MOST_NAMED = 5


def show_class_digits(snapshot: Snapshot) -> None:
    """Show the digits of the class, read by the network of the sidebar and by the class's own."""
    explained_caption(
        _(
            "Digits of those who have agreed to it on *My digits*. Green: **{name}** reads it "
            "right; red: it reads the first digit, and the writer says the second. Those that the "
            "most networks of the class misread come first."
        ).format(name=snapshot.run.name)
    )
    _live(snapshot)
    with st.container(horizontal=True, vertical_alignment="center"):
        button(
            _("Collect them in my digits"),
            "library_add",
            run_as_teacher,
            MESSAGE,
            _collect,
            help=_(
                "Copies them to your own digits, without names. There you can evaluate and export "
                "them, and teach a network with them."
            ),
        )
        MY_DIGITS.link()
        EVALUATE.link()
    flash.show(MESSAGE)


def _collect() -> str:
    return _("{collect:,} new digits of the class are among your digits now.").format(
        collect=collect()
    )


@st.fragment(run_every=POLL_SECONDS)
def _live(snapshot: Snapshot) -> None:
    rerun_without_role()
    found = class_digits()
    if not found:
        st.info(
            _(
                "Nobody shares digits yet. Each visitor has a switch for it on *My digits*, off "
                "at first."
            ),
            icon=":material/gesture:",
        )
        return
    chosen = answers(snapshot, found)
    networks = _networks_of_class()
    wrong = misread_counts(networks, found)
    explained(
        _(
            "**{digits:,} digits** of {visitors} visitors. {name} reads {share_right:.0%} of them "
            "right."
        ).format(
            digits=len(found),
            visitors=len({one.writer for one in found}),
            name=snapshot.run.name,
            share_right=_share_right(found, chosen),
        )
    )
    if lines := _most_misread(found, wrong, len(networks)):
        st.markdown("\n".join(lines))
    for label in range(NUM_CLASSES):
        of_label = [one for one in found if one.digit.label == label]
        if of_label:
            _show_row(label, of_label, chosen, wrong)


def _share_right(found: Sequence[ClassDigit], chosen: Mapping[str, int]) -> float:
    return sum(chosen[one.digit.id] == one.digit.label for one in found) / len(found)


def _most_misread(
    found: Sequence[ClassDigit], wrong: Mapping[str, int], networks: int
) -> list[str]:
    """Return a line about each of the digits that the most networks of the class misread."""
    worst = sorted(found, key=lambda one: -wrong[one.digit.id])[:MOST_NAMED]
    return [
        _(
            "- The {label} of **{writer}** is misread by {wrong} of the {networks} newest "
            "networks of the class."
        ).format(
            label=one.digit.label,
            writer=plain(one.writer),
            wrong=wrong[one.digit.id],
            networks=networks,
        )
        for one in worst
        if wrong[one.digit.id]
    ]


def _show_row(
    label: int,
    found: Sequence[ClassDigit],
    chosen: Mapping[str, int],
    wrong: Mapping[str, int],
) -> None:
    in_order = sorted(found, key=lambda one: (chosen[one.digit.id] == label, -wrong[one.digit.id]))[
        :MOST_OF_A_DIGIT
    ]
    picture = watched_digits_image(
        to_input(np.stack([one.digit.image for one in in_order])),
        np.full(len(in_order), label, np.uint8),
        [chosen[one.digit.id] for one in in_order],
        NARROW_COLUMNS if is_narrow() else COLUMNS,
    )
    st.image(
        picture,
        alt=_("{count} digits of the class with the label {label}").format(
            count=len(in_order), label=label
        ),
    )


def answers(snapshot: Snapshot, found: Sequence[ClassDigit]) -> Mapping[str, int]:
    """Return what a network reads, by the id of the digit. Only new digits are computed."""
    kept = _kept_answers(snapshot.run.path, snapshot.step)
    new = {one.digit.id: one.digit.image for one in found if one.digit.id not in kept}
    if new:
        network = loaded_networks.network(snapshot)
        read = network.logits(to_input(np.stack(list(new.values())))).argmax(axis=1)
        kept.update(zip(new, map(int, read), strict=True))
    return kept


@st.cache_resource(max_entries=64, show_spinner=False)
def _kept_answers(path: Path, step: int) -> dict[str, int]:
    return {}


def misread_counts(networks: Sequence[Snapshot], found: Sequence[ClassDigit]) -> Counter[str]:
    """Return how many of some networks misread each digit, by its id."""
    counts: Counter[str] = Counter()
    for snapshot in networks:
        read = answers(snapshot, found)
        # Two visitors may have the same picture.
        counts.update({one.digit.id for one in found if read[one.digit.id] != one.digit.label})
    return counts


def _networks_of_class() -> list[Snapshot]:
    runs = [pupil.run for pupil in pupils() if pupil.run and pupil.state == "finished"]
    runs.sort(key=lambda run: run.spec.created, reverse=True)
    latest = [snapshots.latest_snapshot(run) for run in runs[:MOST_NETWORKS]]
    return [snapshot for snapshot in latest if snapshot is not None]
