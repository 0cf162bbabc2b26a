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
from mnistviz.texts import _, ngettext
from mnistviz.ui.shared.texts import count_of

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
# The convolutions that have a width of a plan.
CONVOLUTIONS = {
    "conv1": "conv1",
    "conv2": _("conv2 and conv5"),
    "conv3": _("conv3 and conv6"),
}
VERDICTS: dict[Verdict, str] = {
    "equivalent": _(
        "they are **equivalent**: the {equivalence_interval} interval lies inside the margin"
    ).format(equivalence_interval=EQUIVALENCE_INTERVAL),
    "better": _("{first} is **better**"),
    "worse": _("{first} is **worse**"),
    "cannot be told apart": _("**no clear difference** with {count} seeds"),
    "too few seeds": _("there are **too few seeds** for a verdict"),
}
# The verdicts on 8/16/32 beside 10/15/20, for a first answer.
SHORT_VERDICTS: dict[Verdict, str] = {
    "equivalent": _("**no difference** that would matter"),
    "better": _("**8/16/32 is better**"),
    "worse": _("**8/16/32 is worse**"),
    "cannot be told apart": _("**no clear difference**, this can be chance"),
    "too few seeds": _("too few trainings to compare"),
}
# The verdicts on widths of one layer, beside the network as it was built.
WIDTH_VERDICTS: dict[Verdict, str] = {
    "worse": _("do **worse**"),
    "better": _("do **better**"),
    "equivalent": _("do **as well**, within the margin"),
    "cannot be told apart": _("show **no clear difference**"),
}
# The same without statistics; {points} is the largest difference.
PLAIN_VERDICTS: dict[Verdict, tuple[str, str]] = {
    "worse": (_("loses {points} points of accuracy"), _("lose up to {points} points of accuracy")),
    "equivalent": (_("reads as well"), _("read as well")),
    "cannot be told apart": (
        _("is neither clearly better nor clearly worse"),
        _("are neither clearly better nor clearly worse"),
    ),
    "better": (_("gains {points} points"), _("gain up to {points} points")),
}


def verdict_text(comparison: PairedComparison) -> str:
    """Return the verdict on a pair of plans as a sentence, with its numbers."""
    first, count = comparison.first, len(comparison.seeds)
    verdict = VERDICTS[comparison.verdict].format(first=first, count=count)
    pair = _("{first} against {second}: {verdict}.").format(
        first=first, second=comparison.second, verdict=verdict
    )
    if math.isnan(comparison.interval[0]):
        return pair
    low, high = (100 * bound for bound in comparison.interval)
    needed = ""
    if comparison.verdict == "cannot be told apart":
        needed = (
            _(" About {seeds_needed} seeds would settle it, if they went on like these.").format(
                seeds_needed=comparison.seeds_needed
            )
            if comparison.seeds_needed
            else _(" Not even a thousand seeds like these would settle it.")
        )
    return _(
        "{pair} {mean:+.3f} points ({low:+.3f} to {high:+.3f}; p = {p:.2g}, {p_holm:.2g} after "
        "Holm).{needed}"
    ).format(
        pair=pair,
        mean=100 * comparison.mean,
        low=low,
        high=high,
        p=comparison.p,
        p_holm=comparison.p_holm,
        needed=needed,
    )


def use_text(plan: str, layers: Sequence[MeanRedundancy]) -> str:
    """Return how the widest layers of a plan use their channels, as a sentence."""
    parts = ", ".join(
        _("**{needed_99:.1f} of {channels}** in {layer}").format(
            needed_99=layer.needed_99, channels=layer.channels, layer=layer.layer
        )
        for layer in _widest(layers)
    )
    dead, twins = sum(layer.dead for layer in layers), sum(layer.twins for layer in layers)
    unused = _("{dead:.1f} unused channels").format(dead=dead) if dead else _("No unused channels")
    duplicates = (
        _("{twins:.1f} pairs of duplicates").format(twins=twins) if twins else _("no duplicates")
    )
    return _(
        "{plan}: {parts} carry {most}. {unused} and {duplicates} in the whole network (means of "
        "{count} networks)."
    ).format(
        plan=plan,
        parts=parts,
        most=MOST,
        unused=unused,
        duplicates=duplicates,
        count=layers[0].count,
    )


def _widest(layers: Sequence[MeanRedundancy]) -> list[MeanRedundancy]:
    return [layer for layer in layers if layer.layer in WIDEST]


def verdict_paragraph(study: Study) -> str:
    """Return what 8/16/32 costs and reaches against 10/15/20, from the results of a study."""
    built = ModelSpec().channels
    wide_score, built_score = study.score(WIDE_PLAN), study.score(built)
    if wide_score is None or built_score is None:
        return _("The two plans in question, 8/16/32 and 10/15/20, are not both in this study.")
    (comparison,) = compare_plans(study.accuracies([WIDE_PLAN, built]))
    channels = WIDE_PLAN[2] - built[2]
    more = wide_score.parameters - built_score.parameters
    bought = {
        "equivalent": _("buy nothing beyond the margin of {margin:.2f} points").format(
            margin=100 * MARGIN
        ),
        "better": _("buy {mean:.3f} points").format(mean=100 * comparison.mean),
        "worse": _("cost {points:.3f} points").format(points=-100 * comparison.mean),
        "cannot be told apart": _("show no clear difference"),
        "too few seeds": _("can't be judged yet"),
    }[comparison.verdict]
    return _(
        "What do {channels} more channels in the widest layers buy for **{more:,} more "
        "parameters**? With 8/16/32 the network reaches {wide:.3%} of the test set, with 10/15/20 "
        "{built:.3%} (means of {count} shared seeds). The additional channels **{bought}**: "
        "{verdict}"
    ).format(
        channels=channels,
        more=more,
        wide=wide_score.mean,
        built=built_score.mean,
        count=len(comparison.seeds),
        bought=bought,
        verdict=verdict_text(comparison),
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
        _(
            "**8/16/32 costs {parameters:,} more parameters** than 10/15/20. It reads {wide:.2%} "
            "of the test images right, 10/15/20 reads {built:.2%} (means of {count} trainings "
            "each): {verdict}."
        ).format(
            parameters=wide.parameters - narrow.parameters,
            wide=wide.mean,
            built=narrow.mean,
            count=len(comparison.seeds),
            verdict=SHORT_VERDICTS[comparison.verdict],
        ),
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
    return _(
        "**{layer} layer ({convolutions}): {finding}.** Compared with {built} channels, "
        "{details}. One channel costs {cost:,} parameters."
    ).format(
        layer=LAYER_NAMES[layer].capitalize(),
        convolutions=CONVOLUTIONS[layer],
        finding=_finding(by_verdict, built),
        built=built,
        details="; ".join(details),
        cost=cost_of_a_channel(layer),
    )


def _finding(by_verdict: Mapping[Verdict, Sequence[Compared]], built: int) -> str:
    """Return the verdict on a layer's own width, in a few words."""
    better = [width for width, _ in by_verdict["better"] if width > built]
    worse = [width for width, _ in by_verdict["worse"] if width < built]
    if better:
        return _("more than {built} channels help").format(built=built)
    if worse:
        return ngettext(
            "{built} are enough, {listed} is too few",
            "{built} are enough, {listed} are too few",
            len(worse),
        ).format(built=built, listed=_listed(list(map(str, worse))))
    return _("no width that was tried makes a clear difference")


def used_sentence(study: Study) -> str:
    """Return how many channels of the widest layers are needed, in 8/16/32 and as built."""
    parts = []
    for plan in (WIDE_PLAN, ModelSpec().channels):
        widest = _widest(study.mean_redundancy(plan))
        if not widest:
            return ""
        needed = _(" and ").join(f"{layer.needed_99:.1f}" for layer in widest)
        share = sum(layer.needed_99 for layer in widest) / sum(layer.channels for layer in widest)
        parts.append(
            _(
                "Of **{channels}** channels, {needed} carry {most} of the variance, {share:.0%} "
                "of them."
            ).format(channels=widest[0].channels, needed=needed, most=MOST, share=share)
        )
    dead = sum(layer.dead for layer in study.mean_redundancy(WIDE_PLAN))
    return _(
        "Are they used? It is measured in the two widest layers. {parts} With 8/16/32, {dead:.1f} "
        "channels of a network are dead, on average."
    ).format(parts=" ".join(parts), dead=dead)


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
    seeds = (
        _("{least} to {most}").format(least=min(counts), most=max(counts))
        if len(counts) > 1
        else f"{min(counts)}"
    )
    return _(
        "In the {layer} layer alone, beside {built} channels: {verdicts}. This is from {seeds} "
        "shared seeds, Holm over {pairs}."
    ).format(
        layer=LAYER_NAMES[layer],
        built=built_width(layer),
        verdicts=verdicts,
        seeds=seeds,
        pairs=count_of(num_pairs, "pair"),
    )


def _by_verdict(scores: Sequence[WidthScore]) -> dict[Verdict, list[Compared]]:
    """Return the widths of a layer and their comparisons, by verdict."""
    by_verdict: dict[Verdict, list[Compared]] = {verdict: [] for verdict in WIDTH_VERDICTS}
    for one in scores:
        if one.comparison is not None and one.comparison.verdict in by_verdict:
            by_verdict[one.comparison.verdict].append((one.width, one.comparison))
    return by_verdict


def _listed(words: Sequence[str]) -> str:
    return _(" and ").join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def margin_text(data: DataRef | None) -> str:
    """The margin of equivalence, in points and in test images of a data set; None: MNIST."""
    points = _("±{margin:.2f} points").format(margin=100 * MARGIN)
    if data is None:
        return _("{points}, ten of MNIST's 10,000 test images").format(points=points)
    images = MARGIN * data.num_test
    if images >= 1:
        return _("{points}, {images:.0f} of the {num_test:,} test images of {name}").format(
            points=points, images=images, num_test=data.num_test, name=data.name
        )
    return _(
        "{points}, less than one of the {num_test:,} test images of {name}, so that plans are "
        "hardly ever equivalent: import more test images"
    ).format(points=points, num_test=data.num_test, name=data.name)
