"""The map of the test images, the image of all pages on it, and its nearest neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnistviz.charts.digit_images import gallery_figure
from mnistviz.charts.inspection.embedding import HEIGHT, Colouring, embedding_figure
from mnistviz.core.constants import DIGIT_NAMES
from mnistviz.core.run_spec import RunSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.inspection import digit_maps
from mnistviz.inspection.digit_maps import DigitMap
from mnistviz.texts import _
from mnistviz.ui.embedding.marker_overlay import show_star
from mnistviz.ui.shared.accessibility.point_list import list_points
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import clicked_point
from mnistviz.ui.shared.page_width import is_narrow, page_width, pixel_ratio
from mnistviz.ui.shared.sidebar import choose_test_image
from mnistviz.ui.shared.words.explained import explained, explained_caption

COLOURINGS: dict[Colouring, str] = {"digit": _("digit"), "error": _("right or wrong")}
MAP, NEIGHBOURS = "map_clicked", "map_neighbours"
NUM_SHOWN_NEIGHBOURS = 20
NEIGHBOURS_WIDTH = 180
NARROW_HEIGHT = 420


@dataclass(frozen=True)
class ShownImage:
    """The image of all pages: its name, its features `(axes,)` on the map, and its number.

    The number is that of a test image, or None for a drawing.
    """

    name: str
    place: FloatArray
    number: int | None


def _choose_clicked_image() -> None:
    for key in (MAP, NEIGHBOURS):
        if (number := clicked_point(key)) is not None:
            choose_test_image(number)


def look_for(
    colouring: Colouring, answers: NDArray[np.integer], digits: NDArray[np.integer]
) -> str:
    """Return what to look for on the map of images with `answers` (n,) and true `digits` (n,)."""
    if colouring == "digit":
        return _(
            "Look for **islands**: a digit that the network tells apart lies by itself. Where two "
            "touch, it is easily mistaken."
        )
    wrong = int((answers != digits).sum())
    return _(
        "Look where the **{wrong:,} images read wrong** lie: between the islands, not within them."
    ).format(wrong=wrong)


def show_map(
    digit_map: DigitMap,
    image: ShownImage,
    tsne_plane: FloatArray | None,
    colouring: Colouring,
    spec: RunSpec,
) -> None:
    """Show the map in its first two axes, or in the plane of t-SNE `(10,000, 2)`, with a star."""
    digits = data_of(spec.data).y_test
    explained_caption(
        _(
            "{look_for} The **star** is {name}. Point at a point for what it is, **click** it to "
            "look at it on all pages."
        ).format(look_for=look_for(colouring, digit_map.answers, digits), name=image.name)
    )
    left, right = st.columns([3, 1], gap="medium")
    with left:
        if tsne_plane is None:
            plane, star = digit_map.places[:, :2], image.place[:2]
        else:
            plane = tsne_plane
            star = digit_maps.place_between(image.place, digit_map.places, plane)
        show(
            embedding_figure(
                plane,
                digits,
                digit_map.answers,
                colouring,
                height=NARROW_HEIGHT if is_narrow() else HEIGHT,
                class_names=spec.class_names,
            ),
            key=MAP,
            on_click=_choose_clicked_image,
            scrollZoom=True,
            # Plotly's own default of 2 takes four times as many pixels as most screens have.
            plotGlPixelRatio=pixel_ratio(),
            alt=_("{count:,} test images as points, coloured by {colourings}").format(
                count=len(digits), colourings=COLOURINGS[colouring]
            ),
        )
        show_star(MAP, star, image.name)
        explained_caption(
            _axes_text(digit_map.shares)
            if tsne_plane is None
            else _(
                "t-SNE keeps neighbours together. The distance between two islands and the size "
                "of one mean nothing."
            )
        )
    with right:
        _show_neighbours(digit_map, image, spec)


def _axes_text(shares: Sequence[float] | FloatArray) -> str:
    return _(
        "Left-right and up-down are the two directions in which the images differ most. Together "
        "they show {shares:.0%} of all differences."
    ).format(shares=shares[0] + shares[1])


def neighbours_of(image: ShownImage, places: FloatArray) -> NDArray[np.int64]:
    """Return the test images nearest to an image, which is no neighbour of itself."""
    nearest = digit_maps.nearest(image.place, places, NUM_SHOWN_NEIGHBOURS + 1)
    others: NDArray[np.int64] = nearest[nearest != image.number]
    return others[:NUM_SHOWN_NEIGHBOURS]


def _show_neighbours(digit_map: DigitMap, image: ShownImage, spec: RunSpec) -> None:
    data, classes = data_of(spec.data), spec.class_names
    nearest = neighbours_of(image, digit_map.places)
    digits = data.y_test[nearest]
    names = {
        int(number): (
            _("test image {number}: {label}, read as {classes}").format(
                number=number, label=label_name(int(digit), classes), classes=classes[answer]
            )
        )
        for number, digit, answer in zip(nearest, digits, digit_map.answers[nearest], strict=True)
    }
    # Beside the map on a wide page, below it on a phone.
    width = page_width() if is_narrow() else NEIGHBOURS_WIDTH
    explained(_("**Next to {name}**").format(name=image.name))
    show(
        gallery_figure(
            to_input(data.x_test[nearest]),
            list(names.values()),
            list(names),
            columns=4,
            width=width,
        ),
        key=NEIGHBOURS,
        on_click=_choose_clicked_image,
        alt=_(
            "The {num_shown_neighbours} test images that the network describes most like it"
        ).format(num_shown_neighbours=NUM_SHOWN_NEIGHBOURS),
    )
    list_points(_("Or choose it here"), names, None, f"{NEIGHBOURS}_list", choose_test_image)
    name = classes[digits[0]]
    of_class = f"{name}s" if classes == DIGIT_NAMES else _("of the class {name}").format(name=name)
    explained_caption(
        _(
            "The {num_shown_neighbours} test images that the network describes most like it, the "
            "nearest first: {sum} of them are {of_class}."
        ).format(
            num_shown_neighbours=NUM_SHOWN_NEIGHBOURS,
            sum=(digits == digits[0]).sum(),
            of_class=of_class,
        )
    )
