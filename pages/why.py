"""Why this answer?: which pixels and which channels it rests on."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import numpy as np
import streamlit as st

from mnistviz.charts.inspection.attribution import attribution_figure
from mnistviz.charts.inspection.channel_effects import (
    channel_effects_figure,
    probability_change_figure,
)
from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.why.question import pick_question

METHODS = {
    "integrated-gradients": "Integrated gradients",
    "occlusion": "Occlusion",
    "smoothgrad": "SmoothGrad",
    "grad-cam": "Grad-CAM",
}
LOOK_FOR = {
    "integrated-gradients": "what each pixel's **ink** is worth to the lead, part by part.",
    "occlusion": "what the lead **loses** when the 5×5 square around a pixel is wiped clean.",
    "smoothgrad": "where **more ink** would raise the lead; empty places count too.",
    "grad-cam": "**where** a layer found what speaks for it: a soft spotlight, never negative.",
}
PAPERS = {
    "integrated-gradients": "Sundararajan, Taly and Yan 2017",
    "occlusion": "Zeiler and Fergus 2014",
    "smoothgrad": "Smilkov et al. 2017",
    "grad-cam": "Selvaraju et al. 2017",
}
REPLACEMENTS = {"mean": "its usual value", "zero": "zero"}
NUM_STRONGEST = 5

snapshot = need_snapshot()
run = snapshot.run
image, image_name = chosen_image()
st.markdown(f"{describe(snapshot)}, looking at **{image_name}**")

question = pick_question(loaded_networks.classifier(snapshot).logits(image[None])[0])

st.header("Which pixels?")
st.caption(
    f"Look for **warm** pixels, which speak for {question.text}, and **blue** ones, which speak "
    "against it; off-white says nothing. Four methods ask in four ways: trust what they agree on."
)
if not image.any():
    st.info("The image has no ink: there is no pixel to point at, so every attribution is 0.")
layer = st.segmented_control(
    "Grad-CAM looks at",
    [layer.name for layer in run.spec.model.convolutions],
    default="conv6",
    key="why_layer",
    required=True,
    persist_state="session",
    wrap=True,
)
found = {
    method: loaded_networks.attribution(
        snapshot, image, question.digit, question.against, method, layer
    )
    for method in METHODS
}
show(
    attribution_figure(
        image,
        {METHODS[method]: one.values for method, one in found.items()},
        columns=2 if is_narrow() else 3,
        width=page_width(),
    ),
    "why_pixels",
    f"{image_name.capitalize()}, and which of its pixels speak for {question.text} (warm) and "
    f"against it (blue) by {', '.join(METHODS.values())}",
)
added_up = found["integrated-gradients"]
st.caption(
    "\n".join(
        f"- **{name}**: {LOOK_FOR[method]} {PAPERS[method]}." for method, name in METHODS.items()
    )
    + "\n\nCheck of integrated gradients: the pixels add up to "
    f"{added_up.values.sum():+.3f}, the scores differ by {added_up.score - added_up.baseline:+.3f} "
    f"from a blank sheet's: an error of **{added_up.completeness_error:.2%}** with "
    f"{added_up.steps:,} steps."
)
if image.any() and not found["grad-cam"].values.any():
    st.caption(
        f"Grad-CAM is blank here: nowhere does what {layer} found add up to more for "
        f"{question.text} than against it. Choose another layer above."
    )
explanation(
    [
        "The network ends in ten **scores**, one for each digit; the highest is its answer. Here "
        "one score less another is taken apart: the **lead**. That is what decides between two "
        "digits. The percentages would not do: once the network is sure, nothing moves them.",
        "**Integrated gradients** fades the digit in from a blank sheet and adds up what each "
        "pixel contributes on the way. **Occlusion** wipes a small square clean and looks how much "
        "is lost, place by place. **SmoothGrad** asks at many slightly noisy copies of the image "
        "what a little more ink would do. **Grad-CAM** weighs the maps of one layer by how much "
        "they matter for the score; deep layers see large parts of the image, so it is blurred.",
        "Choose another digit after *Why* to see what spoke for it: for a 7, *Why 1 and not 7* "
        "shows the bar at the top in blue.",
    ]
)


def channel_name(layer: str, channel: int) -> str:
    return f"{layer} · {channel}"


def toggle_clicked_channel() -> None:
    points = st.session_state[f"why_strips_{st.session_state.why_clicks}"].selection.points
    for layer, channel in (point["customdata"] for point in points):
        name, off = channel_name(layer, channel), st.session_state.why_off
        st.session_state.why_off = [other for other in off if other != name] or []
        if name not in off:
            st.session_state.why_off.append(name)
    # A new chart without a selection: the same square can be clicked again.
    st.session_state.why_clicks += 1


def switch_off(names: list[str]) -> None:
    st.session_state.why_off = names


@st.fragment
def which_channels() -> None:
    with errors_shown():
        show_channels()


def show_channels() -> None:
    from mnistviz.inspection.channels.knockout import channel_effects
    from mnistviz.inspection.image.attribution import contrast
    from mnistviz.network.model import softmax

    knockout = loaded_networks.knockout(snapshot)
    options = {channel_name(*channel): channel for channel in knockout.channels}
    # Another run may have fewer channels.
    chosen = st.session_state.setdefault("why_off", [])
    st.session_state.why_off = [name for name in chosen if name in options]
    st.session_state.setdefault("why_clicks", 0)
    replacement = st.segmented_control(
        "A channel that is off says",
        list(REPLACEMENTS),
        default="mean",
        format_func=REPLACEMENTS.get,
        key="why_replacement",
        required=True,
        persist_state="session",
        help="Its usual value is its mean over the first 10,000 training images and all places: it "
        "no longer says anything about this image. Zero is not nothing: the next layer is used to "
        "the usual value.",
    )
    weights = contrast(question.digit, question.against)
    effects = channel_effects(knockout, image, weights, replacement)
    strongest = [channel_name(one.layer, one.channel) for one in effects[:NUM_STRONGEST]]
    off = [options[name] for name in st.session_state.why_off]
    st.caption(
        f"Look for the **warmest** squares: without them {question.text} would lose most. **Blue** "
        "ones speak against it. **Click squares** to switch them off and on, and see what follows "
        "below."
    )
    show(
        channel_effects_figure(effects, off),
        key=f"why_strips_{st.session_state.why_clicks}",
        on_click=toggle_clicked_channel,
        alt=f"What switching off each of {len(effects)} channels costs {question.text}",
    )
    st.markdown(
        "It leans most on "
        + ", ".join(
            f"**{channel_name(one.layer, one.channel)}** ({one.drop:+.2f})"
            for one in effects[:NUM_STRONGEST]
        )
        + "."
    )
    with st.container(horizontal=True):
        st.button(
            f"Switch these {NUM_STRONGEST} off",
            icon=":material/flash_off:",
            on_click=switch_off,
            args=[strongest],
        )
        st.button(
            "All on again",
            icon=":material/flash_on:",
            on_click=switch_off,
            args=[[]],
            disabled=not off,
        )
    st.multiselect("Switched off", list(options), key="why_off", placeholder="none: all are on")
    if not off:
        return
    switched = {layer: {i for name, i in off if name == layer} for layer, _ in off}
    before, after = knockout.logits(image, [{}, switched], replacement)
    scores = [float(logits @ weights) for logits in (before, after)]
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.metric(
            f"{'Score of' if question.against is None else 'Lead of'} {question.text}",
            f"{scores[1]:+.2f}",
            f"{scores[1] - scores[0]:+.2f}",
            border=True,
        )
        st.metric(
            "It reads",
            int(after.argmax()),
            f"before: {before.argmax()}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    with right:
        show(
            probability_change_figure(*softmax(np.stack([before, after]))),
            "why-bars",
            "The ten probabilities with all channels on and with some switched off",
        )
    layers = [layer.name for layer in run.spec.model.convolutions[:-1]]
    first = min(layer for layer, _ in off)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.segmented_control(
            "Maps of",
            layers,
            # The first layer that has to make do without them.
            default=layers[min(layers.index(first) + 1, len(layers) - 1)],
            key=f"why_maps_{first}",
            required=True,
            wrap=True,
        )
        change = st.toggle("Only what changed", value=True, key="why_change")
    stages = {
        name: next(one for one in knockout.maps(image, channels, replacement) if one.layer == shown)
        for name, channels in (("before", {}), ("after", switched))
    }
    values = stages["after"].values - (stages["before"].values if change else 0)
    st.caption(
        "What changed: **warm** is more than before, **blue** is less, off-white is as it was. "
        "Layers before the first one that was touched stay as they are."
        if change
        else "What the layer hands on with these channels off: those in it are flat."
    )
    show(
        feature_maps_figure(
            values, signed=True, scope="layer", largest_of_all=float(np.abs(values).max())
        ),
        "why-maps",
        f"Maps of {shown} with channels switched off",
    )


st.header("Which channels?")
which_channels()
explanation(
    [
        "Each **channel** of each layer writes one map of the image. Here each is switched off "
        "alone, and its square shows what the lead loses by that.",
        "**Off** means: the channel says the same everywhere, whatever the image, namely its mean "
        "over the training images. The later layers are computed anew with it. A channel that is "
        "dead, because its ReLU never lets anything through, says the same always; switching it "
        "off changes nothing.",
        "The squares do not add up to the lead: channels stand in for each other. Two can each be "
        "worth little alone and much together; switch both off to find out.",
    ]
)
