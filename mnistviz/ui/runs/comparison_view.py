"""The chosen runs side by side: curves, settings and results, pairs by seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import streamlit as st

from mnistviz.core.types.training import Curve
from mnistviz.runs.run_summary import Summary
from mnistviz.studies import run_comparison
from mnistviz.studies.run_comparison import Band, Measure, PairedDifference, Split
from mnistviz.texts import _
from mnistviz.ui.runs.runs_table import show_table
from mnistviz.ui.shared.charts import show
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.training import run_logs
from mnistviz.ui.shared.training.progress import UNKNOWN
from mnistviz.ui.shared.words.explained import explained, explained_caption

# Each run's whole log is read: a hundred take a second.
MOST_CURVES = 100
# More lines than this can't be told apart.
MOST_LINES = 16

SPLITS: dict[Split, str] = {"validation": _("validation"), "batch": _("training")}
VALIDATION_ALONE: list[Split] = ["validation"]
BANDS: dict[Band, str] = {"range": _("least to greatest"), "deviation": _("± 1 standard deviation")}
MEASURES: tuple[Measure, ...] = ("loss", "accuracy")


@dataclass(frozen=True)
class CurveChoice:
    """The choices above the curves. `band` is that of mean curves, None: each run has a curve."""

    splits: Sequence[Split]
    smoothing: float = 0.0
    log_scale: bool = False
    band: Band | None = None


def show_curves_of(chosen: Sequence[Summary], names_by_id: Mapping[str, str]) -> None:
    """Show loss and accuracy of the chosen runs in one chart each, or their means over seeds."""
    from mnistviz.charts.training.run_comparison import comparison_figure, comparison_lines

    st.subheader(_("Curves"))
    choice = _choose_curves()
    drawn = chosen[:MOST_CURVES]
    curves = {
        measure: [
            curve
            for split in choice.splits
            for curve in curves_of(drawn, measure, split, choice.band, names_by_id)
        ]
        for measure in MEASURES
    }
    names = list(dict.fromkeys(curve.name for curve in curves["loss"]))
    left_out = len(chosen) - len(drawn) + max(0, len(names) - MOST_LINES)
    names = names[:MOST_LINES]
    explained_caption(curves_text(choice, left_out))
    by_hand = [
        summary.run.name
        for summary in drawn
        if any(event["event"] == "learning_rate" for event in run_logs.events(summary.run))
    ]
    if by_hand:
        explained_caption(
            _(
                "The learning rate of {by_hand} was set by hand while it trained: the settings "
                "alone don't say what it did."
            ).format(by_hand=", ".join(by_hand))
        )
    if not names:
        st.info(
            _("No epoch has ended yet: there is no curve to draw.")
            if choice.splits
            else _("Choose validation or training above.")
        )
        return
    for column, measure in zip(st.columns(2), MEASURES, strict=True):
        lines = comparison_lines(
            [curve for curve in curves[measure] if curve.name in names],
            smoothing=choice.smoothing,
            as_error=choice.log_scale and measure == "accuracy",
        )
        with column:
            show(
                comparison_figure(measure, lines, log_scale=choice.log_scale),
                f"compare-{measure}",
                _("{measure} by epoch of {names}").format(measure=measure, names=", ".join(names)),
            )


def _choose_curves() -> CurveChoice:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        splits = st.pills(
            _("Curves of"),
            list(SPLITS),
            default=VALIDATION_ALONE,
            selection_mode="multi",
            format_func=lambda split: SPLITS[split],
            key="compare_splits",
            persist_state="session",
        )
        smoothing = st.slider(
            _("Smoothing"),
            0.0,
            0.95,
            0.0,
            0.05,
            key="compare_smoothing",
            persist_state="session",
            width=200,
            help=_("Weight of what came before, as in TensorBoard. The raw curve stays, thin."),
        )
        log_scale = st.toggle(
            _("Log scale"),
            key="compare_log",
            persist_state="session",
            help=_(
                "Of accuracy, the share of wrong answers is drawn: 99.4 % and 99.5 % lie apart."
            ),
        )
        grouped = st.toggle(
            _("Group all but the seed"),
            key="compare_grouped",
            persist_state="session",
            help=_(
                "One line for runs that differ in nothing but their seed: the mean, with a band."
            ),
        )
        if not grouped:
            return CurveChoice(splits, smoothing, log_scale)
        band = pick(_("Band"), BANDS, "compare_band", "range", persist_state="session")
    return CurveChoice(splits, smoothing, log_scale, band)


def curves_of(
    chosen: Sequence[Summary],
    measure: Measure,
    split: Split,
    band: Band | None,
    names_by_id: Mapping[str, str],
) -> list[Curve]:
    """Return the curve of each run, or with a `band` the mean curve of each group of runs.

    The runs of a group differ only in the seed. Runs without values have no curve.
    """
    training = split == "batch"
    points = [
        run_comparison.points_of(
            run_logs.metrics(summary.run), split, measure, summary.run.spec.train.steps_per_epoch
        )
        for summary in chosen
    ]
    if band is None:
        return [
            Curve(summary.run.name, training, tuple(values), tuple(values.values()))
            for summary, values in zip(chosen, points, strict=True)
            if values
        ]
    groups = run_comparison.groups_of([summary.run.spec for summary in chosen], names_by_id)
    return [
        run_comparison.mean_curve(
            f"{name} (n = {len(group)})", training, [points[position] for position in group], band
        )
        for name, group in groups.items()
        if any(points[position] for position in group)
    ]


def curves_text(choice: CurveChoice, num_left_out: int) -> str:
    """The caption of the curves: what a line is, and how many lines are not drawn."""
    text = _("A line is a run. ")
    if choice.band is not None:
        start = _("from ") if choice.band == "range" else ""
        text = _("A line is a mean, band {start}{bands} over the runs of a group. ").format(
            start=start, bands=BANDS[choice.band]
        )
    if "batch" in choice.splits:
        text += _("Thin is training, with dropout on. ")
    text += _("Look where lines keep apart, and whether by more than their own up and down.")
    if num_left_out:
        text += _(" **{num_left_out} more are not drawn**: choose fewer.").format(
            num_left_out=num_left_out
        )
    return text


# ---------------------------------------------------------------- two runs


# Name, value of a run, format of the value.
RESULTS: tuple[tuple[str, Callable[[Summary], Any], str], ...] = (
    (_("validation accuracy"), attrgetter("validation_accuracy"), ".2%"),
    (_("test accuracy"), attrgetter("test_accuracy"), ".2%"),
    ("parameters", attrgetter("run.spec.model.parameters"), ",.0f"),
    (_("epochs done"), attrgetter("epochs_done"), ".4g"),
    ("seconds", attrgetter("seconds"), ",.0f"),
)


def show_difference(first: Summary, second: Summary, names_by_id: Mapping[str, str]) -> None:
    """Show the settings in which two runs differ, and their results with the difference."""
    st.subheader(_("Difference"))
    ours, theirs = first.run.name, second.run.name
    differences = run_comparison.differences(first.run.spec, second.run.spec, names_by_id)
    if differences:
        show_table(
            [(each.setting, each.first, each.second) for each in differences],
            [_("setting"), ours, theirs],
            _("Settings in which {ours} and {theirs} differ").format(ours=ours, theirs=theirs),
            height="content",
        )
    else:
        explained_caption(
            _("The settings are the same, the seed too: any difference is the machine's.")
        )
    show_table(
        [
            (name, *result_texts(value(first), value(second), number_format))
            for name, value, number_format in RESULTS
        ],
        [_("result"), ours, theirs, _("difference")],
        _("Results of {ours} and {theirs}, and their difference").format(ours=ours, theirs=theirs),
        height="content",
    )
    if _validated_on_different_images([first, second]):
        explained_caption(
            _(
                "One is validated on held-out training images, the other on the test set: compare "
                "their test accuracies."
            )
        )


def result_texts(
    first: float | None, second: float | None, number_format: str
) -> tuple[str, str, str]:
    """The texts of two results and of second minus first; that of shares is in points."""
    texts = [
        UNKNOWN if value is None else format(value, number_format) for value in (first, second)
    ]
    if first is None or second is None:
        difference = UNKNOWN
    elif number_format.endswith("%"):
        difference = _("{points} points").format(points=_points_text(second - first, 2))
    else:
        difference = format(second - first, f"+{number_format}")
    return texts[0], texts[1], difference


def _validated_on_different_images(summaries: Sequence[Summary]) -> bool:
    return len({summary.run.spec.train.validated_on for summary in summaries}) > 1


# ---------------------------------------------------------------- pairs


def show_pairs(chosen: Sequence[Summary], names_by_id: Mapping[str, str]) -> None:
    """Show the mean difference of two groups of runs, paired by seed, with its interval."""
    groups = run_comparison.groups_of([summary.run.spec for summary in chosen], names_by_id)
    names = sorted(groups, key=lambda name: -len(groups[name]))
    if len(groups) < 2 or len(groups[names[0]]) < 2:
        return
    st.subheader(_("Paired by seed"))
    first_box, second_box, measure_box = st.columns(3)
    first = first_box.selectbox(_("First group"), names, key="pairs_first")
    second = second_box.selectbox(_("Second group"), names, index=1, key="pairs_second")
    with measure_box:
        measured_on = {False: _("validation accuracy"), True: _("test accuracy")}
        on_test = pick(_("Compare"), measured_on, "pairs_measure", False)
    if first == second:
        st.info(_("Choose two groups that differ."))
        return
    ours, theirs = ([chosen[position] for position in groups[name]] for name in (first, second))
    unfinished = [summary.run.name for summary in (*ours, *theirs) if summary.state != "finished"]
    if unfinished:
        explained_caption(
            _("Left out, because not finished: {unfinished}.").format(
                unfinished=", ".join(unfinished)
            )
        )
    pairs = run_comparison.paired_difference(
        accuracies_by_seed(ours, on_test), accuracies_by_seed(theirs, on_test)
    )
    if pairs is None:
        st.info(
            _(
                "These groups share no seed among their finished runs. Train both with the same "
                "seeds: what a seed does to both then cancels out."
            )
        )
        return
    if not on_test and _validated_on_different_images([*ours, *theirs]):
        st.warning(_("They are validated on different images: compare their test accuracies."))
    explained(pairs_text(pairs, first, second))


def accuracies_by_seed(group: Sequence[Summary], on_test: bool) -> dict[int, float]:
    """Return the test or validation accuracy by seed, of the newest finished run of each seed."""
    accuracies: dict[int, float] = {}
    for summary in group:
        accuracy = summary.test_accuracy if on_test else summary.validation_accuracy
        if summary.state == "finished" and accuracy is not None:
            accuracies.setdefault(summary.run.spec.train.seed, accuracy)
    return accuracies


def pairs_text(pairs: PairedDifference, first: str, second: str) -> str:
    """The result of a paired comparison as sentences in Markdown."""
    n = len(pairs.seeds)
    seeds = ", ".join(map(str, pairs.seeds[:10])) + (" …" if n > 10 else "")
    mean = _("**{second}** minus **{first}**: {points} points").format(
        second=second, first=first, points=_points_text(pairs.mean)
    )
    if n == 1:
        return _(
            "{mean}, from one pair (seed {seeds}). One pair says nothing of chance: train more."
        ).format(mean=mean, seeds=seeds)
    interval = _("{low} to {high}").format(
        low=_points_text(pairs.low), high=_points_text(pairs.high)
    )
    verdict = _("The interval includes 0: **no clear difference**")
    if pairs.significant:
        better = _("higher") if pairs.mean > 0 else _("lower")
        verdict = _("The interval leaves out 0: {second} is **{better}**").format(
            second=second, better=better
        )
    return _(
        "{mean} on average, 95 % interval {interval}, n = {n} pairs (seeds {seeds}). {verdict}."
    ).format(mean=mean, interval=interval, n=n, seeds=seeds, verdict=verdict)


def _points_text(share: float, digits: int = 3) -> str:
    return f"{100 * share:+.{digits}f}".replace("-", "−")
