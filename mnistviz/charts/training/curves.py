"""Loss and accuracy during a training, beside the published log."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from mnistviz.charts.theme import CHOSEN, LEGEND, PUBLISHED, TRAINING, VALIDATION, apply_layout
from mnistviz.core.types.training import MetricRow
from mnistviz.texts import _

# More points can't be distinguished, and slow a browser down.
MAX_POINTS = 500

HEIGHT = 340
DASHES = {"train": "dot"}
# 1, 2 and 5 of each power of ten: a loss measured alike may stay within one.
LOSS_TICKS = [digit * 10.0**power for power in range(-4, 2) for digit in (1, 2, 5)]

Measure = Literal["loss", "accuracy"]

# The names of the curves. The training images are measured twice: as they are, in the same way as
# the validation, and while the network learns from them.
NAMES = {
    "as_is": _("training"),
    "validation": _("validation"),
    "batch": _("training, while it learns"),
    "train": _("the same, epoch mean"),
}
MEASURE_NAMES: dict[Measure, str] = {"loss": _("loss"), "accuracy": _("accuracy")}
# The splits of a log that are measured like the validation.
AS_IS = ("fixed_train", "train_sample")

# (step, loss, accuracy) of each point, by split.
Points = Mapping[str, Sequence[tuple[float, float, float]]]


def points_of(rows: Sequence[MetricRow]) -> Points:
    """Return the points of a run by split, at most `MAX_POINTS` each, for both measures."""
    by_split: dict[str, list[MetricRow]] = {split: [] for split in NAMES}
    for row in rows:
        split = "as_is" if row.split in AS_IS else row.split
        if split in by_split:
            by_split[split].append(row)
    return {split: thinned(members) for split, members in by_split.items()}


def thinned(rows: Sequence[MetricRow], most: int = MAX_POINTS) -> list[tuple[float, float, float]]:
    """Return at most `most` points (step, loss, accuracy), each the mean of consecutive rows."""
    if not rows:
        return []
    count = min(most, len(rows))
    # The parts differ by at most one row; the first ones are larger.
    size, larger = divmod(len(rows), count)
    sizes = np.full(count, size)
    sizes[:larger] += 1
    starts = np.cumsum(sizes) - sizes
    columns = [
        np.add.reduceat(np.fromiter(map(attrgetter(name), rows), np.float64, len(rows)), starts)
        / sizes
        for name in ("step", "loss", "accuracy")
    ]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """Return the exponential moving average with `weight` in [0, 1) for the past.

    As in Adam (Kingma and Ba, 2015), it is divided by the sum of the weights, so that the first
    values have no bias towards 0.
    """
    mean, total, result = 0.0, 0.0, []
    for value in values:
        mean = weight * mean + (1 - weight) * value
        total = weight * total + (1 - weight)
        result.append(mean / total)
    return result


def training_figure(
    measure: Measure,
    points: Points,
    published: Sequence[MetricRow],
    steps_per_epoch: int,
    *,
    num_epochs: int,
    accuracy_from: float = 0.0,
    log_scale: bool = True,
    while_learning: bool = True,
    smoothing: float = 0.0,
    changes: Sequence[tuple[int, float | None]] = (),
    marks: Sequence[int] = (),
    target: float | None = None,
) -> go.Figure:
    """Return the loss or the accuracy over the epochs.

    `points` are those of the run. Without `while_learning`, only what is measured alike is drawn:
    training images and validation images as they are, in inference mode. `published` are the rows
    of the published log, one step for each epoch; they are dashed, up to `num_epochs`, and without
    `while_learning` only the validation is drawn. The accuracy axis starts at `accuracy_from`;
    `log_scale` is about the loss axis. With a `smoothing` above 0 and below 1, the training curve
    is smoothed, with the raw one pale behind it. `changes` are steps at which a person set the
    learning rate, with the rate (None: back to the schedule). They are vertical lines, and so are
    the steps of `marks`. `target` is an accuracy to reach, in [0, 1]: a horizontal line.
    """
    figure = go.Figure()
    for split, colour in (("batch", TRAINING), ("train", TRAINING)) if while_learning else ():
        _add_curve(figure, measure, points, split, NAMES[split], colour, steps_per_epoch, smoothing)
    for split, colour in (("as_is", TRAINING), ("validation", VALIDATION)):
        _add_curve(figure, measure, points, split, NAMES[split], colour, steps_per_epoch)
    shown = points_of([row for row in published if row.epoch <= num_epochs])
    for split, name, dash in (
        ("train", _("published training"), "dot"),
        ("validation", _("published validation"), "dash"),
    ):
        if split == "train" and not while_learning:
            # It is the mean of an epoch, too.
            continue
        _add_curve(figure, measure, shown, split, name, PUBLISHED, 1, dash=dash)
    _add_lines(figure, steps_per_epoch, changes, marks)
    if target is not None and measure == "accuracy":
        _add_target(figure, target)
    figure.update_xaxes(range=[0, num_epochs], title=_("epochs trained"), fixedrange=True)
    if measure == "loss" and log_scale:
        figure.update_yaxes(
            title=_("loss, log scale"), type="log", tickvals=LOSS_TICKS, fixedrange=True
        )
    elif measure == "loss":
        figure.update_yaxes(title=_("loss"), rangemode="tozero", fixedrange=True)
    else:
        figure.update_yaxes(
            title=_("accuracy"),
            tickformat=".1%" if accuracy_from > 0.9 else ".0%",
            range=[accuracy_from, 1 + (1 - accuracy_from) * 0.02],
            fixedrange=True,
        )
    return apply_layout(figure, HEIGHT, showlegend=True, legend=LEGEND, hovermode="closest")


def _add_target(figure: go.Figure, accuracy: float) -> None:
    """Add a horizontal line at an accuracy to reach."""
    figure.add_hline(
        accuracy,
        line={"color": CHOSEN, "width": 1.5, "dash": "dash"},
        annotation={
            "text": _("goal {accuracy:.4g} %").format(accuracy=100 * accuracy),
            "font_size": 10,
        },
        annotation_position="bottom right",
    )


def _add_lines(
    figure: go.Figure,
    steps_per_epoch: int,
    changes: Sequence[tuple[int, float | None]],
    marks: Sequence[int],
) -> None:
    """Add vertical lines at changes of the learning rate, with the rate, and at `marks`."""
    for step, rate in changes:
        figure.add_vline(
            step / steps_per_epoch,
            line={"color": PUBLISHED, "width": 1},
            annotation={
                "text": _("schedule") if rate is None else _("rate {rate:.3g}").format(rate=rate),
                "font_size": 10,
                "textangle": -90,
            },
        )
    for step in marks:
        figure.add_vline(step / steps_per_epoch, line={"color": CHOSEN, "width": 1.5})


def _add_curve(
    figure: go.Figure,
    measure: Measure,
    points: Points,
    split: str,
    name: str,
    colour: str,
    steps_per_epoch: int,
    smoothing: float = 0.0,
    dash: str | None = None,
) -> None:
    column = 1 if measure == "loss" else 2
    drawn = points.get(split, ())
    # Arrays, as Plotly checks each number of a list.
    x = np.array([point[0] / steps_per_epoch for point in drawn])
    y = np.array([point[column] for point in drawn])
    value_format = "%{y:.4f}" if measure == "loss" else "%{y:.2%}"
    thin = split == "batch"
    hover = _("<br>epoch %{{x:.2f}}: {measure} <b>{value_format}</b><extra></extra>").format(
        measure=MEASURE_NAMES[measure], value_format=value_format
    )
    if thin and smoothing:
        figure.add_scatter(
            x=x,
            y=np.array(smoothed(y.tolist(), smoothing)),
            name=_("the same, smoothed"),
            mode="lines",
            line={"color": colour, "width": 2},
            hovertemplate=_("the same, smoothed") + hover,
        )
    figure.add_scatter(
        x=x,
        y=y,
        name=name,
        mode="lines" if thin or dash or split == "train" else "lines+markers",
        line={"color": colour, "width": 1 if thin else 2, "dash": dash or DASHES.get(split)},
        marker={"size": 5},
        opacity=(0.25 if smoothing else 0.45) if thin else 1,
        hovertemplate=name + hover,
    )
