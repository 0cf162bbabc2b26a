"""The gradient directions, lines and textures that a layer covers with so many channels."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.types.inspection import PATTERN_KINDS
from mnistviz.core.types.studies import MeanCoverage
from mnistviz.inspection.kernels.coverage import coverage_of
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies.study_directory import Study
from mnistviz.texts import _
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.words.explained import explained, explained_caption

KINDS = {"gradient": _("gradient directions"), "line": _("lines"), "texture": _("textures")}


def show_coverage(study: Study, run: Run, snapshot: Snapshot | None) -> None:
    """Show the patterns that one layer covers, over the number of channels, and sentences on it.

    The network of `snapshot` stands beside those of the study.
    """
    from mnistviz.charts.inspection.coverage import coverage_figure

    layers = sorted({result.layer for results in study.coverage.values() for result in results})
    if not layers:
        st.info(_("The trained kernels are measured when the study has come to its end."))
        return
    default = "conv3" if "conv3" in layers else layers[0]
    layer = pick(_("Layer of 3×3 kernels"), layers, "coverage_layer", default)
    coverages = list(study.mean_coverage(layer))
    if snapshot is not None and _has_kernels_of_3(snapshot, layer):
        coverages.append(_coverage_of(snapshot, layer))
        coverages.sort(key=lambda coverage: coverage.channels)
    show(
        coverage_figure(layer, coverages),
        "study_coverage",
        _("Which patterns the kernels of {layer} cover, for each number of channels").format(
            layer=layer
        ),
    )
    explained_caption(
        _(
            "Look for pale fields: patterns that no kernel looks mainly for. **Arrows**: an edge, "
            "brighter where the arrow points; then four bright **lines**; then three "
            "**textures**: two ripples and the checkerboard. The number says how many of the "
            "layer's channels have such a kernel, on average. The row ({name}) is the run chosen "
            "in the sidebar."
        ).format(name=run.name)
    )
    explained("\n".join(f"- {coverage_text(coverage)}" for coverage in in_question(coverages)))


def _has_kernels_of_3(snapshot: Snapshot, layer: str) -> bool:
    arrays = loaded_networks.weights(snapshot).get(layer, {})
    return "kernel" in arrays and arrays["kernel"].shape[:2] == (3, 3)


def _coverage_of(snapshot: Snapshot, layer: str) -> MeanCoverage:
    result = coverage_of(layer, loaded_networks.weights(snapshot)[layer]["kernel"])
    covered = tuple(float(holders > 0) for holders in result.holders)
    name = snapshot.run.name
    return MeanCoverage(result.channels, 1, result.shares, result.holders, covered, name)


def in_question(coverages: Sequence[MeanCoverage]) -> list[MeanCoverage]:
    """Return those of the widths that the page asks about, or else the least and the most."""
    asked = [coverage for coverage in coverages if coverage.channels in (8, 16, 20, 32)]
    return asked if len(asked) > 1 else [*coverages[:1], *coverages[1:][-1:]]


def coverage_text(coverage: MeanCoverage) -> str:
    """Return the patterns that are covered with so many channels, as a sentence."""
    parts = ", ".join(
        _("**{covered:.1f} of {count}** {name}").format(
            covered=coverage.covered_of(kind), count=PATTERN_KINDS.count(kind), name=name
        )
        for kind, name in KINDS.items()
    )
    networks = coverage.of or _("one network")
    if coverage.count > 1:
        networks = _("means of {count} networks").format(count=coverage.count)
    return _("{channels} channels: {parts} ({networks}).").format(
        channels=coverage.channels, parts=parts, networks=networks
    )
