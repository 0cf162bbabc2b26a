"""The accuracy of a trained network when channels are switched off."""

import streamlit as st

from mnistviz.core import statistics
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.inspection import LayerAblation, PruningResult, Replacement
from mnistviz.digits.data_sets.library import data_of
from mnistviz.inspection.channels import channel_results
from mnistviz.inspection.jobs import kinds as jobs
from mnistviz.inspection.jobs.job import Job
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.channels.study_texts import INTERVAL
from mnistviz.ui.shared import flash, stored_results
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.on_demand import OnDemand
from mnistviz.ui.shared.words.explained import explained, explained_caption

JOB_MESSAGE = "evidence_job_message"
POLL_SECONDS = 1.0
ABLATION = OnDemand(
    "ablation",
    _("Switch them off, one by one"),
    ":material/power_settings_new:",
    _("Under a minute for each layer of each snapshot. The result is kept on disk."),
)
OFF_NAMES: dict[Replacement, str] = {"mean": _("its mean"), "zero": _("zero")}


def choose_replacement() -> Replacement:
    """Let a person choose what takes the place of a channel that is off."""
    return pick(
        _("A channel that is off hands on"),
        OFF_NAMES,
        "ablation_replacement",
        help=_(
            "Its mean over the training images takes away what it tells, and nothing else. Zero "
            "takes away its mean as well: even a channel that never changes does harm then, "
            "because its normalization sends a constant that the next layer counts on."
        ),
    )


def stored_ablation(
    snapshot: Snapshot, layer: str, replacement: Replacement
) -> LayerAblation | None:
    """The stored ablation on all test images, or else on the first 2,000, or else None."""
    for images in (NUM_TEST_IMAGES, channel_results.SUBSET_SIZE):
        cache = channel_results.ablation_cache(layer, replacement, images)
        if (ablation := cache.read(snapshot)) is not None:
            return ablation
    return None


def need_ablation(snapshot: Snapshot, layer: str, replacement: Replacement) -> LayerAblation | None:
    """The stored ablation, or one that is computed when a person asks for it."""
    return stored_ablation(snapshot, layer, replacement) or ABLATION.need(
        _("Switching off channels of {layer} …").format(layer=layer),
        lambda progress: stored_results.compute_ablation(snapshot, layer, replacement, progress),
    )


def show_ablation(snapshot: Snapshot, ablation: LayerAblation) -> None:
    """Show the cost of each channel alone, and the accuracy that is left with ever fewer."""
    from mnistviz.charts.inspection.layer_ablation import (
        accuracy_drop_figure,
        remaining_channels_figure,
    )

    layer, images = ablation.layer, ablation.images
    drops = statistics.drop_interval(ablation.lost, ablation.gained, images)
    show(
        accuracy_drop_figure(ablation, drops),
        "ablation_drops",
        _("What each channel of {layer} alone costs, with {interval} intervals").format(
            layer=layer, interval=INTERVAL
        ),
    )
    explained_caption(
        _(
            "Look how fast the bars fall: for a channel on the right, the others stand in. A blue "
            "bar says that it did harm. The thin lines are {interval} intervals: one that crosses "
            "zero could be chance."
        ).format(interval=INTERVAL)
    )
    pruning = None
    if ablation.replacement == "mean":
        pruning = channel_results.pruning_cache(layer).read(snapshot)
    left = statistics.share_interval(ablation.least_first, images)
    show(
        remaining_channels_figure(ablation, left, pruning),
        "ablation_curves",
        _("Accuracy over the channels of {layer} left").format(layer=layer),
    )
    explained_caption(
        _(
            "Look where the blue line leaves the top: to its right too few channels are left. The "
            "blue band is its {interval} interval, the grey one the range of channels picked at "
            "random."
        ).format(interval=INTERVAL)
    )
    explained(needed_text(ablation))
    if pruning is not None:
        explained(pruning_text(pruning))
    with st.container(horizontal=True):
        total = len(data_of(snapshot.run.spec.data).y_test)
        if images < total:
            _offer_job(
                jobs.ablation(snapshot, layer, ablation.replacement),
                _("On all {total:,} test images").format(total=total),
                _("Some minutes, in a process of its own: leave the page if you like."),
            )
        if pruning is None and ablation.replacement == "mean":
            _offer_job(
                jobs.pruning(snapshot, layer),
                _("Train on after the cut"),
                _(
                    "Cuts a quarter, a half and three quarters of the channels out and trains "
                    "each network for some hundred more steps: a minute or two, in a process of "
                    "its own."
                ),
            )


def _offer_job(job: Job, label: str, about: str) -> None:
    """Show a button that starts a job, or how far the job is and a button that stops it."""
    if job.progress() is None:
        st.button(
            label,
            icon=":material/hourglass_top:",
            help=about,
            key=f"start-{job.name}",
            on_click=flash.run,
            args=(JOB_MESSAGE, job.start),
        )
        flash.show(JOB_MESSAGE, once=True)
        if reason := job.failure():
            st.error(f"{label}: {reason}.", icon=":material/error:")
        return
    _follow_job(job, label)


@st.fragment(run_every=POLL_SECONDS)
def _follow_job(job: Job, label: str) -> None:
    done = job.progress()
    if done is None:
        st.rerun()
    st.progress(done, f"{label}: {done:.0%}")
    st.button(_("Stop"), key=f"stop-{job.name}", on_click=job.stop)


def needed_text(ablation: LayerAblation) -> str:
    """Return how few channels are enough, with the interval of that accuracy, as a sentence."""
    whole, images = float(ablation.least_first[0]), ablation.images
    low, high = (100 * float(bound) for bound in statistics.share_interval(whole, images))
    balanced = "" if images == NUM_TEST_IMAGES else _(", as many of each digit")
    return _(
        "**{needed} of {count} channels** of {layer} are enough to stay within {margin:.2f} "
        "points of {whole:.2%}, without any further training. Measured on {images:,} test "
        "images{balanced}: the {interval} interval of that accuracy is {low:.2f} to {high:.2f} %."
    ).format(
        needed=ablation.needed(MARGIN),
        count=len(ablation.order),
        layer=ablation.layer,
        margin=100 * MARGIN,
        whole=whole,
        images=images,
        balanced=balanced,
        interval=INTERVAL,
        low=low,
        high=high,
    )


def pruning_text(pruning: PruningResult) -> str:
    """Return the accuracies before and after training on, as a sentence."""
    results = (pruning.left.tolist(), pruning.before.tolist(), pruning.after.tolist())
    whole, *cuts = zip(*results, strict=True)
    parts = ", ".join(
        _("with {left} from {before:.2%} to **{after:.2%}**").format(
            left=left, before=before, after=after
        )
        for left, before, after in cuts
    )
    return _(
        "**Trained on after the cut**: the least important channels are removed, and the rest is "
        "trained for {steps} more steps. On {images:,} test images it goes {parts}. All "
        "{channels} channels, trained as long, go from {before:.2%} to {after:.2%}."
    ).format(
        steps=pruning.steps,
        images=pruning.images,
        parts=parts,
        channels=whole[0],
        before=whole[1],
        after=whole[2],
    )
