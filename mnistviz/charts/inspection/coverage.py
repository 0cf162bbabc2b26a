"""The patterns that the kernels of a layer cover, by the number of its channels."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mnistviz.charts.colour_scales import COVERAGE
from mnistviz.charts.theme import apply_layout
from mnistviz.core.types.inspection import PATTERN_KINDS, PATTERNS
from mnistviz.core.types.studies import MeanCoverage
from mnistviz.texts import _

ROW_PIXELS = 34
AXIS_PIXELS = 70
# In the order of PATTERNS.
NAMES = (
    *(_("brighter to the right"), _("brighter to the upper right"), _("brighter upwards")),
    *(_("brighter to the upper left"), _("brighter to the left"), _("brighter to the lower left")),
    *(_("brighter downwards"), _("brighter to the lower right")),
    *(_("upright line"), _("rising line"), _("level line"), _("falling line")),
    *(_("ripple"), _("ripple, turned"), _("checkerboard")),
)


def coverage_figure(layer: str, rows: Sequence[MeanCoverage]) -> go.Figure:
    """Return a row for each number of channels with a column for each pattern.

    The colour is the share of the networks in which at least one kernel has the pattern as its
    main one; the number is the mean number of channels with such a kernel.
    """
    figure = go.Figure(
        go.Heatmap(
            z=[list(row.covered) for row in rows],
            x=list(range(len(PATTERNS))),
            y=[row.title for row in rows],
            text=[[_short(value) for value in row.holders] for row in rows],
            texttemplate="%{text}",
            textfont={"size": 12},
            customdata=[
                [
                    (NAMES[i], PATTERN_KINDS[i], row.holders[i], row.shares[i], row.count)
                    for i in range(len(PATTERNS))
                ]
                for row in rows
            ],
            colorscale=COVERAGE,
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate=_(
                "{layer} with <b>%{{y}} channels</b>, %{{customdata[0]}}:<br>covered in "
                "<b>%{{z:.0%}}</b> of %{{customdata[4]}} networks, by %{{customdata[2]:.1f}} "
                "channels on average<br>%{{customdata[3]:.1%}} of the %{{customdata[1]}} "
                "energy<extra></extra>"
            ).format(layer=layer),
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(PATTERNS))),
        ticktext=list(PATTERNS),
        tickfont={"size": 16},
        tickangle=0,
        side="top",
        showgrid=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        title=_("channels"), autorange="reversed", type="category", showgrid=False, fixedrange=True
    )
    return apply_layout(figure, AXIS_PIXELS + ROW_PIXELS * len(rows))


def _short(value: float) -> str:
    """Return a number with one decimal, or none if it is 10 or more or an integer."""
    return f"{value:.0f}" if value >= 10 or value == round(value) else f"{value:.1f}"
