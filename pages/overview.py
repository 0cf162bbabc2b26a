"""Overview: what this is, the network, the reference run, the data."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from mnistviz.charts.digit_images import GALLERY_WIDTH, class_count_figure, gallery_figure
from mnistviz.charts.inspection.network import network_figure
from mnistviz.core.constants import NUM_CLASSES, NUM_TEST_IMAGES
from mnistviz.core.model_spec import ModelSpec
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry
from mnistviz.studies.published_results import published_results
from mnistviz.ui.shared import run_logs, state
from mnistviz.ui.shared.charts import CurveOptions, show, show_curves
from mnistviz.ui.shared.page_registry import DRAW, FEATURE_MAPS, KERNELS, SECTIONS, TRAIN
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.texts import explanation

IMAGES_PER_PAGE = 40


def choose_clicked_image() -> None:
    points = st.session_state.gallery.selection.points
    if points:
        st.session_state[state.IMAGE] = points[0]["customdata"]
        st.session_state[state.USE_DRAWING] = False


reference = registry.find_run("reference")
rows = run_logs.metrics(reference)
published = run_logs.published_log()
model = ModelSpec()
last = [row for row in rows if row.split == "validation"][-1]

st.subheader("A network small enough to look inside")
st.markdown(
    f"This network reads handwritten digits with **{model.parameters:,} numbers**; large ones have "
    "billions. Train it here in minutes, look at every one of those numbers, watch "
    "what each layer makes of an image, and try it on your own handwriting. "
    "**New here? Draw a digit, then train a network of your own.**"
)

ways = {
    DRAW: ("Draw a digit", "Your handwriting, its answer."),
    TRAIN: ("Train it live", "Under half a minute to try."),
    KERNELS: ("See its kernels", "Every weight, with its sign."),
    FEATURE_MAPS: ("What it sees", "Every channel, one image."),
}
for column, (page, (label, promise)) in zip(st.columns(len(ways)), ways.items(), strict=True):
    with column.container(border=True, height="stretch"):
        page.link(f"**{label}**")
        st.caption(promise)

metric = partial(st.metric, border=True, height="stretch")
with st.container(horizontal=True):
    metric("Parameters", f"{model.parameters:,}")
    metric("Learned by training", f"{model.trainable:,}")
    metric(
        "Running averages",
        f"{model.non_trainable:,}",
        help="What batch normalization remembers of the training images: means and variances.",
    )
    metric(
        f"Test accuracy after {last.epoch} epochs",
        f"{last.accuracy:.2%}",
        f"published {published[-1].accuracy:.2%}",
        delta_color="off",
        delta_arrow="off",
        help="Of the bundled run `reference`, from its stored metrics. "
        "`python -m mnistviz evaluate reference` measures it again.",
    )

with st.expander("All pages, and what each is for", icon=":material/menu:"):
    sections = {heading: entries for heading, entries in SECTIONS.items() if heading}
    for column, (heading, entries) in zip(st.columns(len(sections)), sections.items(), strict=True):
        with column:
            st.markdown(f"**{heading}**")
            for page in entries:
                page.link()
                st.caption(page.help)

st.header("The network, layer by layer")
st.caption(
    "Read from top to bottom. A bar is as long as the layer's maps are wide and as thick as the "
    "layer has channels: the picture shrinks, the descriptions of it multiply."
)
drawing, ledger = st.columns([3, 2], gap="large")
with drawing:
    show(
        network_figure(model),
        "network",
        "The layers of the network from the 28 by 28 image to ten probabilities, with the size "
        "and the number of channels of each.",
    )
with ledger:
    table = pd.DataFrame(
        [
            (layer.name, "×".join(map(str, layer.output_shape)), layer.parameters)
            for layer in model.layers
            if layer.type != "Dropout"
        ],
        columns=["layer", "output", "parameters"],
    )
    st.table(
        table.style.format({"parameters": "{:,}"}), hide_index=True, alt="Parameters of each layer"
    )
    st.caption(
        f"It adds up to **{model.parameters:,}**: {model.trainable:,} that training changes and "
        f"{model.non_trainable:,} running averages of the batch normalizations. Dropout follows "
        "every normalization and has no parameters."
    )
explanation(
    [
        "A **convolution** slides small squares of weights (kernels) over the picture and writes "
        "down how well each place matches. Each **channel** of its output is one such question, "
        "asked everywhere: *is there an edge like this here?* Deeper layers ask about combinations "
        "of the answers.",
        "**ReLU** sets negative answers to zero. **Batch normalization** brings each channel to a "
        "common range, **dropout** hides one in ten values while training, so that no answer is "
        "relied on alone. **Max-pool** keeps the largest of each 2×2 square.",
        "The **1×1** convolutions squeeze the channels down to ten without looking at neighbours. "
        "The last convolution covers its whole 7×7 input and gives one score for each digit; the "
        "**softmax** turns the scores into probabilities.",
    ]
)

st.header("The reference run")
st.caption(
    "Validation starts above training, because dropout hides part of the network while it trains; "
    "look where the two meet. The bundled run follows the published training setting for setting "
    f"and ends at {last.accuracy:.2%}, the published one at {published[-1].accuracy:.2%}. Both are "
    "validated on the **test set** after each epoch."
)
show_curves(reference, rows, reference.spec.train.epochs, CurveOptions(accuracy_from=0.96))

st.header("Speed and accuracy")
st.caption(
    "Published, stock Keras and this project. "
    "The speeds are of one machine with two cores, all trainers in turns. Every recipe but "
    "`reference` reads the test set once, at its end."
)
st.table(
    pd.DataFrame(
        [(row.measure, row.ours, row.published, row.keras) for row in published_results()],
        columns=["measured", "this project", "published", "stock Keras"],
    ),
    alt="Speed and accuracy: this project, published and stock Keras",
)
with st.expander("Measure it again", icon=":material/terminal:"):
    st.caption("In the project's folder, on a machine left alone:")
    st.code("\n".join(dict.fromkeys(row.command for row in published_results())), language="sh")

st.header("The data")
data = load_mnist()
left, right = st.columns([2, 3], gap="large")
with left:
    st.caption("60,000 training and 10,000 test images. No digit is rare: look how level it is.")
    show(
        class_count_figure(data.class_counts()),
        "counts",
        "Number of training and test images of each digit, between 5,421 and 6,742 for training.",
    )
with right:
    st.caption("Test images. **Click one** to use it on all pages.")
    digit = st.pills(
        "Digit", range(NUM_CLASSES), key="gallery_digit", label_visibility="collapsed", wrap=True
    )
    shown = np.arange(NUM_TEST_IMAGES) if digit is None else np.flatnonzero(data.y_test == digit)
    num_pages = -(-len(shown) // IMAGES_PER_PAGE)
    number = st.number_input(f"Page of {num_pages}", 1, num_pages, key="gallery_page")
    here = shown[(number - 1) * IMAGES_PER_PAGE : number * IMAGES_PER_PAGE]
    show(
        gallery_figure(
            to_input(data.x_test[here]),
            [f"test image {index}: a {data.y_test[index]}" for index in here],
            here.tolist(),
            columns=5 if is_narrow() else 10,
            # Beside the bars it has part of the page, below them all of it.
            width=page_width() if is_narrow() else GALLERY_WIDTH,
        ),
        key="gallery",
        on_click=choose_clicked_image,
        alt=f"{len(here)} handwritten digits from the test set",
    )
