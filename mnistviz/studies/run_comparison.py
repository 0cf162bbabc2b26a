"""Runs side by side: what differs between them, and what the seed alone explains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mnistviz.core.run_spec import RunSpec
from mnistviz.core.settings import summary
from mnistviz.core.statistics import half_width, paired
from mnistviz.core.types.training import Curve, MetricRow

# A band from the least to the greatest, or one sample standard deviation to both sides.
Band = Literal["range", "deviation"]
Split = Literal["batch", "validation"]
Measure = Literal["loss", "accuracy"]


@dataclass(frozen=True)
class Difference:
    """A setting in which two runs differ, as people write it."""

    setting: str
    first: str
    second: str


@dataclass(frozen=True)
class PairedDifference:
    """Second minus first over the seeds that both have, in the unit of the values.

    `low` and `high` bound the 95 % interval of the mean by Student's t; with one pair there is
    none, and both are NaN.
    """

    seeds: tuple[int, ...]
    mean: float
    low: float
    high: float

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


# ---------------------------------------------------------------- settings


def settings_of(spec: RunSpec, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """All that decides the outcome of a run, each setting as people write it.

    `names` are the names of runs by id, for the parent of a fork.
    """
    values = summary(spec.model, spec.train)
    values["begins from"] = "random weights"
    if spec.parent is not None:
        parent = (names or {}).get(spec.parent.run, spec.parent.run)
        values["begins from"] = f"{parent}, step {spec.parent.step:,}"
    values["own digits"] = "none"
    if (own := spec.own) is not None:
        values["own digits"] = (
            f"{own.trained_on:,} ({own.sha256[:6]}), {own.share:.0%} of the images"
        )
    return values


def differences(
    first: RunSpec, second: RunSpec, names: Mapping[str, str] | None = None
) -> list[Difference]:
    """The settings in which two runs differ, in the order of the spec."""
    ours, theirs = settings_of(first, names), settings_of(second, names)
    return [
        Difference(name, ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]
    ]


def groups_of(
    specs: Sequence[RunSpec], names: Mapping[str, str] | None = None
) -> dict[str, list[int]]:
    """Positions of the specs that are alike in everything but the seed, by what sets them apart.

    A group's name has the settings in which it differs from another group; where there is
    but one group, its channel plan.
    """
    groups: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for position, spec in enumerate(specs):
        settings = settings_of(spec, names)
        del settings["seed"]
        groups.setdefault(tuple(settings.items()), []).append(position)
    found = [dict(key) for key in groups]
    apart = (
        [name for name in found[0] if len({settings[name] for settings in found}) > 1]
        if found
        else []
    )
    return {
        ", ".join(f"{name} {settings[name]}" for name in apart or ["channels"]): positions
        for settings, positions in zip(found, groups.values(), strict=True)
    }


# ---------------------------------------------------------------- curves


def points_of(
    rows: Sequence[MetricRow],
    split: Split,
    measure: Measure,
    steps_per_epoch: int,
) -> dict[float, float]:
    """Loss or accuracy of a split by epochs trained."""
    return {row.step / steps_per_epoch: getattr(row, measure) for row in rows if row.split == split}


def mean_curve(
    name: str, training: bool, runs: Sequence[Mapping[float, float]], band: Band
) -> Curve:
    """The mean over runs at every moment that any of them has reached, with a band around it.

    Where only one run has come so far, the band has no width.
    """
    moments = sorted({moment for run in runs for moment in run})
    columns = [np.array([run[moment] for run in runs if moment in run]) for moment in moments]
    means = [float(values.mean()) for values in columns]
    bounds = [_bounds(values, band) for values in columns]
    return Curve(
        name,
        training,
        tuple(moments),
        tuple(means),
        low=tuple(low for low, _ in bounds),
        high=tuple(high for _, high in bounds),
        counts=tuple(len(values) for values in columns),
    )


def _bounds(values: NDArray[np.float64], band: Band) -> tuple[float, float]:
    if band == "range":
        return float(values.min()), float(values.max())
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return float(values.mean()) - spread, float(values.mean()) + spread


# ---------------------------------------------------------------- pairs


def paired_difference(
    first: Mapping[int, float], second: Mapping[int, float]
) -> PairedDifference | None:
    """Second minus first for each seed that both have, or None where they share no seed.

    The effect of a seed on both cancels out, so that fewer runs are needed than for two separate
    means. The interval is that of the paired t-test (Student, 1908).
    """
    seeds, differences = paired(second, first)
    if not seeds:
        return None
    mean, half = float(differences.mean()), half_width(differences)
    return PairedDifference(seeds, mean, mean - half, mean + half)
