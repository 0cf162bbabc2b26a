"""What a study says, in sentences whose every number is computed from its results."""

import math
from collections.abc import Sequence

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.thresholds import MARGIN
from mnistviz.core.types.studies import MeanRedundancy, PairedComparison
from mnistviz.studies.plans import plan_text
from mnistviz.studies.study_directory import Study
from mnistviz.studies.verdicts import compare_plans

# The third convolution of each block.
WIDEST = ("conv3", "conv6")
SAID = {
    "equivalent": "they are **equivalent**: the 90 % interval lies inside the margin",
    "better": "{first} is **better**",
    "worse": "{first} is **worse**",
    "cannot be told apart": "they **cannot be told apart** with {count} seeds",
    "too few seeds": "there are **too few seeds** for a verdict",
}


# What is said of widths beside the one that was built.
SWEPT = {
    "worse": "do **worse**",
    "better": "do **better**",
    "equivalent": "do **as well**, within the margin",
    "cannot be told apart": "**cannot be told apart** from it",
}


def verdict_text(duel: PairedComparison) -> str:
    """One pair in one sentence, with its numbers."""
    verdict = SAID[duel.verdict].format(first=duel.first, count=len(duel.seeds))
    if math.isnan(duel.interval[0]):
        return f"{duel.first} against {duel.second}: {verdict}."
    low, high = (100 * bound for bound in duel.interval)
    needed = ""
    if duel.verdict == "cannot be told apart":
        needed = (
            f" About {duel.seeds_needed} seeds would settle it, if they went on like these."
            if duel.seeds_needed
            else " Not even a thousand seeds like these would settle it."
        )
    return (
        f"{duel.first} against {duel.second}: {verdict}. {100 * duel.mean:+.3f} points "
        f"({low:+.3f} to {high:+.3f}; p = {duel.p:.2g}, {duel.p_holm:.2g} after Holm).{needed}"
    )


def use_text(plan: str, found: Sequence[MeanRedundancy]) -> str:
    """The widest layers of a plan in one sentence."""
    widest = [one for one in found if one.layer in WIDEST]
    parts = ", ".join(f"**{one.needed_99:.1f} of {one.channels}** in {one.layer}" for one in widest)
    dead, twins = sum(one.dead for one in found), sum(one.twins for one in found)
    return (
        f"{plan}: {parts} carry 99 %; {dead:.1f} dead channels and {twins:.1f} pairs of near-twins "
        f"in the whole network (means of {found[0].count} networks)."
    )


def verdict_paragraph(study: Study) -> str:
    """What the study says of 8/16/32 against 10/15/20; every number is computed from it."""
    wide, built = (8, 16, 32), ModelSpec().channels
    scores = [study.score(plan) for plan in (wide, built)]
    if scores[0] is None or scores[1] is None:
        return "The two plans in question, 8/16/32 and 10/15/20, are not both in this study."
    (duel,) = compare_plans(study.accuracies([wide, built]))
    channels = wide[2] - built[2]
    more = scores[0].parameters - scores[1].parameters
    bought = {
        "equivalent": f"buy nothing beyond the margin of {100 * MARGIN:.2f} points",
        "better": f"buy {100 * duel.mean:.3f} points",
        "worse": f"cost {-100 * duel.mean:.3f} points",
        "cannot be told apart": "buy nothing that this study could show",
        "too few seeds": "can't be judged yet",
    }[duel.verdict]
    return (
        f"What do {channels} more channels in the widest layers buy for **{more:,} more "
        f"parameters**? With 8/16/32 the network reaches {scores[0].mean:.3%} of the test set, "
        f"with 10/15/20 {scores[1].mean:.3%} (means of {len(duel.seeds)} shared seeds). They "
        f"**{bought}**: {verdict_text(duel)}"
    )


def used_sentence(study: Study) -> str:
    """How many of the widest layers' channels are really used, wide and as built."""
    parts = []
    for plan in ((8, 16, 32), ModelSpec().channels):
        widest = [one for one in study.mean_redundancy(plan) if one.layer in WIDEST]
        if not widest:
            return ""
        needed = " and ".join(f"{one.needed_99:.1f}" for one in widest)
        share = sum(one.needed_99 for one in widest) / sum(one.channels for one in widest)
        parts.append(
            f"of **{widest[0].channels}** channels, {needed} carry 99 % of the variance, "
            f"{share:.0%} of them"
        )
    dead = sum(one.dead for one in study.mean_redundancy((8, 16, 32)))
    return (
        f"Are they used? In the two widest layers, {'; '.join(parts)}. With 8/16/32, "
        f"{dead:.1f} channels of a network are dead, on average."
    )


def sweep_sentence(study: Study) -> str:
    """Which widths of the third layer are told apart from the one that was built."""
    built = ModelSpec().channels
    widths = {plan_text(plan): width for width, plan in study.spec.sweep.items()}
    found = [
        duel
        for duel in compare_plans(
            study.accuracies([*study.spec.sweep.values(), built]), plan_text(built)
        )
        if duel.verdict != "too few seeds"
    ]
    if not found:
        return ""
    by_verdict: dict[str, list[str]] = {}
    for duel in found:
        by_verdict.setdefault(duel.verdict, []).append(str(widths[duel.first]))
    said = "; ".join(
        f"{_listed(by_verdict[verdict])} {words}"
        for verdict, words in SWEPT.items()
        if verdict in by_verdict
    )
    counts = sorted({len(duel.seeds) for duel in found})
    seeds = f"{counts[0]} to {counts[-1]}" if len(counts) > 1 else str(counts[0])
    return (
        f"And in the third layer alone, beside {built[2]} channels: {said} ({seeds} shared seeds, "
        f"Holm over {len(found)} {'pair' if len(found) == 1 else 'pairs'})."
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
