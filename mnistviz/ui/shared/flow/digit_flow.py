"""A digit that passes through all layers of a network, on one screen, with a pad to draw on.

While the pen is down, JavaScript computes a preview with the weights of `network_weights.py`. When
it is lifted, the strokes come to Python, and its figures replace the preview.
"""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from mnistviz.charts.colour_scales import NEGATIVE, NEUTRAL, POSITIVE
from mnistviz.core.types.arrays import FloatArray
from mnistviz.digits.drawing import preprocessing, strokes
from mnistviz.digits.drawing.strokes import CANVAS_BRUSH, Strokes
from mnistviz.runs.snapshots import Snapshot
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.browser_script import view_component
from mnistviz.ui.shared.flow import texts
from mnistviz.ui.shared.flow.network_weights import (
    as_text,
    browser_layers,
    has_maps,
    network_name,
)

FOLDER = Path(__file__).parent
# The side of the pad in its own pixels, whatever its size on the screen.
PAD_SIZE = 280
# A tile of a class has room for so many letters.
SHORT_NAME = 4
COLOURS = {"negative": NEGATIVE, "neutral": NEUTRAL, "positive": POSITIVE}

_component = view_component(
    "mnistviz_digit_flow",
    (FOLDER / "flow.html").read_text(encoding="utf-8"),
    FOLDER / "flow.css",
    *(FOLDER / name for name in ("forward.js", "ink.js", "maps.js", "flow.js")),
)


def digit_flow(
    snapshot: Snapshot,
    drawn: Strokes,
    keep: Callable[[Strokes], None],
    *,
    key: str,
    other: tuple[FloatArray, str] | None = None,
    pad_only: bool = False,
) -> None:
    """Show a pad with a drawing, and what each layer of a snapshot's network makes of it.

    `drawn` is a drawing on 280×280 pixels; `keep` gets it when the pen is lifted. `other` is an
    image `(28, 28)` in [0, 1] with its name, used while nothing is drawn. With `pad_only`, only the
    pad, the input and the answers are shown. `send_weights` must be called on the same page.
    """
    report_key = f"{key}_number"

    def take_drawing() -> None:
        report = st.session_state[key].get("drawing") or {}
        st.session_state[report_key] = int(report.get("number", 0))
        keep(strokes_of(report))

    _component(
        key=key,
        data={
            **figures_of(snapshot, drawn, other),
            "network": network_name(snapshot),
            "number": st.session_state.get(report_key, 0),
            "strokes": [np.round(line.astype(float), 1).tolist() for line in drawn.strokes],
            "pad_only": pad_only,
            "colours": COLOURS,
            "classes": snapshot.run.spec.class_names,
            "short_classes": short_names(snapshot.run.spec.class_names),
            "texts": texts.browser_texts(snapshot.run.spec.class_names),
        },
        on_drawing_change=take_drawing,
    )


def short_names(class_names: Sequence[str]) -> list[str]:
    """The names of classes for their tiles: the first letters in which they differ."""
    pairs = zip(min(class_names), max(class_names), strict=False)
    shared = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return [name[shared : shared + SHORT_NAME] or name[:SHORT_NAME] for name in class_names]


def strokes_of(report: dict[str, Any]) -> Strokes:
    """The drawing in a report of the browser."""
    lines = tuple(np.array(line, np.float32).reshape(-1, 2) for line in report.get("strokes", []))
    return Strokes(PAD_SIZE, PAD_SIZE, CANVAS_BRUSH, lines)


def image_of(drawn: Strokes) -> FloatArray:
    """The input `(28, 28)` of the network for a drawing; all 0 without strokes."""
    return preprocessing.normalise(strokes.render(strokes.redraw(drawn))).image


def figures_of(
    snapshot: Snapshot, drawn: Strokes, other: tuple[FloatArray, str] | None
) -> dict[str, Any]:
    """The image, the outputs of all layers and the answer, for `flow.js`, computed by NumPy."""
    network = loaded_networks.network(snapshot)
    reader = loaded_networks.digit_reader(snapshot)
    name = ""
    image = image_of(drawn)
    if not drawn.strokes and other is not None:
        image, name = other
    outputs = network.outputs(image[np.newaxis])
    shown = [one.layer.name for one in browser_layers(network.spec) or [] if has_maps(one)]
    calibration = reader.calibration
    figures: dict[str, Any] = {
        "image": as_text(image),
        "outputs": as_text(np.concatenate([outputs[layer].ravel() for layer in shown])),
        "temperature": calibration.temperature if calibration else 1.0,
        "probabilities": [0.0] * network.spec.num_classes,
        "answer": "",
        "detail": "",
        "origin": texts.BLANK,
    }
    if not image.any():
        return figures
    reading = reader.read(image)
    detail = texts.ANSWER_DETAILS[reading.verdict]
    return {
        **figures,
        "probabilities": reading.probabilities.tolist(),
        "answer": "?" if reading.verdict == "not_a_digit" else reading.name,
        "detail": detail.format(probability=f"{reading.probability:.1%}", digit=reading.digit),
        "origin": texts.OTHER.format(name=name[:1].upper() + name[1:])
        if name
        else texts.own(snapshot.run.spec.class_names),
    }
