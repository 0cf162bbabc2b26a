"""The kinds of kernels of a layer, compared to chance, and the edge directions they cover."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from mnistviz.charts.theme import CHOSEN, PUBLISHED, TRAINING, apply_layout
from mnistviz.texts import _


def kernel_kinds_figure(
    shares: Mapping[str, float], chance: Mapping[str, float], height: int = 230
) -> go.Figure:
    """Return the shares of energy by kind, in [0, 1], each with that of random weights."""
    kinds = list(shares)
    # The number stands at the name: beside the bar, it could be taken for that of the mark.
    names = [f"{kind} {share:.0%}" for kind, share in shares.items()]
    figure = go.Figure(
        go.Bar(
            x=list(shares.values()),
            y=names,
            orientation="h",
            marker_color=TRAINING,
            customdata=[chance[kind] for kind in kinds],
            hovertemplate=_(
                "%{y}: <b>%{x:.1%}</b> of the energy, random weights "
                "%{customdata:.1%}<extra></extra>"
            ),
        )
    )
    figure.add_scatter(
        x=[chance[kind] for kind in kinds],
        y=names,
        mode="markers",
        marker={
            "symbol": "line-ns-open",
            "size": 22,
            "color": PUBLISHED,
            "line": {"width": 3, "color": PUBLISHED},
        },
        hovertemplate=_("%{y}: random weights have <b>%{x:.1%}</b><extra></extra>"),
    )
    most = max([*shares.values(), *chance.values()], default=0.0)
    figure.update_xaxes(
        range=[0, max(most, 0.1) * 1.2], tickformat=".0%", nticks=5, fixedrange=True
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True, ticks="")
    return apply_layout(figure, height, bargap=0.35)


def edge_directions_figure(
    sector_shares: Sequence[float],
    sector_names: Sequence[str],
    angles: Sequence[float],
    strengths: Sequence[float],
    names: Sequence[str],
    height: int = 340,
) -> go.Figure:
    """Return the directions in which kernels detect an increase of brightness, as a polar chart.

    `sector_shares` are shares of the gradient energy in [0, 1], counter-clockwise from the right.
    Each kernel is a point at its angle in degrees, with its strength as the distance.
    """
    size = 360 / len(sector_shares)
    largest_share = max(sector_shares, default=0.0) or 1.0
    largest_strength = max(strengths, default=0.0) or 1.0
    figure = go.Figure(
        go.Barpolar(
            r=[share / largest_share for share in sector_shares],
            theta=[number * size for number in range(len(sector_shares))],
            width=[size * 0.92] * len(sector_shares),
            marker={"color": TRAINING, "opacity": 0.45},
            customdata=list(zip(sector_names, sector_shares, strict=True)),
            hovertemplate=_(
                "brighter to the %{customdata[0]}: <b>%{customdata[1]:.1%}</b> of the gradient "
                "energy<extra></extra>"
            ),
        )
    )
    figure.add_scatterpolar(
        r=[strength / largest_strength for strength in strengths],
        theta=list(angles),
        mode="markers",
        marker={"size": 5, "color": CHOSEN, "opacity": 0.8},
        customdata=list(zip(names, strengths, strict=True)),
        hovertemplate=_(
            "%{customdata[0]}: %{theta:.0f}°, strength <b>%{customdata[1]:.3f}</b><extra></extra>"
        ),
    )
    return apply_layout(
        figure,
        height,
        margin={"l": 36, "r": 36, "t": 28, "b": 28},
        polar={
            "radialaxis": {"visible": False, "range": [0, 1.05]},
            "angularaxis": {
                "tickvals": [number * size for number in range(len(sector_shares))],
                "ticktext": list("→↗↑↖←↙↓↘") if len(sector_shares) == 8 else None,
                "tickfont": {"size": 16},
            },
        },
    )
