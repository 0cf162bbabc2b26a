"""The test images that excite a channel most, and how often it is active for each digit."""

import numpy as np
import streamlit as st

from mnistviz.charts.inspection.channels import (
    digit_activity_figure,
    exciting_images_figure,
    patches_figure,
)
from mnistviz.core.constants import DIGIT_NAMES, IMAGE_SIZE, noun_of
from mnistviz.core.types.inspection import ActivationSurvey
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.inspection.image.receptive_field import field_of
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.shared import stored_results
from mnistviz.ui.shared.accessibility.point_list import list_points
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import clicked_point
from mnistviz.ui.shared.on_demand import OnDemand
from mnistviz.ui.shared.page_width import page_width
from mnistviz.ui.shared.sidebar import choose_test_image, chosen_number
from mnistviz.ui.shared.words.explained import explained, explained_caption

SURVEY = OnDemand(
    "survey",
    _("Search all test images"),
    ":material/search:",
    _("Once for each snapshot, a few seconds. The result is kept on disk."),
    caption=_("What excites this channel most? A search over all test images tells."),
)
CHART = "exciting"


def _choose_clicked_image() -> None:
    if (number := clicked_point(CHART)) is not None:
        _choose_image(number)


def _choose_image(number: int) -> None:
    choose_test_image(number)
    # The whole page, not only the fragment around the chart: the sidebar shows the image.
    st.rerun()


def show_exciting(
    snapshot: Snapshot, layer: str, channel: int, heading: str = _("Over all test images")
) -> None:
    """Show which digits activate a channel, and the patches of test images that excite it most."""
    st.subheader(heading)
    surveys = stored_results.stored_survey(snapshot) or SURVEY.need(
        _("Every channel on every test image …"),
        lambda progress: stored_results.compute_survey(snapshot, progress),
    )
    if not surveys:
        return
    survey = surveys[layer]
    _show_activity(survey, layer, channel, snapshot.run.spec.class_names)
    if survey.largest[channel] > 0:
        _show_patches(snapshot.run, survey, layer, channel)


def _show_activity(
    survey: ActivationSurvey, layer: str, channel: int, class_names: tuple[str, ...]
) -> None:
    active, means = survey.active_images[:, channel], survey.mean_by_digit[:, channel]
    left, right = st.columns(2, gap="large")
    with left:
        show(
            digit_activity_figure(active, means, class_names=class_names),
            "digit_activity",
            _("Mean value of {layer}, channel {channel} for each {noun}").format(
                layer=layer, channel=channel, noun=noun_of(class_names)
            ),
        )
    with right:
        explained(activity_text(survey, channel, class_names))
        explained_caption(
            _(
                "A bar is the channel's mean value over all places of all test images of that "
                "{noun}."
            ).format(noun=noun_of(class_names))
        )


def activity_text(
    survey: ActivationSurvey, channel: int, class_names: tuple[str, ...] = DIGIT_NAMES
) -> str:
    """Return how often a channel is active, and for which digit most."""
    largest = survey.largest[channel]
    if largest <= 0:
        return _("It is **never active**, at no place of any test image: a dead channel.")
    return _(
        "It is active somewhere in **{mean:.1%}** of the images and at **{active_places:.1%}** of "
        "all places. Its mean is highest for the {noun} **{class_names}**. The highest value of "
        "all is {largest:.2f}."
    ).format(
        mean=survey.active_images[:, channel].mean(),
        active_places=survey.active_places[channel],
        noun=noun_of(class_names),
        class_names=class_names[np.argmax(survey.mean_by_digit[:, channel])],
        largest=largest,
    )


def _show_patches(run: Run, survey: ActivationSurvey, layer: str, channel: int) -> None:
    data = data_of(run.spec.data)
    numbers = survey.top_images[:, channel].tolist()
    fields = [
        field_of(run.spec.model, layer, int(row), int(column))
        for row, column in survey.top_places[:, channel]
    ]
    images = to_input(data.x_test[numbers])
    labels = [f"{value:.2f}" for value in survey.top_values[:, channel]]
    texts = [
        _("test image {number}: {label}").format(
            number=number, label=label_name(int(data.y_test[number]), run.spec.class_names)
        )
        for number in numbers
    ]
    size = fields[0].size
    if size < IMAGE_SIZE:
        explained_caption(
            _(
                "The **patches** of {size}×{size} pixels that excite it most, exactly what the "
                "unit sees, with its value. Look for what they share."
            ).format(size=size)
        )
        patches = [image[field.window] for image, field in zip(images, fields, strict=True)]
        show(
            patches_figure(np.stack(patches), labels, texts, numbers, page_width()),
            "patches",
            _("The patches of test images that excite {layer}, channel {channel} most").format(
                layer=layer, channel=channel
            ),
        )
    explained_caption(_("The **images** they come from. **Click** one to look at it on all pages."))
    squares = [(field.top, field.left, field.size) for field in fields]
    show(
        exciting_images_figure(images, squares, labels, texts, numbers, page_width()),
        key=CHART,
        on_click=_choose_clicked_image,
        alt=_("The test images that excite {layer}, channel {channel} most").format(
            layer=layer, channel=channel
        ),
    )
    names = dict(zip(numbers, texts, strict=True))
    list_points(_("Or choose it here"), names, chosen_number(), f"{CHART}_list", _choose_image)
