"""How many channels a trained network needs: what is left when they are switched off."""

from collections.abc import Callable

import streamlit as st

from mnistviz.core import statistics
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import MnistVizError
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.inspection import REPLACEMENTS, LayerAblation, PruningResult, Replacement
from mnistviz.inspection import channel_worker, jobs
from mnistviz.inspection.channels import channel_results_files
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.widgets import show

ASKED = "ablation_asked"
START_ERROR = "evidence_start_error"
POLL_SECONDS = 1.0
OFF_NAMES: dict[Replacement, str] = {"mean": "its mean", "zero": "zero"}


def ask() -> None:
    """Who has asked for one layer wants the next one, too."""
    st.session_state[ASKED] = True


def choose_replacement() -> Replacement:
    """What takes the place of a channel that is off."""
    chosen: Replacement | None = st.segmented_control(
        "A channel that is off hands on",
        REPLACEMENTS,
        default="mean",
        format_func=lambda one: OFF_NAMES[one],
        key="ablation_replacement",
        required=True,
        help="Its mean over the training images takes away what it tells, and nothing else. Zero "
        "takes away its mean as well: even a channel that never changes does harm then, because "
        "its normalization sends a constant that the next layer counts on.",
    )
    return chosen or "mean"


def kept_ablation(snapshot: Snapshot, layer: str, replacement: Replacement) -> LayerAblation | None:
    """What was found on all test images, or else on the first 2,000, or else nothing."""
    for images in (NUM_TEST_IMAGES, channel_results_files.FIRST_IMAGES):
        if found := channel_results_files.read_ablation(snapshot, layer, replacement, images):
            return found
    return None


def need_ablation(snapshot: Snapshot, layer: str, replacement: Replacement) -> LayerAblation | None:
    """The same, worked out where a person asks for it."""
    found = kept_ablation(snapshot, layer, replacement)
    if found is not None:
        return found
    slot = st.empty()
    if not st.session_state.get(ASKED):
        slot.button(
            "Switch them off, one by one",
            icon=":material/power_settings_new:",
            key="ablation_start",
            on_click=ask,
            help="Under a minute for each layer of each snapshot. The result is kept on disk.",
        )
        return None
    bar = slot.progress(0.0, f"Switching off channels of {layer} …")
    found = loaders.make_ablation(snapshot, layer, replacement, bar.progress)
    slot.empty()
    return found


def show_ablation(snapshot: Snapshot, found: LayerAblation) -> None:
    """What each channel alone costs, and what is left with ever fewer."""
    from mnistviz.charts.inspection.layer_ablation import drop_bars, ever_fewer

    layer = found.layer
    show(
        drop_bars(found, statistics.drop_interval(found.lost, found.gained, found.images)),
        "ablation_drops",
        f"What each channel of {layer} alone costs, with 95 % intervals",
    )
    st.caption(
        "Look how fast the bars fall: for a channel on the right, the others stand in. A blue bar "
        "says that it did harm. The thin lines are 95 % intervals: one that crosses zero could be "
        "chance."
    )
    tuned = (
        channel_results_files.read_tuned(snapshot, layer) if found.replacement == "mean" else None
    )
    show(
        ever_fewer(found, statistics.share_interval(found.least_first, found.images), tuned),
        "ablation_curves",
        f"Accuracy over the channels of {layer} left",
    )
    st.caption(
        "Look where the blue line leaves the top: to its right too few channels are left. The blue "
        "band is its 95 % interval, the grey one the range of channels picked at random."
    )
    st.markdown(needed_text(found))
    if tuned is not None:
        st.markdown(tuned_text(tuned))
    _offer_more(snapshot, found, tuned)


def _offer_more(snapshot: Snapshot, found: LayerAblation, tuned: PruningResult | None) -> None:
    layer, replacement = found.layer, found.replacement
    with st.container(horizontal=True):
        if found.images < NUM_TEST_IMAGES:
            _offer_job(
                snapshot,
                channel_results_files.ablation_name(layer, replacement, NUM_TEST_IMAGES),
                f"On all {NUM_TEST_IMAGES:,} test images",
                lambda: channel_worker.start_ablation(snapshot, layer, replacement),
                "Some minutes, in a process of its own: leave the page if you like.",
            )
        if tuned is None and replacement == "mean":
            _offer_job(
                snapshot,
                channel_results_files.tuned_name(layer),
                "Train on after the cut",
                lambda: channel_worker.start_tuning(snapshot, layer),
                "Cuts a quarter, a half and three quarters of the channels out and trains each "
                "network for some hundred more steps: a minute or two, in a process of its own.",
            )


def _offer_job(
    snapshot: Snapshot, name: str, label: str, start: Callable[[], None], about: str
) -> None:
    """A button that starts work in a process of its own, or how far it is and a way to stop it."""
    if jobs.progress_of(snapshot, name) is None:
        st.button(
            label,
            icon=":material/hourglass_top:",
            help=about,
            key=f"start-{name}",
            on_click=_begin,
            args=(start,),
        )
        if error := st.session_state.pop(START_ERROR, ""):
            st.error(error, icon=":material/error:")
        return

    @st.fragment(run_every=POLL_SECONDS)
    def follow() -> None:
        done = jobs.progress_of(snapshot, name)
        if done is None:
            st.rerun()
        st.progress(done, f"{label}: {done:.0%}")
        st.button("Stop", key=f"stop-{name}", on_click=jobs.stop, args=(snapshot, name))

    follow()


def _begin(start: Callable[[], None]) -> None:
    """Start a process, from a callback."""
    try:
        start()
    except MnistVizError as error:
        st.session_state[START_ERROR] = str(error)


def needed_text(found: LayerAblation) -> str:
    """How few channels do, in one sentence, with what chance alone does to the numbers."""
    whole = float(found.least_first[0])
    low, high = (100 * float(bound) for bound in statistics.share_interval(whole, found.images))
    balanced = "" if found.images == NUM_TEST_IMAGES else ", as many of each digit"
    return (
        f"**{found.needed(MARGIN)} of {len(found.order)} channels** of {found.layer} are enough to "
        f"stay within {100 * MARGIN:.2f} points of {whole:.2%}, without any further training. "
        f"Measured on {found.images:,} test images{balanced}: the 95 % interval of that accuracy "
        f"is {low:.2f} to {high:.2f} %."
    )


def tuned_text(tuned: PruningResult) -> str:
    """What training on brought back, in one sentence."""
    whole, *cuts = zip(
        tuned.left.tolist(), tuned.before.tolist(), tuned.after.tolist(), strict=True
    )
    parts = ", ".join(f"with {left} from {one:.2%} to **{two:.2%}**" for left, one, two in cuts)
    return (
        f"**Trained on after the cut**, {tuned.steps} steps, the least important channels gone: "
        f"{parts} (all {whole[0]} channels, trained on as long: {whole[1]:.2%} to {whole[2]:.2%}; "
        f"on {tuned.images:,} test images)."
    )
