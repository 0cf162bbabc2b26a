"""Map of digits: the test images as the network sees them, alike close together."""

from mnistviz.ui.shared.compat import need_shell

need_shell()

import streamlit as st

from mnistviz.charts.digit_images import gallery_figure
from mnistviz.charts.inspection.embedding import HEIGHT, embedding_figure
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection import tsne_worker
from mnistviz.ui.embedding.marker_overlay import show_star
from mnistviz.ui.embedding.thumbnails import show_thumbnails
from mnistviz.ui.shared import loaders, state
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.page_width import is_narrow, page_width, pixel_ratio
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot, uses_drawing
from mnistviz.ui.shared.texts import describe, explanation

LAYOUTS = {"axes": "Principal axes", "tsne": "t-SNE"}
COLOURINGS = {"digit": "digit", "error": "right or wrong"}
NUM_SHOWN_NEIGHBOURS = 20
NEIGHBOURS_WIDTH = 180
NARROW_HEIGHT = 420


def choose_clicked_image() -> None:
    for key in ("map_clicked", "map_neighbours"):
        if key in st.session_state and (points := st.session_state[key].selection.points):
            datum = points[0].get("customdata")
            if datum is not None:
                st.session_state[state.IMAGE] = datum
                st.session_state[state.USE_DRAWING] = False


snapshot = need_snapshot()
image, image_name = chosen_image()
st.markdown(f"{describe(snapshot)}: {NUM_TEST_IMAGES:,} test images by its last hidden features")
with st.container(horizontal=True, vertical_alignment="bottom"):
    layout = st.segmented_control(
        "Layout",
        list(LAYOUTS),
        default="axes",
        format_func=LAYOUTS.get,
        key="map_layout",
        required=True,
        persist_state="session",
    )
    colouring = st.segmented_control(
        "Colour by",
        list(COLOURINGS),
        default="digit",
        format_func=COLOURINGS.get,
        key="map_colouring",
        required=True,
        persist_state="session",
    )
found = loaders.digit_map(snapshot)


@st.fragment(run_every=1.0)
def wait_for_tsne() -> None:
    with errors_shown():
        show_progress()


def show_progress() -> None:
    from mnistviz.inspection.jobs import progress_of, stop
    from mnistviz.inspection.tsne_worker import TSNE

    if loaders.tsne(snapshot) is not None:
        st.rerun()
    done = progress_of(snapshot, TSNE)
    if done is None:
        st.rerun()
    st.progress(done, f"t-SNE is {done:.0%} done. It goes on when you leave the page.")
    if st.button("Stop", icon=":material/stop:"):
        stop(snapshot, TSNE)


def offer_tsne() -> None:
    from mnistviz.inspection.jobs import progress_of
    from mnistviz.inspection.tsne_worker import TSNE

    if progress_of(snapshot, TSNE) is not None:
        wait_for_tsne()
        return
    st.info(
        "This map has to be worked out once for each snapshot: half a minute on two free cores, "
        "in a process of its own. It is kept."
    )
    if st.button("Work it out", type="primary", icon=":material/scatter_plot:"):
        tsne_worker.start(snapshot)
        st.rerun()


plane = found.places[:, :2]
if layout == "tsne":
    plane = loaders.tsne(snapshot)
    if plane is None:
        offer_tsne()
        st.stop()
if uses_drawing():
    place = loaders.place(snapshot, image)
else:
    place = found.places[int(st.session_state.get(state.IMAGE) or 0)]
star = place[:2]
if layout == "tsne":
    from mnistviz.inspection.embedding import place_between

    star = place_between(place, found.places, plane)

data = load_mnist()
wrong = int((found.answers != data.y_test).sum())
if colouring == "digit":
    look_for = (
        "Look for **islands**: a digit that the network tells apart lies by itself. Where two "
        "touch, it is easily mistaken."
    )
else:
    look_for = (
        f"Look where the **{wrong:,} images read wrong** lie: between the islands, not within them."
    )
st.caption(
    f"{look_for} The **star** is {image_name}. Point at a point for what it is, **click** it to "
    "look at it on all pages."
)
left, right = st.columns([3, 1], gap="medium")
with left:
    show(
        embedding_figure(
            plane,
            data.y_test,
            found.answers,
            colouring,
            height=NARROW_HEIGHT if is_narrow() else HEIGHT,
        ),
        key="map_clicked",
        on_click=choose_clicked_image,
        scrollZoom=True,
        # Plotly's own default of 2 takes four times as many pixels as most screens have.
        plotGlPixelRatio=pixel_ratio(),
        alt=f"{NUM_TEST_IMAGES:,} test images as points, coloured by {COLOURINGS[colouring]}",
    )
    show_star("map_clicked", star, image_name)
    if layout == "axes":
        first, second = found.shares[:2]
        st.caption(
            f"Across: the first principal axis, {first:.1%} of all that differs from image to "
            f"image; upwards: the second, {second:.1%}. The other axes can't be seen here."
        )
    else:
        st.caption(
            "t-SNE keeps neighbours together; how far apart two islands lie, and how large one is, "
            "says nothing."
        )
with right:
    from mnistviz.inspection.embedding import nearest

    # The image itself is its own nearest neighbour.
    closest = nearest(place, found.places, NUM_SHOWN_NEIGHBOURS + 1)
    if not uses_drawing():
        closest = closest[closest != st.session_state.get(state.IMAGE, 0)]
    closest = closest[:NUM_SHOWN_NEIGHBOURS]
    st.markdown(f"**Next to {image_name}**")
    show(
        gallery_figure(
            to_input(data.x_test[closest]),
            [
                f"test image {index}: a {data.y_test[index]}, read as {found.answers[index]}"
                for index in closest
            ],
            closest.tolist(),
            columns=4,
            # Beside the map on a wide page, below it on a phone.
            width=page_width() if is_narrow() else NEIGHBOURS_WIDTH,
        ),
        key="map_neighbours",
        on_click=choose_clicked_image,
        alt=f"The {NUM_SHOWN_NEIGHBOURS} test images that the network describes most like it",
    )
    same = int((data.y_test[closest] == data.y_test[closest[0]]).sum())
    st.caption(
        f"The {NUM_SHOWN_NEIGHBOURS} test images that the network describes most like it, the "
        f"nearest first: {same} of them are {data.y_test[closest[0]]}s."
    )
explanation(
    [
        f"Before its last layer, the network describes each image with **{len(found.mean)} "
        "numbers**. Images with similar numbers are similar *to the network*: it can hardly tell "
        "them apart any more. The map puts each of the 10,000 test images, which it was not "
        "trained on, at a place in the plane, similar ones close together.",
        "**Principal axes** look at the cloud of all images from the side where it is widest. "
        "Nothing is bent, but much lies behind each other. **t-SNE** bends the plane so that who "
        "is neighbour in all the numbers stays neighbour on the map.",
        "Move the **snapshot** slider in the sidebar to 0: before training, the digits lie in one "
        "heap. Then step through the first epoch and watch them part. Draw a digit and choose "
        "*My drawing*: the star shows where the network puts it.",
    ]
)
# Last: all images are two megabytes, and nothing waits for them.
show_thumbnails("map_clicked", data.x_test, "test images")
