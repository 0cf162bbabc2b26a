"""Runs: all runs in a table, the chosen ones side by side, and actions on them."""

import streamlit as st

from mnistviz.runs import registry
from mnistviz.runs.run_state import ACTIVE_STATES
from mnistviz.runs.run_summary import summarise
from mnistviz.texts import _
from mnistviz.ui.runs.actions import action_bar, deleted_and_damaged, import_box, show_last_action
from mnistviz.ui.runs.challenge_view import show_challenge
from mnistviz.ui.runs.comparison_view import show_curves_of, show_difference, show_pairs
from mnistviz.ui.runs.gap_view import show_gap
from mnistviz.ui.runs.runs_table import choose_filters, choose_runs
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_registry import TRAIN
from mnistviz.ui.shared.texts import explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

POLL_SECONDS = 2.0
VIEWS = {"table": _("All runs"), "challenge": _("The challenge"), "gap": _("The gap")}

view = pick(
    _("View"), VIEWS, "runs_view", "table", persist_state="session", label_visibility="collapsed"
)
runs = registry.list_runs()
summaries = [summarise(run) for run in runs]
names = {run.id: run.name for run in runs}
active = [summary for summary in summaries if summary.state in ACTIVE_STATES]


@st.fragment(run_every=POLL_SECONDS if active else None)
def follow() -> None:
    for before in active:
        now = summarise(before.run)
        if (now.state, int(now.epochs_done)) != (before.state, int(before.epochs_done)):
            st.rerun()


follow()
if view == "challenge":
    show_challenge(summaries)
    explanation(
        [
            _(
                "The exercise behind this network asked for 99.4 % of the test images with fewer "
                "than 20,000 **parameters** within 20 **epochs**, and for reasons. A goal makes "
                "choices visible: what a parameter buys in one layer, it may not buy in another."
            ),
            _(
                "Choose on **validation** images, and read the **test** images once, at the end. "
                "Who tries twenty networks and keeps the one with the best test accuracy has "
                "chosen by luck, too."
            ),
        ]
    )
    st.stop()
if view == "gap":
    reference = summarise(registry.find_run("reference"))
    show_gap(runs, reference.seconds / reference.epochs_done)
    explanation(
        [
            _(
                "A network that has seen an image hundreds of times may know that image, and not "
                "what makes it a seven. **The gap** tells the two apart: how much better it does "
                "on images that it was trained on than on images that it never saw."
            ),
            _(
                "**Dropout** hides one in ten values while it trains, so that no single one can "
                "be relied on. **Batch normalization** brings each channel to a common range by "
                "means of the other images in the batch, which also shakes every image a little. "
                "Both make it harder to learn by heart."
            ),
            _(
                "The training accuracy in a log is another number: a mean over the epoch, while "
                "the weights still change and dropout is on. It can lie below the validation "
                "accuracy, and then suggests a gap below zero."
            ),
        ]
    )
    st.stop()

explained(
    _(
        "Every training is kept as a run. **Tick rows** to compare their curves and settings, or "
        "to name, export and delete them."
    )
)
with errors_shown():
    show_last_action()
shown = choose_filters(summaries)
chosen = choose_runs(summaries, shown)
with st.container(horizontal=True, vertical_alignment="center"):
    if len(shown) < len(summaries):
        explained_caption(
            _("{shown:,} of {total:,} runs pass the filters.").format(
                shown=len(shown), total=len(summaries)
            ),
            width="stretch",
        )
    else:
        explained_caption(
            _("{count:,} runs. Click a column's name to sort.").format(count=len(summaries)),
            width="stretch",
        )
    import_box()

if chosen:
    action_bar(chosen)
    show_curves_of(chosen, names)
    if len(chosen) == 2:
        show_difference(chosen[0], chosen[1], names)
    show_pairs(chosen, names)
elif all(summary.run.bundled for summary in summaries):
    st.info(_("There are only bundled runs yet. Train one of your own, then compare them here."))
    TRAIN.link(_("Train a network"))
deleted_and_damaged()
explanation(
    [
        _(
            "A **run** is one training: its settings, its log, and snapshots of its weights. "
            "Those marked *bundled* come with the program and stay as they are. The others are "
            "yours."
        ),
        _(
            "**Validation accuracy** is measured after each epoch, on training images held out "
            "for that or, in the recipe `reference`, on the test set. **Test accuracy** is read "
            "once, after the last epoch."
        ),
        _(
            "Trained again with another **seed**, the same settings end a little better or worse. "
            "So group runs by everything but the seed before you believe a difference, and "
            "compare pairs that share a seed: what the seed does to both cancels out."
        ),
    ]
)
