"""Film: how a network learned, snapshot by snapshot."""

import numpy as np
import streamlit as st

from mnistviz.charts.evaluation.confusion import confusion_figure
from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.charts.inspection.kernels import kernel_matrix_figure
from mnistviz.core.constants import noun_of
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies.training_loss import is_logged
from mnistviz.texts import _
from mnistviz.ui.film import frames
from mnistviz.ui.film.player import advance, seconds_per_frame, show_player
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import CurveOptions, show, show_curves
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.layer_views.supported_layers import need_convolutions
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.sidebar import chosen_image, need_snapshot
from mnistviz.ui.shared.texts import epochs_text, explanation, validated_on_text
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.training_images import with_training_images
from mnistviz.ui.shared.words.explained import explained, explained_caption

SCALES = {"snapshot": _("this snapshot"), "film": _("the whole film")}

snapshot = need_snapshot()
run, step = snapshot.run, snapshot.step
steps = snapshots.steps_of(run)
image, image_name = chosen_image()

explained(
    _(
        "**{name}** has {count} snapshots. They lie close together at first. Look how much "
        "happens within the first epoch, and how little later."
    ).format(name=run.name, count=len(steps))
)
playing = show_player(snapshot, steps)
need_convolutions(run.spec.model)
layers = {each.name: each.name for each in run.spec.model.convolutions}
with st.container(horizontal=True, vertical_alignment="bottom"):
    layer = pick(_("Layer"), layers, "film_layer", persist_state="session", wrap=True)
    # With one scale for the film, its first kernels are nearly white.
    scale = pick(_("Colours of the kernels"), SCALES, "film_scale", persist_state="session")

# Side by side on a screen, one below the other on a phone.
width = page_width() if is_narrow() else page_width() // 2
kernels_box, maps_box = st.columns(2, gap="medium")
with kernels_box:
    kernel = loaded_networks.weights(snapshot)[layer]["kernel"]
    if scale == "film":
        largest = frames.largest_weight(tuple(Snapshot(run, each) for each in steps), layer)
    else:
        largest = float(np.abs(kernel).max())
    explained_caption(
        _(
            "**Kernels of {layer}**: orange is positive, blue is negative. Darkest colour = "
            "±{largest:.2f}, the largest weight of {scales}."
        ).format(layer=layer, largest=largest, scales=SCALES[scale])
    )
    show(
        kernel_matrix_figure(kernel, "all", largest, width=width),
        "film_kernels",
        _("All kernels of {layer} after {epochs} epochs").format(
            layer=layer, epochs=epochs_text(run, step)
        ),
    )
with maps_box:
    maps = frames.feature_maps(snapshot, image, layer)
    signed = bool(maps.min() < 0)
    explained_caption(
        _("**Output of {layer}** for {image_name}: black = 0, white = strongest.").format(
            layer=layer, image_name=image_name
        )
    )
    show(
        feature_maps_figure(maps, signed=signed, scope="layer", largest_of_all=1, width=width),
        "film_maps",
        _("All feature maps of {layer} after {epochs} epochs").format(
            layer=layer, epochs=epochs_text(run, step)
        ),
    )
explained_caption(
    _("**Loss and accuracy**, with a vertical line at this snapshot.")
    + ("" if run.spec.data else _(" Grey: the original author's run."))
)
rows = with_training_images(run, run_logs.metrics(run))
show_curves(
    *(run, rows, run.spec.train.epochs),
    CurveOptions(marks=(step,), while_learning=not is_logged(rows)),
)
left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
with left:
    confusion, names = frames.confusion(snapshot), run.spec.class_names
    noun = noun_of(names)
    explained_caption(
        _(
            "**Which {noun} it reads as which**, on {validated_on}. At first it reads all as one "
            "{noun}. Then the mistakes (orange) get fewer."
        ).format(noun=noun, validated_on=validated_on_text(run.spec.train))
    )
    show(
        confusion_figure(confusion, class_names=names),
        "film_confusion",
        _("Confusion matrix of this snapshot"),
    )
with right:
    num_right, num_images = int(confusion.trace()), int(confusion.sum())
    st.metric(_("Right"), f"{num_right / num_images:.2%}", border=True)
    st.metric(_("Mistakes"), f"{num_images - num_right:,}", border=True)


@st.fragment(run_every=seconds_per_frame() if playing else None)
def turn_on() -> None:
    with errors_shown():
        advance(steps, steps.index(step), playing=playing)


turn_on()
explanation(
    [
        _(
            "While a network trains, its weights are kept now and then: after 1, 2, 5, 10, … "
            "batches, then after every epoch. Each of these **snapshots** is a whole network. The "
            "film shows them one after the other, and none is left out."
        ),
        _(
            "At the start the **kernels** are random. After a few dozen batches the first "
            "patterns appear, and the **maps** begin to look like edges of the digit."
        ),
        _(
            "The slider is the same as in the **sidebar**: the other pages show the snapshot at "
            "which you stop here."
        ),
    ]
)
