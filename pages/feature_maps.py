"""Feature maps: what each layer makes of one image, or two; one channel in full."""

from mnistviz.ui.shell import need_shell

need_shell()

import numpy as np
import streamlit as st

from mnistviz.charts.channels import (
    digit_activity,
    exciting_images,
    large_map,
    patches,
    value_histogram,
)
from mnistviz.charts.digits import picture, probability_bars
from mnistviz.charts.kernels import kernel_row
from mnistviz.charts.maps import feature_maps
from mnistviz.charts.montage import NARROW_WIDTH
from mnistviz.charts.whole_network import whole_network
from mnistviz.data import load_mnist, to_input
from mnistviz.inspection.receptive_field import field_of, size_and_stride
from mnistviz.rows import Stage
from mnistviz.spec import NUM_TEST_IMAGES
from mnistviz.ui import loaders, state
from mnistviz.ui.page_width import page_width
from mnistviz.ui.widgets import (
    CHART_CONFIG,
    chosen_image,
    chosen_run,
    describe,
    explanation,
    need_snapshot,
    pick_scope,
    show,
)

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
NUM_KERNELS = 8


def choose_clicked_map(key: str) -> None:
    points = st.session_state[key].selection.points
    if points and points[0]["customdata"][0] != "input":
        layer, channel = points[0]["customdata"]
        st.session_state.maps_layer = OPENS.get(layer, layer)
        st.session_state.maps_channel = channel


def choose_clicked_image(key: str) -> None:
    points = st.session_state[key].selection.points
    if points:
        st.session_state[state.IMAGE] = points[0]["customdata"]
        st.session_state[state.USE_DRAWING] = False
        st.session_state.maps_new_image = True


run = chosen_run()
step = need_snapshot(run)
model = run.spec.model
image, image_name = chosen_image()
st.markdown(f"{describe(run, step)}, looking at **{image_name}**")

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

stages = loaders.stages(run, step, image)


def chosen_stages(found: tuple[Stage, ...], picture_of: np.ndarray) -> list[Stage]:
    """Input, the maps at the chosen stage, pool, scores and softmax, in order."""
    return [
        Stage("input", "input", picture_of[..., np.newaxis]),
        *(one for one in found if one.stage in (stage, "pool", "softmax") or one.layer == "conv8"),
    ]


@st.fragment
def network_and_channel() -> None:
    if st.session_state.pop("maps_new_image", False):
        # The image is chosen in the sidebar, outside of this fragment.
        st.rerun()
    layers = [layer.name for layer in model.convolutions]
    chosen_layer = st.session_state.setdefault("maps_layer", "conv1")
    num_channels = {layer.name: layer.output_shape[-1] for layer in model.convolutions}
    channel = min(st.session_state.get("maps_channel", 0), num_channels[chosen_layer] - 1)
    st.session_state.maps_channel = channel
    if view == "whole":
        st.caption("Sizes are true to each other. **Click** a map to open it below.")
        shown = [("", chosen_stages(stages, image), False, image_name)]
        if two:
            other = to_input(load_mnist().x_test[int(other_number)])
            others = chosen_stages(loaders.stages(run, step, other), other)
            difference = [
                Stage(a.layer, a.stage, a.values - b.values)
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
                st.plotly_chart(
                    whole_network(
                        maps,
                        scope,
                        # Three side by side, below each other on a phone.
                        page_width() * 3 // 10
                        if two and page_width() > NARROW_WIDTH
                        else page_width(),
                        difference=is_difference,
                        chosen=(chosen_layer, channel),
                    ),
                    key=key,
                    on_select=lambda key=key: choose_clicked_map(key),
                    selection_mode="points",
                    config=CHART_CONFIG,
                    alt=f"All maps of all layers for {what}, {STAGES[stage]}",
                )

    st.header("One channel")
    with st.container(horizontal=True):
        st.selectbox("Layer", layers, key="maps_layer", width=160)
        st.number_input("Channel", 0, num_channels[chosen_layer] - 1, key="maps_channel", width=160)
    # The last layer has no ReLU and no normalization: its scores are what it makes.
    found = next(
        one
        for one in stages
        if one.layer == chosen_layer and (one.stage == stage or chosen_layer == "conv8")
    )
    values = found.values[:, :, channel]
    size, stride = size_and_stride(model, chosen_layer)
    st.caption(
        "Look where it is active and for what. Each value of "
        f"**{chosen_layer}, channel {channel}** sees {size}×{size} pixels of the image"
        + (f", its neighbour's begin {stride} further on." if values.size > 1 else ": all of it.")
    )
    left, right = st.columns(2, gap="large")
    with left:
        show(
            large_map(values, signed=bool(values.min() < 0)),
            "large_map",
            f"The map of {chosen_layer}, channel {channel}",
        )
        st.caption(
            f"{values.min():+.3f} to {values.max():+.3f}, mean {values.mean():+.3f}; "
            f"{np.mean(values > 0):.0%} of its {values.size} values are above 0"
        )
    with right:
        show(value_histogram(values), "histogram", "How often each value occurs in the map")
        kernel = loaders.weights(run, step)[chosen_layer]["kernel"][:, :, :, channel]
        strongest = np.argsort(-np.abs(kernel).max(axis=(0, 1)), kind="stable")[:NUM_KERNELS]
        st.caption(
            f"Its kernel{'s' if len(strongest) > 1 else ''}: "
            + (
                f"the strongest {len(strongest)} of {kernel.shape[2]}, by input channel"
                if kernel.shape[2] > 1
                else "it has one, for the image"
            )
        )
        show(
            kernel_row(
                np.moveaxis(kernel, 2, 0)[strongest],
                [str(number) for number in strongest],
                min(page_width(), 360),
            ),
            "channel_kernels",
            f"Kernels of {chosen_layer}, channel {channel}",
        )
    over_the_test_set(chosen_layer, channel, size)


def over_the_test_set(layer: str, channel: int, size: int) -> None:
    """What excites a channel most, how often it is active, for which digits."""
    st.subheader("Over the 10,000 test images")
    surveys = loaders.kept_survey(run, step)
    if not surveys:
        slot = st.empty()
        start = slot.button(
            "Search the 10,000 test images",
            icon=":material/search:",
            key="maps_search",
            help="Once for each snapshot, a few seconds. The result is kept on disk.",
        )
        if not (start or st.session_state.get("maps_searches")):
            st.caption("What excites this channel most? A search over all test images tells.")
            return
        # Who has asked for one snapshot wants the next one, too.
        st.session_state.maps_searches = True
        bar = slot.progress(0.0, "Every channel on every test image …")
        surveys = loaders.make_survey(run, step, bar.progress)
        slot.empty()
    one = surveys[layer]
    data = load_mnist()
    active = float(one.active_images[:, channel].mean())
    dead = one.largest[channel] <= 0
    left, right = st.columns(2, gap="large")
    with left:
        show(
            digit_activity(one.active_images[:, channel], one.mean_by_digit[:, channel]),
            "digit_activity",
            f"Mean value of {layer}, channel {channel} for each digit",
        )
    with right:
        favourite = int(np.argmax(one.mean_by_digit[:, channel]))
        if dead:
            st.markdown("It is **never active**, at no place of any test image: a dead channel.")
        else:
            st.markdown(
                f"It is active somewhere in **{active:.1%}** of the images and at "
                f"**{one.active_places[channel]:.1%}** of all places. Its mean is highest for the "
                f"digit **{favourite}**. The highest value of all is {one.largest[channel]:.2f}."
            )
        st.caption(
            "A bar is the channel's mean value over all places of all test images of that digit."
        )
    if dead:
        return
    numbers = one.top_images[:, channel].tolist()
    fields = [
        field_of(model, layer, int(row), int(column)) for row, column in one.top_places[:, channel]
    ]
    images = to_input(data.x_test[numbers])
    labels = [f"{value:.2f}" for value in one.top_values[:, channel]]
    texts = [f"test image {number}: a {data.y_test[number]}" for number in numbers]
    if size < image.shape[0]:
        st.caption(
            f"The **patches** of {size}×{size} pixels that excite it most, exactly what the unit "
            "sees, with its value. Look for what they share."
        )
        show(
            patches(
                np.stack([one[field.window] for one, field in zip(images, fields, strict=True)]),
                labels,
                texts,
                numbers,
                page_width(),
            ),
            "patches",
            f"The patches of test images that excite {layer}, channel {channel} most",
        )
    st.caption("The **images** they come from. **Click** one to look at it on all pages.")
    st.plotly_chart(
        exciting_images(
            images,
            [(field.top, field.left, field.size) for field in fields],
            labels,
            texts,
            numbers,
            page_width(),
        ),
        key="exciting",
        on_select=lambda: choose_clicked_image("exciting"),
        selection_mode="points",
        config=CHART_CONFIG,
        alt=f"The test images that excite {layer}, channel {channel} most",
    )


if view == "layers":
    left, right = st.columns(2, gap="large")
    with left:
        show(picture(image), "input", f"The network's input: {image_name}")
        st.caption("The input, 28×28, as the network gets it")

    probabilities = next(found.values for found in stages if found.stage == "softmax")
    with right:
        show(probability_bars(probabilities, 240), "answer", "The network's ten probabilities")
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
            feature_maps(
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
        "parts of real test images, cut out exactly where the channel looked.",
    ]
)
