"""The maps of all layers for one image: small and true to scale, or layer by layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from mnistviz.charts.digit_images import image_figure, probability_figure
from mnistviz.charts.inspection.feature_maps import feature_maps_figure
from mnistviz.charts.inspection.whole_network import whole_network_figure
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.arrays import FloatArray
from mnistviz.core.types.charts import Scope
from mnistviz.core.types.inspection import LayerOutput
from mnistviz.digits.data_sets.library import data_of
from mnistviz.digits.mnist import to_input
from mnistviz.digits.my_digits import label_name
from mnistviz.inspection.image.feature_maps import shown_at
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.feature_maps.channel_view import (
    CHANNEL,
    LAYER,
    STAGES,
    chosen_channel,
    show_channel,
)
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.inputs import clicked_point
from mnistviz.ui.shared.page_width import is_narrow, page_width
from mnistviz.ui.shared.words.explained import explained, explained_caption

# The key of the chart of the difference between two images.
DIFFERENCE = "whole-difference"


@dataclass(frozen=True)
class ShownMaps:
    """The maps of a snapshot for an image, and how they are drawn.

    `image` is (28, 28) float32 in [0, 1]. `stages` are all outputs for it, those at `stage` are
    drawn. `other_image` is the number of a test image beside it, or None.
    """

    snapshot: Snapshot
    image: FloatArray
    image_name: str
    stages: tuple[LayerOutput, ...]
    stage: str
    scope: Scope
    other_image: int | None


def shown_outputs(
    stages: Sequence[LayerOutput], image: FloatArray, stage: str
) -> list[LayerOutput]:
    """Return the input, the maps at a stage, pool, scores and softmax, in order."""
    shown = [id(output) for output in shown_at(stages, stage)]
    return [
        LayerOutput("input", "input", image[..., np.newaxis]),
        *(
            output
            for output in stages
            if output.stage in ("pool", "softmax") or id(output) in shown
        ),
    ]


def difference_of(first: Sequence[LayerOutput], second: Sequence[LayerOutput]) -> list[LayerOutput]:
    """Return the first outputs minus the second, which are of the same layers and stages."""
    return [
        LayerOutput(a.layer, a.stage, a.values - b.values)
        for a, b in zip(first, second, strict=True)
    ]


@st.fragment
def show_network(maps: ShownMaps, whole: bool) -> None:
    """Show all maps, small and true to scale where `whole`; below them the channel chosen last."""
    if whole:
        _show_whole_network(maps)
    with errors_shown():
        show_channel(maps.snapshot, maps.stages, maps.stage)


def _show_whole_network(maps: ShownMaps) -> None:
    explained_caption(_("The maps are drawn to scale. **Click** a map to open it below."))
    charts = _charts_of(maps)
    # Three side by side, below each other on a phone.
    width = page_width() if len(charts) == 1 or is_narrow() else page_width() * 3 // 10
    columns = st.columns(len(charts)) if len(charts) > 1 else [st.container()]
    for column, (key, name, outputs) in zip(columns, charts, strict=True):
        with column:
            if len(charts) > 1:
                explained(f"**{name[:1].upper()}{name[1:]}**")
            show(
                whole_network_figure(
                    outputs,
                    maps.scope,
                    width,
                    difference=key == DIFFERENCE,
                    chosen=chosen_channel(maps.snapshot.run),
                ),
                key=key,
                on_click=partial(_choose_clicked_map, key, maps.snapshot.run.spec.model),
                alt=_("All maps of all layers for {name}, {stages}").format(
                    name=name, stages=STAGES[maps.stage]
                ),
            )


def _charts_of(maps: ShownMaps) -> list[tuple[str, str, list[LayerOutput]]]:
    """Key, name and outputs of each chart: the image, and the other one with the difference."""
    outputs = shown_outputs(maps.stages, maps.image, maps.stage)
    charts = [("whole", maps.image_name, outputs)]
    if (number := maps.other_image) is not None:
        spec = maps.snapshot.run.spec
        data = data_of(spec.data)
        number = min(number, len(data.y_test) - 1)
        image = to_input(data.x_test[number])
        others = shown_outputs(
            loaded_networks.calibrated_stages(maps.snapshot, image), image, maps.stage
        )
        label = label_name(int(data.y_test[number]), spec.class_names)
        charts += [
            (
                "whole-other",
                _("test image {number}, {label}").format(number=number, label=label),
                others,
            ),
            (DIFFERENCE, _("the first minus the second"), difference_of(outputs, others)),
        ]
    return charts


def _choose_clicked_map(key: str, model: ModelSpec) -> None:
    layer, channel = clicked_point(key) or ("input", 0)
    if opened := opened_layer(model, layer):
        st.session_state[LAYER], st.session_state[CHANNEL] = opened, channel


def opened_layer(model: ModelSpec, name: str) -> str:
    """The convolution that a click on a layer's map opens; empty for none.

    A pool has no channels of its own: it opens the last convolution before it, as the softmax does.
    """
    names = [layer.name for layer in model.layers]
    if name not in names:
        return ""
    before = model.layers[: names.index(name) + 1]
    convolutions = [layer.name for layer in before if layer.type == "Conv2D"]
    is_open = name in convolutions or name.startswith(("pool", "softmax"))
    return convolutions[-1] if convolutions and is_open else ""


def show_layers(maps: ShownMaps) -> None:
    """Show the input, the answer, and the maps of each layer below each other, large."""
    left, right = st.columns(2, gap="large")
    with left:
        show(
            image_figure(maps.image),
            "input",
            _("The network's input: {image_name}").format(image_name=maps.image_name),
        )
        explained_caption(_("The input of the network, 28×28 pixels"))
    with right:
        probabilities = maps.stages[-1].values
        names = maps.snapshot.run.spec.class_names
        show(
            probability_figure(probabilities, 240, names),
            "answer",
            _("The network's probabilities"),
        )
        guess = int(np.argmax(probabilities))
        note = loaded_networks.calibration_note(maps.snapshot)
        explained_caption(
            _("Its answer: **{names}** with {probabilities:.1%}{note}").format(
                names=names[guess], probabilities=probabilities[guess], note=note
            )
        )
    _image, *outputs, _scores = shown_outputs(maps.stages, maps.image, maps.stage)
    largest = max(float(np.abs(output.values).max()) for output in outputs)
    for output in outputs:
        _show_layer(output, maps, largest)


def _show_layer(output: LayerOutput, maps: ShownMaps, largest: float) -> None:
    height, width, channels = output.values.shape
    is_pool = output.stage == "pool"
    title = _("max-pool") if output.layer == "pool" else output.layer
    st.subheader(
        _("{title} · {channels} channels of {height}×{width}").format(
            title=title, channels=channels, height=height, width=width
        ),
    )
    if is_pool and maps.snapshot.run.spec.model.normalizes:
        explained_caption(
            _(
                "The pool takes the normalized values: orange is above the usual value, blue "
                "below it."
            )
        )
    elif output.layer == maps.snapshot.run.spec.model.scores_layer:
        explained_caption(
            _("One score for each digit. The softmax turns the scores into probabilities.")
        )
    show(
        feature_maps_figure(
            output.values,
            signed=output.stage != "relu" and float(output.values.min()) < 0,
            scope=maps.scope,
            largest_of_all=largest,
            width=page_width(),
        ),
        f"maps-{output.layer}",
        _("{channels} feature maps of {title}, {get}").format(
            channels=channels, title=title, get=STAGES.get(output.stage, _("after the pool"))
        ),
    )
