"""Distributions of weights, gradients and activations of each layer along a training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import streamlit as st

from mnistviz.core.types.training import Distributions, Quantiles
from mnistviz.inspection.distributions import distributions_of_snapshots
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.texts import _
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_width import is_narrow
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.words.explained import explained_caption

Kind = Literal["weights", "gradients", "activations"]
# What each kind is and what to look for.
KINDS: dict[Kind, str] = {
    "weights": _(
        "**Weights** of the kernels. Look how the bands leave their random start and then settle; "
        "bands that keep widening mean that the steps are too large."
    ),
    "gradients": _(
        "**Gradients**: how the loss changes with each weight, as a mean of the last ten steps or "
        "so. Look how the bands shrink as the network learns; a layer at 0 from the start learns "
        "nothing."
    ),
    "activations": _(
        "**Activations**: the layer's outputs for ten test digits, after the ReLU. Where the line "
        "is at 0, at least half of the outputs are off. Those of the last layer are the scores of "
        "the ten digits."
    ),
}
MIN_LOGGED = 2
READ = _(
    "A picture for each layer, over the epochs. The line is the median: half of the values are "
    "below it. The dark band has 38 % of all values, the next 68 %, the pale one 87 %."
)


def show_distributions(run: Run) -> None:
    """Show bands of quantiles for each layer, from the run's log or from its snapshots."""
    kind = pick(_("Values"), list(KINDS), "distributions_kind")
    logged = run_logs.distributions(run)
    # A short training logs them once, at its start; a line needs two points.
    if len(logged) < MIN_LOGGED and kind != "gradients":
        logged = ()
    found = logged or _of_snapshots(run.path, tuple(snapshots.steps_of(run)), run)
    layers = series_of(found, kind)
    explained_caption(f"{KINDS[kind]} {READ}")
    if not layers:
        st.info(missing_text(kind, logged=bool(logged)))
        return
    from mnistviz.charts.training.distributions import distributions_figure

    steps = [each.step for each in found if getattr(each, kind)]
    show(
        distributions_figure(
            layers,
            [run.spec.train.epoch_at(step) for step in steps],
            columns=2 if is_narrow() else 4,
        ),
        f"distributions_{kind}",
        _("Distribution of the {kind} of each layer of {name} over the epochs").format(
            kind=kind, name=run.name
        ),
    )
    if not logged:
        explained_caption(
            _(
                "From the {count} snapshots of this run. Trainings of more than 100 steps log "
                "these values themselves, and gradients too."
            ).format(count=len(steps))
        )


def series_of(found: Sequence[Distributions], kind: Kind) -> Mapping[str, list[Quantiles]]:
    """Return the quantiles of a kind by layer, for each step that has it; empty without any."""
    each = [values for one in found if (values := getattr(one, kind))]
    return {layer: [values[layer] for values in each] for layer in each[0]} if each else {}


def missing_text(kind: Kind, *, logged: bool) -> str:
    """Return why a run has no distributions of a kind."""
    if kind == "gradients" and not logged:
        return _(
            "This run has no gradients: it was trained before they were logged. A training that "
            "you start now has them."
        )
    return _("Nothing is logged yet. A training logs these values at most every 100 steps.")


@st.cache_data(max_entries=8, show_spinner=_("Reading the snapshots of this run …"))
def _of_snapshots(folder: Path, steps: tuple[int, ...], _run: Run) -> list[Distributions]:
    # By the folder: in a class, runs of two visitors may have the same id.
    return distributions_of_snapshots(_run)
