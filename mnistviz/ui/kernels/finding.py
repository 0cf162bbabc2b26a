"""The first lines of the Kernels page: the kinds of the kernels of a layer, in plain words."""

from mnistviz.core.types.arrays import FloatArray
from mnistviz.inspection.kernels import kernel_kinds
from mnistviz.inspection.kernels.kernel_kinds import NUM_PATTERNS, majority_by_chance
from mnistviz.texts import _
from mnistviz.ui.kernels.layer_choice import ShownLayer

# What a kernel of each kind looks for, but for edges, which come first.
PATTERNS = {
    "line": _("a line"),
    "texture": _("a fine texture"),
    "spot": _("a spot"),
    "average": _("bright areas"),
}


def finding_of(layer: ShownLayer) -> str:
    """Return the finding on a layer's kernels, from their weights, in one or two sentences."""
    if layer.kernel.shape[:2] != (3, 3):
        return f"**{layer.name}.** {kernel_kinds.sentence(layer.kernel)}"
    return f"{_kinds_text(layer)} {_directions_text(layer.kernel)}"


def _kinds_text(layer: ShownLayer) -> str:
    found = kernel_kinds.layer_kinds(layer.kernel)
    edges = found.counts["gradient"]
    by_chance = majority_by_chance(NUM_PATTERNS["gradient"]) * found.total
    others = [
        _("{count:,} look for {text}").format(count=count, text=text)
        for kind, text in PATTERNS.items()
        if (count := found.counts[kind])
    ]
    mixed = _("{counts:,} mix several patterns").format(counts=found.counts[kernel_kinds.MIXED])
    return _(
        "**{edges:,} of the {total:,} kernels of {name} look mainly for an edge**; of as many "
        "random kernels, {by_chance:.0f} would. {others}."
    ).format(
        edges=edges,
        total=found.total,
        name=layer.name,
        by_chance=by_chance,
        others=", ".join([*others, mixed]),
    )


def _directions_text(kernel: FloatArray) -> str:
    missing = kernel_kinds.lacking(kernel_kinds.direction_shares(kernel))
    if not missing:
        return _("The edges cover all eight directions.")
    sides = ", ".join(kernel_kinds.SIDES[name] for name in missing)
    return _("Hardly any answers to an edge that is brighter {sides}.").format(sides=sides)
