"""What excites a channel most among the 10,000 test images, how often it is active, for what."""

import numpy as np
import streamlit as st

from mnistviz.charts.inspection.channels import (
    digit_activity_figure,
    exciting_images_figure,
    patches_figure,
)
from mnistviz.core.constants import IMAGE_SIZE
from mnistviz.core.types.inspection import ActivationSurvey
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.inspection.image.receptive_field import field_of
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaders, state
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.widgets import show

ASKED = "survey_asked"
NEW_IMAGE = "survey_new_image"
CHART = "exciting"


def follow_new_image() -> None:
    """To be called where a fragment begins that shows this: the sidebar is outside of it."""
    if st.session_state.pop(NEW_IMAGE, False):
        st.rerun()


def _choose_clicked_image() -> None:
    points = st.session_state[CHART].selection.points
    if points:
        st.session_state[state.IMAGE] = points[0]["customdata"]
        st.session_state[state.USE_DRAWING] = False
        st.session_state[NEW_IMAGE] = True


def show_exciting(
    snapshot: Snapshot,
    layer: str,
    channel: int,
    heading: str = "Over the 10,000 test images",
) -> None:
    """Over all test images: the digits it answers to, and the patches that excite it most."""
    st.subheader(heading)
    one = _survey(snapshot, layer)
    if one is None:
        return
    active = float(one.active_images[:, channel].mean())
    dead = one.largest[channel] <= 0
    left, right = st.columns(2, gap="large")
    with left:
        show(
            digit_activity_figure(one.active_images[:, channel], one.mean_by_digit[:, channel]),
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
    if not dead:
        _show_patches(snapshot.run, one, layer, channel)


def _survey(snapshot: Snapshot, layer: str) -> ActivationSurvey | None:
    surveys = loaders.kept_survey(snapshot)
    if not surveys:
        slot = st.empty()
        start = slot.button(
            "Search the 10,000 test images",
            icon=":material/search:",
            key="survey_start",
            help="Once for each snapshot, a few seconds. The result is kept on disk.",
        )
        if not (start or st.session_state.get(ASKED)):
            st.caption("What excites this channel most? A search over all test images tells.")
            return None
        # Who has asked for one snapshot wants the next one, too.
        st.session_state[ASKED] = True
        bar = slot.progress(0.0, "Every channel on every test image …")
        surveys = loaders.make_survey(snapshot, bar.progress)
        slot.empty()
    return surveys[layer]


def _show_patches(run: Run, one: ActivationSurvey, layer: str, channel: int) -> None:
    data = load_mnist()
    numbers = one.top_images[:, channel].tolist()
    fields = [
        field_of(run.spec.model, layer, int(row), int(column))
        for row, column in one.top_places[:, channel]
    ]
    images = to_input(data.x_test[numbers])
    labels = [f"{value:.2f}" for value in one.top_values[:, channel]]
    texts = [f"test image {number}: a {data.y_test[number]}" for number in numbers]
    size = fields[0].size
    if size < IMAGE_SIZE:
        st.caption(
            f"The **patches** of {size}×{size} pixels that excite it most, exactly what the unit "
            "sees, with its value. Look for what they share."
        )
        show(
            patches_figure(
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
    show(
        exciting_images_figure(
            images,
            [(field.top, field.left, field.size) for field in fields],
            labels,
            texts,
            numbers,
            page_width(),
        ),
        key=CHART,
        on_click=_choose_clicked_image,
        alt=f"The test images that excite {layer}, channel {channel} most",
    )
