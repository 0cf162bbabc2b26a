"""Comparison of runs: different settings, mean curves, paired differences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mnistviz.core.run_spec import RunSpec
from mnistviz.core.settings import summary
from mnistviz.core.statistics import half_width, paired
from mnistviz.core.types.arrays import DoubleArray
from mnistviz.core.types.training import Curve, MetricRow

# A band from minimum to maximum, or of one sample standard deviation on both sides.
Band = Literal["range", "deviation"]
Split = Literal["batch", "validation"]
Measure = Literal["loss", "accuracy"]


@dataclass(frozen=True)
class Difference:
    """A setting in which two runs differ, its values as text."""

    setting: str
    first: str
    second: str


@dataclass(frozen=True)
class PairedDifference:
    """The mean of second minus first over the seeds that both have, in the unit of the values.

    `low` and `high` bound the 95 % interval of the mean by Student's t; with one pair there is
    none, and both are NaN.
    """

    seeds: tuple[int, ...]
    mean: float
    low: float
    high: float

    @property
    def significant(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


# ---------------------------------------------------------------- settings

# The data set of a run that names none: the only setting that a run may lack.
MNIST = "MNIST"


def settings_of(spec: RunSpec, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return everything that determines the result of a run, by name, as text.

    `names` are the names of runs by id, for the parent of a fork.
    """
    values = summary(spec.model, spec.train)
    values["channels"] = spec.model.plan
    values["begins from"] = "random weights"
    if spec.parent is not None:
        parent = (names or {}).get(spec.parent.run, spec.parent.run)
        values["begins from"] = f"{parent}, step {spec.parent.step:,}"
    if spec.data is not None:
        values["data set"] = f"{spec.data.name} ({spec.data.sha256[:6]})"
    values["own digits"] = "none"
    if (own := spec.own) is not None:
        values["own digits"] = (
            f"{own.trained_on:,} ({own.sha256[:6]}), {own.share:.0%} of the images"
        )
    return values


def differences(
    first: RunSpec, second: RunSpec, names: Mapping[str, str] | None = None
) -> list[Difference]:
    """Return the settings in which two runs differ, in the order of the spec."""
    ours, theirs = settings_of(first, names), settings_of(second, names)
    return [
        Difference(name, ours.get(name, MNIST), theirs.get(name, MNIST))
        for name in {**ours, **theirs}
        if ours.get(name) != theirs.get(name)
    ]


def groups_of(
    specs: Sequence[RunSpec], names: Mapping[str, str] | None = None
) -> dict[str, list[int]]:
    """Return the positions of specs that differ only in the seed, by the name of their group.

    The name has the settings in which groups differ; a single group is named by its channel plan.
    """
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for position, spec in enumerate(specs):
        settings = settings_of(spec, names)
        del settings["seed"]
        groups.setdefault(tuple(settings.items()), []).append(position)
    distinct = [dict(key) for key in groups]
    differing = [
        name
        for name in dict.fromkeys(name for settings in distinct for name in settings)
        if len({settings.get(name) for settings in distinct}) > 1
    ]
    return {
        ", ".join(
            f"{name} {settings.get(name, MNIST)}" for name in differing or ["channels"]
        ): positions
        for settings, positions in zip(distinct, groups.values(), strict=True)
    }


# ---------------------------------------------------------------- curves


def points_of(
    rows: Sequence[MetricRow], split: Split, measure: Measure, steps_per_epoch: int
) -> dict[float, float]:
    """Return loss or accuracy of a split by the number of epochs trained."""
    return {row.step / steps_per_epoch: getattr(row, measure) for row in rows if row.split == split}


def mean_curve(
    name: str, training: bool, runs: Sequence[Mapping[float, float]], band: Band
) -> Curve:
    """Return the mean over runs at every epoch that any of them has reached, with a band.

    Where only one run has a value, the band has no width.
    """
    epochs = sorted({epoch for run in runs for epoch in run})
    columns = [np.array([run[epoch] for run in runs if epoch in run]) for epoch in epochs]
    means = [float(values.mean()) for values in columns]
    bounds = [_bounds(values, band) for values in columns]
    return Curve(
        name,
        training,
        tuple(epochs),
        tuple(means),
        low=tuple(low for low, _ in bounds),
        high=tuple(high for _, high in bounds),
        counts=tuple(len(values) for values in columns),
    )


def _bounds(values: DoubleArray, band: Band) -> tuple[float, float]:
    if band == "range":
        return float(values.min()), float(values.max())
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return float(values.mean()) - spread, float(values.mean()) + spread


# ---------------------------------------------------------------- pairs


def paired_difference(
    first: Mapping[int, float], second: Mapping[int, float]
) -> PairedDifference | None:
    """Return second minus first over the seeds that both have, None where they share none.

    The effect of a seed on both cancels out, so that fewer runs are needed than for two separate
    means. The interval is that of the paired t-test (Student, 1908).
    """
    seeds, differences = paired(second, first)
    if not seeds:
        return None
    mean, half = float(differences.mean()), half_width(differences)
    return PairedDifference(seeds, mean, mean - half, mean + half)
