"""Which gradient directions, lines and textures a layer covers with so many channels."""

from collections.abc import Sequence

import streamlit as st

from mnistviz.core.types.inspection import PATTERN_KINDS
from mnistviz.core.types.studies import MeanCoverage
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot
from mnistviz.studies.study_directory import Study
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.charts import show

KINDS = {"gradient": "gradient directions", "line": "lines", "texture": "textures"}


def show_coverage(study: Study, run: Run, snapshot: Snapshot | None) -> None:
    """Patterns over the number of channels, for one layer, and what it says in words.

    The chosen run stands beside them, where it has a snapshot.
    """
    from mnistviz.charts.inspection.coverage import coverage_figure

    layers = sorted({one.layer for found in study.coverage.values() for one in found})
    if not layers:
        st.info("The trained kernels are measured when the study has come to its end.")
        return
    layer: str = st.segmented_control(
        "Layer of 3×3 kernels",
        layers,
        default="conv3" if "conv3" in layers else layers[0],
        key="coverage_layer",
        required=True,
    )
    found = study.mean_coverage(layer)
    if snapshot is not None:
        found = sorted([*found, _of_run(snapshot, layer)], key=lambda one: one.channels)
    show(
        coverage_figure(layer, found),
        "study_coverage",
        f"Which patterns the kernels of {layer} cover, for each number of channels",
    )
    st.caption(
        "Look for pale fields: patterns that no kernel looks mainly for. **Arrows**: an edge, "
        "brighter where the arrow points; then four bright **lines**; then three **textures**: two "
        "ripples and the checkerboard. The number says how many of the layer's channels have such "
        f"a kernel, on average. The row ({run.name}) is the run chosen in the sidebar."
    )
    st.markdown("\n".join(f"- {coverage_text(one)}" for one in _told(found)))


def _of_run(snapshot: Snapshot, layer: str) -> MeanCoverage:
    from mnistviz.inspection.kernels.coverage import coverage_of

    one = coverage_of(layer, loaders.weights(snapshot)[layer]["kernel"])
    covered = tuple(float(held > 0) for held in one.holders)
    return MeanCoverage(one.channels, 1, one.shares, one.holders, covered, snapshot.run.name)


def _told(found: Sequence[MeanCoverage]) -> list[MeanCoverage]:
    """Those to put into words: the widths in question, or else the least and the most."""
    asked = [one for one in found if one.channels in (8, 16, 20, 32)]
    return asked if len(asked) > 1 else [*found[:1], *found[1:][-1:]]


def coverage_text(one: MeanCoverage) -> str:
    """What is covered with so many channels, in one sentence."""
    parts = ", ".join(
        f"**{one.covered_of(kind):.1f} of {PATTERN_KINDS.count(kind)}** {name}"
        for kind, name in KINDS.items()
    )
    networks = f"means of {one.count} networks" if one.count > 1 else one.of or "one network"
    return f"{one.channels} channels: {parts} ({networks})."
