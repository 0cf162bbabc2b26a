"""The results of a study of channel plans as sentences."""

import math
from collections.abc import Mapping, Sequence

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.run_spec import DataRef
from mnistviz.core.thresholds import CONFIDENCE, EQUIVALENCE_CONFIDENCE, MARGIN, SHARES
from mnistviz.core.types.studies import MeanRedundancy, PairedComparison, Verdict, WidthScore
from mnistviz.studies.plans import WIDTH_SETTINGS
from mnistviz.studies.study_directory import Study
from mnistviz.studies.verdicts import compare_plans
from mnistviz.studies.width_sweeps import (
    LAYER_NAMES,
    built_width,
    cost_of_a_channel,
    width_scores,
)

# A width of a layer, and its comparison with the width that was built.
Compared = tuple[int, PairedComparison]

# Confidence of the intervals that are shown, and of the one that lies within the margin.
INTERVAL = f"{100 * CONFIDENCE:.0f} %"
EQUIVALENCE_INTERVAL = f"{100 * EQUIVALENCE_CONFIDENCE:.0f} %"
# The shares of the variance that `needed_95` and `needed_99` channels carry.
LESS, MOST = (f"{100 * share:.0f} %" for share in SHARES)
# The plan that is compared with the network as it was built.
WIDE_PLAN = (8, 16, 32)
# The third convolution of each block.
WIDEST = ("conv3", "conv6")
VERDICTS: dict[Verdict, str] = {
    "equivalent": f"they are **equivalent**: the {EQUIVALENCE_INTERVAL} interval lies inside the "
    "margin",
    "better": "{first} is **better**",
    "worse": "{first} is **worse**",
    "cannot be told apart": "**no clear difference** with {count} seeds",
    "too few seeds": "there are **too few seeds** for a verdict",
}
# The verdicts on 8/16/32 beside 10/15/20, for a first answer.
SHORT_VERDICTS: dict[Verdict, str] = {
    "equivalent": "**no difference** that would matter",
    "better": "**8/16/32 is better**",
    "worse": "**8/16/32 is worse**",
    "cannot be told apart": "**no clear difference**, this can be chance",
    "too few seeds": "too few trainings to compare",
}
# The verdicts on widths of one layer, beside the network as it was built.
WIDTH_VERDICTS: dict[Verdict, str] = {
    "worse": "do **worse**",
    "better": "do **better**",
    "equivalent": "do **as well**, within the margin",
    "cannot be told apart": "show **no clear difference**",
}
# The same without statistics; {points} is the largest difference.
PLAIN_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "worse": ("loses {points} points of accuracy", "lose up to {points} points of accuracy"),
    "equivalent": ("does as well", "do as well"),
    "cannot be told apart": ("shows no clear difference", "show no clear difference"),
    "better": ("gains {points} points", "gain up to {points} points"),
}


def verdict_text(comparison: PairedComparison) -> str:
    """Return the verdict on a pair of plans as a sentence, with its numbers."""
    first, count = comparison.first, len(comparison.seeds)
    verdict = VERDICTS[comparison.verdict].format(first=first, count=count)
    pair = f"{first} against {comparison.second}: {verdict}."
    if math.isnan(comparison.interval[0]):
        return pair
    low, high = (100 * bound for bound in comparison.interval)
    needed = ""
    if comparison.verdict == "cannot be told apart":
        needed = (
            f" About {comparison.seeds_needed} seeds would settle it, if they went on like these."
            if comparison.seeds_needed
            else " Not even a thousand seeds like these would settle it."
        )
    return (
        f"{pair} {100 * comparison.mean:+.3f} points ({low:+.3f} to {high:+.3f}; "
        f"p = {comparison.p:.2g}, {comparison.p_holm:.2g} after Holm).{needed}"
    )


def use_text(plan: str, layers: Sequence[MeanRedundancy]) -> str:
    """Return how the widest layers of a plan use their channels, as a sentence."""
    parts = ", ".join(
        f"**{layer.needed_99:.1f} of {layer.channels}** in {layer.layer}"
        for layer in _widest(layers)
    )
    dead, twins = sum(layer.dead for layer in layers), sum(layer.twins for layer in layers)
    unused = f"{dead:.1f} unused channels" if dead else "No unused channels"
    duplicates = f"{twins:.1f} pairs of duplicates" if twins else "no duplicates"
    return (
        f"{plan}: {parts} carry {MOST}. {unused} and {duplicates} in the whole network (means of "
        f"{layers[0].count} networks)."
    )


def _widest(layers: Sequence[MeanRedundancy]) -> list[MeanRedundancy]:
    return [layer for layer in layers if layer.layer in WIDEST]


def verdict_paragraph(study: Study) -> str:
    """Return what 8/16/32 costs and reaches against 10/15/20, from the results of a study."""
    built = ModelSpec().channels
    wide_score, built_score = study.score(WIDE_PLAN), study.score(built)
    if wide_score is None or built_score is None:
        return "The two plans in question, 8/16/32 and 10/15/20, are not both in this study."
    (comparison,) = compare_plans(study.accuracies([WIDE_PLAN, built]))
    channels = WIDE_PLAN[2] - built[2]
    more = wide_score.parameters - built_score.parameters
    bought = {
        "equivalent": f"buy nothing beyond the margin of {100 * MARGIN:.2f} points",
        "better": f"buy {100 * comparison.mean:.3f} points",
        "worse": f"cost {-100 * comparison.mean:.3f} points",
        "cannot be told apart": "show no clear difference",
        "too few seeds": "can't be judged yet",
    }[comparison.verdict]
    return (
        f"What do {channels} more channels in the widest layers buy for **{more:,} more "
        f"parameters**? With 8/16/32 the network reaches {wide_score.mean:.3%} of the test set, "
        f"with 10/15/20 {built_score.mean:.3%} (means of {len(comparison.seeds)} shared seeds). "
        f"The additional channels **{bought}**: {verdict_text(comparison)}"
    )


def short_answer(study: Study) -> list[str]:
    """Return what each layer's width buys and what 8/16/32 does, without statistics.

    A sentence for each layer whose width was varied, and one for 8/16/32 if it was trained.
    """
    sentences = [text for layer in WIDTH_SETTINGS if (text := width_sentence(study, layer))]
    built = ModelSpec().channels
    wide, narrow = study.score(WIDE_PLAN), study.score(built)
    if wide is None or narrow is None:
        return sentences
    (comparison,) = compare_plans(study.accuracies([WIDE_PLAN, built]))
    return [
        *sentences,
        f"**8/16/32 costs {wide.parameters - narrow.parameters:,} more parameters** than "
        f"10/15/20. It reads {wide.mean:.2%} of the test images right, 10/15/20 reads "
        f"{narrow.mean:.2%} (means of {len(comparison.seeds)} trainings each): "
        f"{SHORT_VERDICTS[comparison.verdict]}.",
    ]


def width_sentence(study: Study, layer: str) -> str:
    """Return what the width of a layer buys, without statistics; empty if it was not varied."""
    scores = width_scores(study, layer)
    by_verdict = _by_verdict(scores)
    if not scores or not any(by_verdict.values()):
        return ""
    built = built_width(layer)
    details = []
    for verdict, (one, several) in PLAIN_VERDICTS.items():
        if members := by_verdict[verdict]:
            points = max(100 * abs(pair.mean) for _, pair in members)
            words = (one if len(members) == 1 else several).format(points=f"{points:.2f}")
            details.append(f"{_listed([str(width) for width, _ in members])} {words}")
    return (
        f"**{LAYER_NAMES[layer].capitalize()} layer: {_finding(by_verdict, built)}.** Beside "
        f"{built} channels, {'; '.join(details)}. One channel costs "
        f"{cost_of_a_channel(layer):,} parameters."
    )


def _finding(by_verdict: Mapping[Verdict, Sequence[Compared]], built: int) -> str:
    """Return the verdict on a layer's own width, in a few words."""
    better = [width for width, _ in by_verdict["better"] if width > built]
    worse = [width for width, _ in by_verdict["worse"] if width < built]
    if better:
        return f"more than {built} channels help"
    if worse:
        are = "is" if len(worse) == 1 else "are"
        return f"{built} are enough, {_listed(list(map(str, worse)))} {are} too few"
    return "no width that was tried makes a clear difference"


def used_sentence(study: Study) -> str:
    """Return how many channels of the widest layers are needed, in 8/16/32 and as built."""
    parts = []
    for plan in (WIDE_PLAN, ModelSpec().channels):
        widest = _widest(study.mean_redundancy(plan))
        if not widest:
            return ""
        needed = " and ".join(f"{layer.needed_99:.1f}" for layer in widest)
        share = sum(layer.needed_99 for layer in widest) / sum(layer.channels for layer in widest)
        parts.append(
            f"Of **{widest[0].channels}** channels, {needed} carry {MOST} of the variance, "
            f"{share:.0%} of them."
        )
    dead = sum(layer.dead for layer in study.mean_redundancy(WIDE_PLAN))
    return (
        f"Are they used? It is measured in the two widest layers. {' '.join(parts)} With 8/16/32, "
        f"{dead:.1f} channels of a network are dead, on average."
    )


def sweep_sentence(study: Study, layer: str) -> str:
    """Return the verdicts on the widths of a layer beside the one that was built."""
    by_verdict = _by_verdict(width_scores(study, layer))
    counts = {len(pair.seeds) for members in by_verdict.values() for _, pair in members}
    num_pairs = sum(map(len, by_verdict.values()))
    if not num_pairs:
        return ""
    verdicts = "; ".join(
        f"{_listed([str(width) for width, _ in members])} {WIDTH_VERDICTS[verdict]}"
        for verdict, members in by_verdict.items()
        if members
    )
    seeds = f"{min(counts)} to {max(counts)}" if len(counts) > 1 else f"{min(counts)}"
    return (
        f"In the {LAYER_NAMES[layer]} layer alone, beside {built_width(layer)} channels: "
        f"{verdicts}. This is from {seeds} shared seeds, Holm over {num_pairs} "
        f"{'pair' if num_pairs == 1 else 'pairs'}."
    )


def _by_verdict(scores: Sequence[WidthScore]) -> dict[Verdict, list[Compared]]:
    """Return the widths of a layer and their comparisons, by verdict."""
    by_verdict: dict[Verdict, list[Compared]] = {verdict: [] for verdict in WIDTH_VERDICTS}
    for one in scores:
        if one.comparison is not None and one.comparison.verdict in by_verdict:
            by_verdict[one.comparison.verdict].append((one.width, one.comparison))
    return by_verdict


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def margin_text(data: DataRef | None) -> str:
    """The margin of equivalence, in points and in test images of a data set; None: MNIST."""
    points = f"±{100 * MARGIN:.2f} points"
    if data is None:
        return f"{points}, ten of MNIST's 10,000 test images"
    images = MARGIN * data.num_test
    if images >= 1:
        return f"{points}, {images:.0f} of the {data.num_test:,} test images of {data.name}"
    return (
        f"{points}, less than one of the {data.num_test:,} test images of {data.name}, so that "
        "plans are hardly ever equivalent: import more test images"
    )
