"""The data: how many images each digit has, and a gallery of the test images."""

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import GALLERY_WIDTH, class_count_figure, gallery_figure
from mnistviz.core.constants import NUM_CLASSES, NUM_TEST_IMAGES
from mnistviz.digits.mnist import Mnist, load_mnist, to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.texts import _
from mnistviz.ui.shared.accessibility.point_list import list_points
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import clicked_point
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.sidebar import choose_test_image, chosen_number
from mnistviz.ui.shared.words.explained import explained_caption

IMAGES_PER_PAGE = 40


def show_data() -> None:
    """Show the counts of the digits, and the gallery."""
    st.header(_("The data"))
    data = load_mnist()
    left, right = st.columns([2, 3], gap="large")
    with left:
        explained_caption(
            _("60,000 training and 10,000 test images. All ten digits appear about equally often.")
        )
        show(
            class_count_figure(data.class_counts()),
            "counts",
            _(
                "Number of training and test images of each digit, between 5,421 and 6,742 for "
                "training."
            ),
        )
    with right:
        _show_gallery(data)


def _show_gallery(data: Mnist) -> None:
    explained_caption(_("Test images. **Click one** to use it on all pages."))
    digit = st.pills(
        _("Digit"), range(NUM_CLASSES), key="gallery_digit", label_visibility="collapsed", wrap=True
    )
    shown = np.arange(NUM_TEST_IMAGES) if digit is None else np.flatnonzero(data.y_test == digit)
    num_pages = -(-len(shown) // IMAGES_PER_PAGE)
    number = st.number_input(
        _("Page of {num_pages}").format(num_pages=num_pages), 1, num_pages, key="gallery_page"
    )
    here = shown[(number - 1) * IMAGES_PER_PAGE : number * IMAGES_PER_PAGE]
    names = {
        index: _("test image {index}: {label}").format(
            index=index, label=label_name(int(data.y_test[index]))
        )
        for index in here.tolist()
    }
    show(
        gallery_figure(
            to_input(data.x_test[here]),
            list(names.values()),
            list(names),
            columns=5 if is_narrow() else 10,
            # Beside the bars it has part of the page, below them all of it.
            width=page_width() if is_narrow() else GALLERY_WIDTH,
        ),
        key="gallery",
        on_click=_choose_clicked_image,
        alt=_("{count} handwritten digits from the test set").format(count=len(here)),
    )
    list_points(_("Or choose it here"), names, chosen_number(), "gallery_list", choose_test_image)


def _choose_clicked_image() -> None:
    if (image := clicked_point("gallery")) is not None:
        choose_test_image(image)
