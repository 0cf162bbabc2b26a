"""The chosen runs side by side: curves, settings and results, pairs by seed."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from mnistviz.core.types.training import Curve
from mnistviz.runs.run_summary import Summary
from mnistviz.studies import run_comparison
from mnistviz.studies.run_comparison import Band, Measure, PairedDifference, Split
from mnistviz.ui.shared import loaders
from mnistviz.ui.shared.widgets import show

# Each run's whole log is read: a hundred take a second.
MOST_CURVES = 100
# More lines than this can't be told apart.
MOST_LINES = 16

SPLITS: dict[Split, str] = {
    "validation": "validation",
    "batch": "training",
}
VALIDATION_ALONE: list[Split] = ["validation"]
BANDS: dict[Band, str] = {"range": "least to greatest", "deviation": "± 1 standard deviation"}
MEASURES: tuple[Measure, ...] = ("loss", "accuracy")


def show_curves_of(chosen: Sequence[Summary], names_by_id: Mapping[str, str]) -> None:
    """Loss and accuracy of the chosen runs over each other, or their means over the seeds."""
    from mnistviz.charts.training.run_comparison import comparison_figure, comparison_lines

    st.subheader("Curves")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        splits = st.pills(
            "Curves of",
            list(SPLITS),
            default=VALIDATION_ALONE,
            selection_mode="multi",
            format_func=lambda split: SPLITS[split],
            key="compare_splits",
            persist_state="session",
        )
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.95,
            0.0,
            0.05,
            key="compare_smoothing",
            persist_state="session",
            width=200,
            help="Weight of what came before, as in TensorBoard. The raw curve stays, thin.",
        )
        log_scale = st.toggle(
            "Log scale",
            key="compare_log",
            persist_state="session",
            help="Of accuracy, the share of wrong answers is drawn: 99.4 % and 99.5 % lie apart.",
        )
        grouped = st.toggle(
            "Group all but the seed",
            key="compare_grouped",
            persist_state="session",
            help="One line for runs that differ in nothing but their seed: the mean, with a band.",
        )
        band: Band = "range"
        if grouped:
            band = st.segmented_control(
                "Band",
                list(BANDS),
                default="range",
                format_func=lambda band: BANDS[band],
                key="compare_band",
                persist_state="session",
                required=True,
            )
    drawn = chosen[:MOST_CURVES]
    curves = {
        measure: [
            curve
            for split in splits
            for curve in (
                _means(drawn, names_by_id, measure, split, band)
                if grouped
                else _each(drawn, measure, split)
            )
        ]
        for measure in MEASURES
    }
    names = list(dict.fromkeys(curve.name for curve in curves["loss"]))
    left_out = len(chosen) - len(drawn) + max(0, len(names) - MOST_LINES)
    kind = f"mean, band from {BANDS[band]}" if grouped and band == "range" else "mean"
    kind = f"mean, band {BANDS[band]}" if grouped and band == "deviation" else kind
    st.caption(
        ("A line is a " + kind + " over the runs of a group. " if grouped else "A line is a run. ")
        + ("Thin is training, with dropout on. " if "batch" in splits else "")
        + "Look where lines keep apart, and whether by more than their own up and down."
        + (f" **{left_out} more are not drawn**: choose fewer." if left_out else "")
    )
    by_hand = [summary.run.name for summary in drawn if _set_by_hand(summary)]
    if by_hand:
        st.caption(
            f"The learning rate of {', '.join(by_hand)} was set by hand while it trained: the "
            "settings alone don't say what it did."
        )
    if not curves["loss"]:
        st.info("Choose validation or training above.")
        return
    for column, measure in zip(st.columns(2), MEASURES, strict=True):
        kept = [curve for curve in curves[measure] if curve.name in names[:MOST_LINES]]
        as_error = log_scale and measure == "accuracy"
        lines = comparison_lines(kept, smoothing=smoothing, as_error=as_error)
        with column:
            show(
                comparison_figure(measure, lines, log_scale=log_scale),
                f"compare-{measure}",
                f"{measure} by epoch of {', '.join(names[:MOST_LINES])}",
            )


def _set_by_hand(summary: Summary) -> bool:
    events = loaders.events(summary.run)
    return any(event["event"] == "learning_rate" for event in events)


def _each(
    chosen: Sequence[Summary],
    measure: Measure,
    split: Split,
) -> list[Curve]:
    curves = []
    for summary in chosen:
        points = _points(summary, measure, split)
        if points:
            epochs, values = tuple(points), tuple(points.values())
            curves.append(Curve(summary.run.name, split == "batch", epochs, values))
    return curves


def _means(
    chosen: Sequence[Summary],
    names_by_id: Mapping[str, str],
    measure: Measure,
    split: Split,
    band: Band,
) -> list[Curve]:
    groups = run_comparison.groups_of([summary.run.spec for summary in chosen], names_by_id)
    curves = []
    for name, positions in groups.items():
        points = [_points(chosen[position], measure, split) for position in positions]
        if any(points):
            title = f"{name} (n = {len(positions)})"
            curves.append(run_comparison.mean_curve(title, split == "batch", points, band))
    return curves


def _points(
    summary: Summary,
    measure: Measure,
    split: Split,
) -> dict[float, float]:
    per_epoch = summary.run.spec.train.steps_per_epoch
    return run_comparison.points_of(loaders.metrics(summary.run), split, measure, per_epoch)


# ---------------------------------------------------------------- two runs


def show_difference(first: Summary, second: Summary, names_by_id: Mapping[str, str]) -> None:
    """The settings in which two runs differ, and their results with the difference last."""
    st.subheader("Difference")
    names = (first.run.name, second.run.name)
    apart = run_comparison.differences(first.run.spec, second.run.spec, names_by_id)
    if apart:
        st.dataframe(
            pd.DataFrame(
                [(one.setting, one.first, one.second) for one in apart],
                columns=["setting", *names],
            ),
            hide_index=True,
            height="content",
            alt=f"Settings in which {names[0]} and {names[1]} differ",
        )
    else:
        st.caption("The settings are the same, the seed too: any difference is the machine's.")
    st.dataframe(
        pd.DataFrame(_results(first, second), columns=["result", *names, "difference"]),
        hide_index=True,
        height="content",
        alt=f"Results of {names[0]} and {names[1]}, and their difference",
    )
    places = {first.run.spec.train.validated_on, second.run.spec.train.validated_on}
    if len(places) > 1:
        st.caption(
            "One is validated on held-out training images, the other on the test set: compare "
            "their test accuracies."
        )


def _results(first: Summary, second: Summary) -> list[tuple[str, str, str, str]]:
    accuracies = [
        ("validation accuracy", first.validation_accuracy, second.validation_accuracy),
        ("test accuracy", first.test_accuracy, second.test_accuracy),
    ]
    others = [
        ("parameters", first.run.spec.model.parameters, second.run.spec.model.parameters, ",.0f"),
        ("epochs done", first.epochs_done, second.epochs_done, ".4g"),
        ("seconds", first.seconds, second.seconds, ",.0f"),
    ]
    rows = [
        (
            name,
            "–" if one is None else f"{one:.2%}",
            "–" if other is None else f"{other:.2%}",
            "–"
            if one is None or other is None
            else f"{100 * (other - one):+.2f} points".replace("-", "−"),
        )
        for name, one, other in accuracies
    ]
    return rows + [
        (name, format(one, form), format(other, form), format(other - one, f"+{form}"))
        for name, one, other, form in others
    ]


# ---------------------------------------------------------------- pairs


def show_pairs(chosen: Sequence[Summary], names_by_id: Mapping[str, str]) -> None:
    """Two groups that share seeds: the mean difference of their pairs, and what it says."""
    groups = run_comparison.groups_of([summary.run.spec for summary in chosen], names_by_id)
    names = sorted(groups, key=lambda name: -len(groups[name]))
    if len(groups) < 2 or len(groups[names[0]]) < 2:
        return
    st.subheader("Paired by seed")
    first_box, second_box, measure_box = st.columns(3)
    first = first_box.selectbox("First group", names, key="pairs_first")
    second = second_box.selectbox("Second group", names, index=1, key="pairs_second")
    on_test = measure_box.segmented_control(
        "Compare",
        [False, True],
        default=False,
        format_func=lambda test: "test accuracy" if test else "validation accuracy",
        key="pairs_measure",
        required=True,
    )
    one, other = ([chosen[position] for position in groups[name]] for name in (first, second))
    if first == second:
        st.info("Choose two groups that differ.")
        return
    unfinished = [summary.run.name for summary in (*one, *other) if summary.state != "finished"]
    if unfinished:
        st.caption(f"Left out, because not finished: {', '.join(unfinished)}.")
    pairs = run_comparison.paired_difference(_by_seed(one, on_test), _by_seed(other, on_test))
    if pairs is None:
        st.info(
            "These groups share no seed among their finished runs. Train both with the same seeds: "
            "what a seed does to both then cancels out."
        )
        return
    places = {summary.run.spec.train.validated_on for summary in (*one, *other)}
    if len(places) > 1 and not on_test:
        st.warning("They are validated on different images: compare their test accuracies.")
    st.markdown(pairs_text(pairs, first, second))


def _by_seed(group: Sequence[Summary], on_test: bool) -> dict[int, float]:
    """Accuracy by seed, of the newest finished run of each."""
    found: dict[int, float] = {}
    for summary in group:
        accuracy = summary.test_accuracy if on_test else summary.validation_accuracy
        if summary.state == "finished" and accuracy is not None:
            found.setdefault(summary.run.spec.train.seed, accuracy)
    return found


def pairs_text(pairs: PairedDifference, first: str, second: str) -> str:
    """What a paired comparison says, in words."""
    n = len(pairs.seeds)
    seeds = ", ".join(map(str, pairs.seeds[:10])) + (" …" if n > 10 else "")
    mean = f"**{second}** minus **{first}**: {_points_text(pairs.mean)} points"
    if n == 1:
        return f"{mean}, from one pair (seed {seeds}). One pair says nothing of chance: train more."
    interval = f"{_points_text(pairs.low)} to {_points_text(pairs.high)}"
    verdict = "The interval includes 0: they **cannot be told apart**"
    if pairs.significant:
        better = "higher" if pairs.mean > 0 else "lower"
        verdict = f"The interval leaves out 0: {second} is **{better}**"
    return f"{mean} on average, 95 % interval {interval}, n = {n} pairs (seeds {seeds}). {verdict}."


def _points_text(share: float) -> str:
    return f"{100 * share:+.3f}".replace("-", "−")
