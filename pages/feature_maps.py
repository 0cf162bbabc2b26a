"""Feature maps: what each layer makes of one image, or two; one channel in full."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import image_figure, probability_figure
from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.charts.inspection.whole_network import whole_network_figure
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.ui.feature_maps.channel_view import CHANNEL, LAYER, chosen_channel, show_channel
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import pick_scope, show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import describe, explanation

STAGES = {
    "convolution": "after the convolution",
    "relu": "after the ReLU",
    "normalization": "after the normalization",
}
LOOK_FOR = {
    "convolution": "**Warm** is where a kernel's pattern is found, **blue** where its opposite is.",
    "relu": "**White** is where the pattern was found; everything negative has become black.",
    "normalization": "**Warm** is above the channel's usual value, **blue** below it; a channel "
    "with nothing to say is flat.",
}
VIEWS = {"whole": "the whole network", "layers": "layer by layer, large"}
# A map that a click can't open by itself opens the one it is made of.
OPENS = {"pool": "conv3", "softmax": "conv8"}


def choose_clicked_map(key: str) -> None:
    points = st.session_state[key].selection.points
    if points and points[0]["customdata"][0] != "input":
        layer, channel = points[0]["customdata"]
        st.session_state[LAYER], st.session_state[CHANNEL] = OPENS.get(layer, layer), channel


snapshot = need_snapshot()
run = snapshot.run
model = run.spec.model
image, image_name = chosen_image()
st.markdown(f"{describe(snapshot)}, looking at **{image_name}**")

choices = [stage for stage in STAGES if stage != "normalization" or model.batch_norm]
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="whole",
        format_func=VIEWS.get,
        key="maps_view",
        required=True,
        persist_state="session",
    )
    stage = st.segmented_control(
        "Show the maps",
        choices,
        default="relu",
        format_func=STAGES.get,
        key="maps_stage",
        required=True,
        wrap=True,
    )
    scope = pick_scope("maps_scope", "each channel")
    two = view == "whole" and st.toggle(
        "Beside another image",
        key="maps_two",
        help="Both images through the same network, and what differs between them.",
    )
    other_number = two and st.number_input(
        "The other test image", 0, NUM_TEST_IMAGES - 1, 1, key="maps_other", width=180
    )
st.caption(
    f"{LOOK_FOR[stage]} Every channel of every layer is here, numbered from 0; the maps get "
    "smaller and less like a digit from layer to layer."
)

stages = loaders.stages(snapshot, image)


def chosen_stages(found: tuple[LayerOutput, ...], picture_of: np.ndarray) -> list[LayerOutput]:
    """Input, the maps at the chosen stage, pool, scores and softmax, in order."""
    return [
        LayerOutput("input", "input", picture_of[..., np.newaxis]),
        *(one for one in found if one.stage in (stage, "pool", "softmax") or one.layer == "conv8"),
    ]


@st.fragment
def network_and_channel() -> None:
    chosen = chosen_channel(run)
    if view == "whole":
        st.caption("Sizes are true to each other. **Click** a map to open it below.")
        shown = [("", chosen_stages(stages, image), False, image_name)]
        if two:
            other = to_input(load_mnist().x_test[int(other_number)])
            others = chosen_stages(loaders.stages(snapshot, other), other)
            difference = [
                LayerOutput(a.layer, a.stage, a.values - b.values)
                for a, b in zip(shown[0][1], others, strict=True)
            ]
            other_name = f"test image {other_number}, a {load_mnist().y_test[int(other_number)]}"
            shown += [
                ("-other", others, False, other_name),
                ("-difference", difference, True, "the first minus the second"),
            ]
        for column, (suffix, maps, is_difference, what) in zip(
            st.columns(len(shown)) if two else [st.container()], shown, strict=True
        ):
            key = f"whole{suffix}"
            with column:
                if two:
                    st.markdown(f"**{what.capitalize()}**")
                show(
                    whole_network_figure(
                        maps,
                        scope,
                        # Three side by side, below each other on a phone.
                        page_width() * 3 // 10 if two and not is_narrow() else page_width(),
                        difference=is_difference,
                        chosen=chosen,
                    ),
                    key=key,
                    on_click=lambda key=key: choose_clicked_map(key),
                    alt=f"All maps of all layers for {what}, {STAGES[stage]}",
                )

    with errors_shown():
        show_channel(snapshot, stages, stage)


if view == "layers":
    left, right = st.columns(2, gap="large")
    with left:
        show(image_figure(image), "input", f"The network's input: {image_name}")
        st.caption("The input, 28×28, as the network gets it")

    probabilities = next(found.values for found in stages if found.stage == "softmax")
    with right:
        show(probability_figure(probabilities, 240), "answer", "The network's ten probabilities")
        guess = int(np.argmax(probabilities))
        st.caption(f"Its answer: **{guess}** with {probabilities[guess]:.1%}")

    # The last convolution has no ReLU and no normalization: its ten scores go into the softmax.
    maps = [found for found in stages if found.stage in (stage, "pool") or found.layer == "conv8"]
    largest = max(float(np.abs(found.values).max()) for found in maps)
    for found in maps:
        height, width, channels = found.values.shape
        title = "max-pool" if found.stage == "pool" else found.layer
        signed = found.stage != "relu" and float(found.values.min()) < 0
        st.subheader(f"{title} · {channels} channels of {height}×{width}")
        if found.stage == "pool" and model.batch_norm:
            st.caption(
                "The pool takes the normalized values: warm is above the usual, blue below it."
            )
        elif found.layer == "conv8":
            st.caption(
                "One score for each digit, the logits; the softmax makes probabilities of them."
            )
        show(
            feature_maps_figure(
                found.values,
                signed=signed,
                scope=scope,
                largest_of_all=largest,
                width=page_width(),
            ),
            f"maps-{found.layer}",
            f"{channels} feature maps of {title}, {STAGES.get(found.stage, 'after the pool')}",
        )
network_and_channel()
explanation(
    [
        "Each small picture is one **channel**: the same question, asked at every place of the "
        "image. The first layer asks about edges, and its maps still look like the digit. Later "
        "layers ask about combinations, on maps that get smaller.",
        "**After the convolution** shows the plain sums, negative ones too. **ReLU** keeps the "
        "positive ones. **Normalization** shifts and scales each channel by what was usual in "
        "training.",
        "The **max-pool** keeps the largest value of each 2×2 square: the digit may move by a "
        "pixel and the result hardly changes.",
        "The **patches** that excite a channel most are the best answer to what it looks for: the "
        "parts of real test images, cut out exactly where the channel looked. Its **preferred "
        "input** goes beyond them: it was made for the channel alone and need not look like "
        "anything. What both have in common is what the channel looks for.",
    ]
)
