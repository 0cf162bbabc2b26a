"""Channel plans of a study: their accuracies, the differences between them, and their costs."""

import itertools
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from mnistviz.charts.theme import (
    CHOSEN,
    LEGEND,
    LEGEND_LINE,
    OTHERS,
    PUBLISHED,
    TRAINING,
    VALIDATION,
    apply_layout,
)
from mnistviz.core.types.studies import (
    MeanRedundancy,
    PairedComparison,
    PlanScore,
    Verdict,
    WidthScore,
)
from mnistviz.texts import _

ROW_PIXELS = 46
AXIS_PIXELS = 90
HEIGHT = 340

COLOURS = (TRAINING, VALIDATION, *OTHERS)
# Not green, which marks the built plan and the margin.
LAYER_COLOURS = (TRAINING, VALIDATION, OTHERS[1])
VERDICT_COLOURS: dict[Verdict, str] = {
    "equivalent": CHOSEN,
    "better": TRAINING,
    "worse": VALIDATION,
    "cannot be told apart": PUBLISHED,
    "too few seeds": PUBLISHED,
}


def seeds_figure(accuracies: Mapping[str, Mapping[int, float]]) -> go.Figure:
    """Return a row for each plan, with a point for each seed's test accuracy and their mean.

    `accuracies` are in [0, 1], by plan and seed.
    """
    figure = go.Figure()
    for (plan, by_seed), colour in zip(accuracies.items(), itertools.cycle(COLOURS), strict=False):
        figure.add_scatter(
            x=[100 * value for value in by_seed.values()],
            y=[plan] * len(by_seed),
            mode="markers",
            marker={"size": 11, "color": colour, "opacity": 0.75},
            customdata=list(by_seed),
            hovertemplate=_(
                "<b>{plan}</b>, seed %{{customdata}}: <b>%{{x:.2f}} %</b><extra></extra>"
            ).format(plan=plan),
        )
        mean = sum(by_seed.values()) / len(by_seed)
        figure.add_scatter(
            x=[100 * mean],
            y=[plan],
            mode="markers",
            marker={"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": colour}},
            hovertemplate=_(
                "<b>{plan}</b>, mean of {count} seeds: <b>%{{x:.3f}} %</b><extra></extra>"
            ).format(plan=plan, count=len(by_seed)),
        )
    figure.update_xaxes(title=_("test accuracy, %"), fixedrange=True)
    figure.update_yaxes(autorange="reversed", type="category", fixedrange=True)
    return apply_layout(figure, AXIS_PIXELS + ROW_PIXELS * len(accuracies))


def differences_figure(comparisons: Sequence[PairedComparison], margin: float) -> go.Figure:
    """Return a row for each pair: the differences of all seeds, their mean, its 95 % interval.

    Plans are equivalent if the 90 % interval, the thick part of a line, lies within the green
    band, which is `margin` in [0, 1] to both sides of 0.
    """
    figure = go.Figure()
    figure.add_vrect(
        x0=-100 * margin, x1=100 * margin, fillcolor=CHOSEN, opacity=0.15, line={"width": 0}
    )
    figure.add_vline(x=0, line={"color": PUBLISHED, "width": 1})
    # Four traces for each pair would take most of the time of the page.
    for verdict in dict.fromkeys(comparison.verdict for comparison in comparisons):
        _add_comparisons(
            figure,
            verdict,
            [comparison for comparison in comparisons if comparison.verdict == verdict],
        )
    figure.update_xaxes(title=_("difference in accuracy, points"), fixedrange=True)
    figure.update_yaxes(
        autorange="reversed",
        type="category",
        categoryorder="array",
        categoryarray=[_row(comparison) for comparison in comparisons],
        fixedrange=True,
    )
    return apply_layout(figure, AXIS_PIXELS + ROW_PIXELS * len(comparisons))


def _add_comparisons(
    figure: go.Figure, verdict: Verdict, comparisons: Sequence[PairedComparison]
) -> None:
    """Add intervals, seeds and means of pairs with the same verdict."""
    colour = VERDICT_COLOURS[verdict]
    points = [
        (comparison, difference)
        for comparison in comparisons
        for difference in comparison.differences
    ]
    for name, width in (("interval", 2), ("narrow", 6)):
        intervals = [getattr(comparison, name) for comparison in comparisons]
        figure.add_scatter(
            x=[bound for low, high in intervals for bound in (100 * low, 100 * high, None)],
            y=[_row(comparison) for comparison in comparisons for _ in range(3)],
            mode="lines",
            line={"color": colour, "width": width},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[100 * difference for _, difference in points],
        y=[_row(comparison) for comparison, _ in points],
        mode="markers",
        # The white edge separates them from the lines.
        marker={"size": 7, "color": colour, "line": {"width": 1, "color": "#ffffff"}},
        customdata=[seed for comparison in comparisons for seed in comparison.seeds],
        hovertemplate=_("seed %{customdata}: <b>%{x:+.2f}</b> points<extra></extra>"),
    )
    figure.add_scatter(
        x=[100 * comparison.mean for comparison in comparisons],
        y=[_row(comparison) for comparison in comparisons],
        mode="markers",
        marker={"size": 13, "symbol": "diamond", "color": colour},
        customdata=[[100 * bound for bound in comparison.interval] for comparison in comparisons],
        hovertemplate=_(
            "%{{y}}: <b>%{{x:+.3f}}</b> points<br>95 % interval %{{customdata[0]:+.3f}} to "
            "%{{customdata[1]:+.3f}}<br><b>{verdict}</b><extra></extra>"
        ).format(verdict=verdict),
    )


def _row(comparison: PairedComparison) -> str:
    return f"{comparison.first} − {comparison.second}"


def cost_figure(
    scores: Sequence[PlanScore],
    costs: Sequence[float],
    cost: str,
    at_most: Sequence[float] | None = None,
) -> go.Figure:
    """Return the mean test accuracy of each plan over its cost, and the Pareto front.

    On the front are the plans with a higher accuracy than all plans that cost no more. `at_most`
    are the upper bounds of the costs, where a cost is not certain.
    """
    figure = go.Figure()
    points = sorted(zip(costs, scores, strict=True), key=lambda point: (point[0], -point[1].mean))
    upper_costs = dict(zip((score.plan for score in scores), at_most or costs, strict=True))
    front = _front(points)
    figure.add_scatter(
        x=[value for value, _ in front],
        y=[100 * score.mean for _, score in front],
        mode="lines",
        line={"color": PUBLISHED, "width": 1, "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
    )
    colours = dict(zip((score.plan for score in scores), itertools.cycle(COLOURS), strict=False))
    for number, (value, score) in enumerate(points):
        figure.add_scatter(
            x=[value],
            y=[100 * score.mean],
            error_y={"array": [100 * score.half_width], "thickness": 1.5, "width": 4},
            error_x={
                "array": [upper_costs[score.plan] - value],
                "arrayminus": [0],
                "thickness": 1,
                "width": 4,
                "visible": at_most is not None,
            },
            mode="markers+text",
            text=[score.plan],
            # Beside the interval, above and below in turn, as neighbours may be close together.
            textposition="bottom right" if number % 2 else "top right",
            cliponaxis=False,
            marker={"size": 12, "color": colours[score.plan]},
            hovertemplate=_(
                "<b>{plan}</b><br>{cost}: <b>%{{x:,.6~g}}</b><br>test accuracy <b>%{{y:.3f}} "
                "%</b>, {count} seeds<extra></extra>"
            ).format(plan=score.plan, cost=cost, count=score.count),
        )
    least, most = min(costs), max(upper_costs.values())
    space = 0.1 * (most - least or most)
    # The last name is to the right of its point.
    figure.update_xaxes(title=cost, range=[least - space, most + 2 * space], fixedrange=True)
    figure.update_yaxes(title=_("mean test accuracy, %"), fixedrange=True)
    return apply_layout(figure, HEIGHT)


def _front(points: Sequence[tuple[float, PlanScore]]) -> list[tuple[float, PlanScore]]:
    """Return the points, sorted by cost, with a higher accuracy than all points before them."""
    front: list[tuple[float, PlanScore]] = []
    for value, score in points:
        if not front or score.mean > front[-1][1].mean:
            front.append((value, score))
    return front


def channel_use_figure(uses: Mapping[str, Sequence[MeanRedundancy]]) -> go.Figure:
    """Return the number of channels that carry 99 % of the variance, by layer and plan.

    The height of the pale bar behind is the number of all channels of the layer.
    """
    figure = go.Figure()
    for (plan, layers), colour in zip(uses.items(), itertools.cycle(COLOURS), strict=False):
        for values, opacity, shown in (
            ([use.channels for use in layers], 0.25, False),
            ([use.needed_99 for use in layers], 1.0, True),
        ):
            figure.add_bar(
                x=[use.layer for use in layers],
                y=values,
                name=plan,
                legendgroup=plan,
                offsetgroup=plan,
                showlegend=shown,
                marker={"color": colour, "line": {"width": 0}},
                opacity=opacity,
                customdata=[
                    [use.needed_99, use.channels, use.needed_95, use.effective_rank, use.count]
                    for use in layers
                ],
                hovertemplate=_(
                    "<b>{plan}</b>, %{{x}}: <b>%{{customdata[0]:.1f}} of %{{customdata[1]}}</b> "
                    "carry 99 %<br>%{{customdata[2]:.1f}} carry 95 %<br>effective rank "
                    "%{{customdata[3]:.1f}}<br>mean of %{{customdata[4]}} networks<extra></extra>"
                ).format(plan=plan),
            )
    # The two bars of a plan overlap; different plans are side by side.
    figure.update_xaxes(type="category", fixedrange=True)
    figure.update_yaxes(title=_("channels"), fixedrange=True)
    return apply_layout(figure, HEIGHT, barmode="group", showlegend=True, legend=LEGEND)


def width_sweep_figure(widths: Sequence[WidthScore], layer: str, built: int) -> go.Figure:
    """Return the mean test accuracy over the channels of one layer, with 95 % intervals.

    `layer` is its name for people; a line marks the `built` number of channels.
    """
    figure = go.Figure()
    figure.add_vline(x=built, line={"color": CHOSEN, "width": 2, "dash": "dot"})
    scores = [one.score for one in widths]
    channels = [one.width for one in widths]
    figure.add_scatter(
        x=channels,
        y=[100 * score.mean for score in scores],
        error_y={
            "array": [100 * score.half_width for score in scores],
            "thickness": 1.5,
            "width": 5,
        },
        mode="lines+markers",
        line={"color": TRAINING, "width": 2},
        marker={"size": 9},
        customdata=[[score.plan, score.count] for score in scores],
        hovertemplate=_(
            "<b>%{x} channels</b> (%{customdata[0]}): <b>%{y:.3f} %</b>, %{customdata[1]} "
            "seeds<extra></extra>"
        ),
    )
    figure.update_xaxes(
        title=_("channels in the {layer} layer").format(layer=layer),
        tickvals=channels,
        fixedrange=True,
    )
    figure.update_yaxes(title=_("mean test accuracy, %"), fixedrange=True)
    return apply_layout(figure, HEIGHT)


def all_widths_figure(
    widths: Mapping[str, Sequence[WidthScore]], parameters: int, margin: float
) -> go.Figure:
    """Return what each width of each layer changes: points of accuracy over all parameters.

    `widths` are by the name of the layer; each has a line through the built plan, which has
    `parameters` and a difference of 0. Differences are paired by seed, with 95 % intervals. The
    green band is `margin`, in [0, 1], to both sides of 0.
    """
    figure = go.Figure()
    figure.add_hrect(
        y0=-100 * margin, y1=100 * margin, fillcolor=CHOSEN, opacity=0.15, line={"width": 0}
    )
    for (layer, members), colour in zip(widths.items(), LAYER_COLOURS, strict=False):
        compared = [(one, one.comparison) for one in members]
        means = [100 * pair.mean if pair else 0.0 for _, pair in compared]
        ends = [100 * (pair.interval[1] - pair.mean) if pair else 0.0 for _, pair in compared]
        figure.add_scatter(
            x=[one.score.parameters for one in members],
            y=means,
            error_y={"array": ends, "thickness": 1.5, "width": 4},
            name=_("{layer} layer").format(layer=layer),
            mode="lines+markers+text",
            # The built plan is in all lines: its label is below.
            text=["" if pair is None else str(one.width) for one, pair in compared],
            textposition="top right",
            textfont={"color": colour},
            cliponaxis=False,
            line={"color": colour, "width": 2},
            marker={"size": 8},
            customdata=[
                [one.width, one.score.plan, 100 * one.score.mean, one.score.count]
                for one in members
            ],
            hovertemplate=_(
                "<b>%{{customdata[0]}} channels</b> in the {layer} layer "
                "(%{{customdata[1]}})<br>%{{x:,}} parameters: <b>%{{y:+.3f}}</b> "
                "points<br>%{{customdata[2]:.3f}} % of the test images, %{{customdata[3]}} "
                "seeds<extra></extra>"
            ).format(layer=layer),
        )
    figure.add_scatter(
        x=[parameters],
        y=[0],
        mode="markers+text",
        text=["10/15/20"],
        textposition="bottom right",
        marker={"size": 13, "color": CHOSEN, "symbol": "diamond"},
        hovertemplate=_("<b>10/15/20</b>, as it was built: %{x:,} parameters<extra></extra>"),
        showlegend=False,
    )
    figure.update_xaxes(title=_("parameters of the network"), tickformat=",", fixedrange=True)
    figure.update_yaxes(
        title=_("points of accuracy, beside 10/15/20"), zeroline=False, fixedrange=True
    )
    return apply_layout(figure, HEIGHT + LEGEND_LINE, showlegend=True, legend=LEGEND)
