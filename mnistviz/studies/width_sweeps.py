"""The widths of one layer of a study, each compared with the network as it was built."""

from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.types.studies import WidthScore
from mnistviz.studies.plans import WIDTH_SETTINGS, plan_text
from mnistviz.studies.study_directory import Study
from mnistviz.studies.verdicts import compare_plans

LAYER_NAMES = dict(zip(WIDTH_SETTINGS, ("first", "second", "third"), strict=True))


def built_width(layer: str) -> int:
    """Return the channels that a layer of 10/15/20 has, of `conv1`, `conv2` or `conv3`."""
    return ModelSpec().channels[list(WIDTH_SETTINGS).index(layer)]


def cost_of_a_channel(layer: str) -> int:
    """Return the parameters that one channel more in a layer adds to 10/15/20."""
    channels, place = list(ModelSpec().channels), list(WIDTH_SETTINGS).index(layer)
    channels[place] += 1
    return ModelSpec(channels=tuple(channels)).parameters - ModelSpec().parameters


def width_scores(study: Study, layer: str) -> list[WidthScore]:
    """Return the trained widths of a layer, ascending.

    They are compared with 10/15/20 seed by seed, with Holm's correction for the widths of this
    layer. Empty where fewer than two widths, or not 10/15/20 itself, have a result.
    """
    plans = {width: plan for width, plan in study.spec.sweep(layer).items() if study.score(plan)}
    built = ModelSpec().channels
    if study.score(built) is None or not set(plans) - {built_width(layer)}:
        return []
    plans[built_width(layer)] = built
    pairs = compare_plans(study.accuracies(plans.values()), plan_text(built))
    by_plan = {pair.first: pair for pair in pairs}
    return [
        WidthScore(width, score, by_plan.get(score.plan))
        for width, plan in sorted(plans.items())
        if (score := study.score(plan))
    ]
