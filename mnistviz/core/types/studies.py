"""Results of channel studies: scores of plans, comparisons of two, means over networks."""

from dataclasses import dataclass
from typing import Literal

from mnistviz.core.types.inspection import PATTERN_KINDS

# What is said of two plans, by the rule of `mnistviz.studies.verdicts`.
Verdict = Literal["equivalent", "better", "worse", "cannot be told apart", "too few seeds"]


@dataclass(frozen=True)
class PairedComparison:
    """Two plans, first minus second over the seeds that both have. Accuracies in [0, 1].

    `interval` is the 95 % interval of the mean difference, `narrow` the 90 % one; NaN with fewer
    than two seeds. `p` is that of the two-sided paired t-test, `p_holm` corrected for all pairs.
    The verdict is about the first. `seeds_needed` is how many seeds would settle it if they went
    on as those so far, None where the verdict stands or 1,000 would not do.
    """

    first: str
    second: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    mean: float
    interval: tuple[float, float]
    narrow: tuple[float, float]
    p: float
    p_holm: float
    verdict: Verdict
    seeds_needed: int | None


@dataclass(frozen=True)
class PlanScore:
    """The results of a channel plan over its seeds. Accuracies are in [0, 1].

    `half_width` is half the 95 % interval of the mean, NaN for fewer than two seeds;
    `epoch_seconds` the fastest epoch of any of its trainings, `slowest_seconds` the fastest epoch
    of the one that other work on the machine disturbed most.
    """

    plan: str
    parameters: int
    multiply_accumulates: int
    count: int
    mean: float
    half_width: float
    epoch_seconds: float
    slowest_seconds: float


@dataclass(frozen=True)
class WidthScore:
    """One width of a layer: the results of its plan, all other layers as in the built plan.

    `comparison` is with the built plan, whose own is None.
    """

    width: int
    score: PlanScore
    comparison: PairedComparison | None


@dataclass(frozen=True)
class MeanRedundancy:
    """The means of `LayerRedundancy` over `count` networks of one plan.

    `dead` and `twins` are mean numbers of channels and of pairs.
    """

    layer: str
    channels: int
    count: int
    effective_rank: float
    needed_95: float
    needed_99: float
    dead: float
    twins: float


@dataclass(frozen=True)
class MeanCoverage:
    """The means of `LayerCoverage` over `count` networks whose layer has as many channels.

    `covered` is in how many of the networks, a share, at least one kernel looks for the pattern.
    `of` names a network that is one by itself.
    """

    channels: int
    count: int
    shares: tuple[float, ...]
    holders: tuple[float, ...]
    covered: tuple[float, ...]
    of: str = ""

    @property
    def title(self) -> str:
        """As it stands beside others."""
        return f"{self.channels} ({self.of})" if self.of else str(self.channels)

    def covered_of(self, kind: str) -> float:
        """The mean number of covered patterns of a kind."""
        parts = zip(PATTERN_KINDS, self.covered, strict=True)
        return sum(share for of_kind, share in parts if of_kind == kind)
