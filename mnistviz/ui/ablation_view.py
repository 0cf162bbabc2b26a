"""How many channels a trained network needs: what is left when they are switched off."""

import math

import streamlit as st

from mnistviz.rows import LayerAblation
from mnistviz.runs import Run
from mnistviz.ui import loaders
from mnistviz.ui.widgets import describe, show
from mnistviz.verdicts import MARGIN

ASKED = "ablation_asked"


def ask() -> None:
    """Who has asked for one layer wants the next one, too."""
    st.session_state[ASKED] = True


def show_ablation(run: Run, step: int) -> None:
    """Both pictures of one layer of the run that all pages show."""
    names = [layer.name for layer in run.spec.model.convolutions if layer.relu]
    st.markdown(
        f"Channels of {describe(run, step)}, the run chosen in the sidebar, are switched off: what "
        "each hands on is replaced by its mean over the training images. How many does it need?"
    )
    default = names.index("conv3")
    layer: str = st.selectbox("Layer", names, index=default, key="ablation_layer")
    found = loaders.kept_ablation(run, step, layer)
    if found is None:
        slot = st.empty()
        if not st.session_state.get(ASKED):
            slot.button(
                "Switch them off, one by one",
                icon=":material/power_settings_new:",
                key="ablation_start",
                on_click=ask,
                help="Under a minute for each layer of each snapshot. The result is kept on disk.",
            )
            return
        bar = slot.progress(0.0, f"Switching off channels of {layer} …")
        found = loaders.make_ablation(run, step, layer, bar.progress)
        slot.empty()
    from mnistviz.charts.cut import drop_bars, ever_fewer

    show(drop_bars(found), "ablation_drops", f"What each channel of {layer} alone costs")
    st.caption(
        "Look how fast the bars fall: for a channel on the right, the others stand in. One without "
        "a bar costs nothing by itself; a blue bar says that it did harm."
    )
    show(ever_fewer(found), "ablation_curves", f"Accuracy over the channels of {layer} left")
    st.caption(
        "Look where the blue line leaves the top: to its right too few channels are left. The grey "
        "band is the range of channels picked at random."
    )
    st.markdown(needed_text(found))


def needed_text(found: LayerAblation) -> str:
    """How few channels do, in one sentence, with what chance alone does to the numbers."""
    whole = float(found.least_first[0])
    # Half the 95 % interval of a share (Wald), in points.
    chance = 196 * math.sqrt(whole * (1 - whole) / found.images)
    return (
        f"**{found.needed(MARGIN)} of {len(found.drops)} channels** of {found.layer} are enough to "
        f"stay within {100 * MARGIN:.2f} points of {whole:.2%}, without any further training. "
        f"Measured on {found.images:,} test images, as many of each digit, which tell an accuracy "
        f"to ±{chance:.2f} points (95 % interval)."
    )
