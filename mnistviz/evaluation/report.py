"""An evaluation as one HTML file that needs no other file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mnistviz.charts.evaluation.confusion import confusion_figure
from mnistviz.charts.evaluation.reliability import reliability_figure, selective_accuracy_figure
from mnistviz.charts.evaluation.robustness import robustness_figure
from mnistviz.charts.html_pages import render_page
from mnistviz.core.statistics import accuracy_interval
from mnistviz.evaluation import label_issues, robustness
from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.evaluation.label_issues import Doubt, without
from mnistviz.evaluation.mcnemar import compare
from mnistviz.evaluation.metrics import class_scores, top_k
from mnistviz.evaluation.predictions import Answers, answers_of, digest_of, errors_of, known_logits
from mnistviz.evaluation.reliability import reliability, selective_accuracy
from mnistviz.evaluation.robustness import RobustnessCurve, trained_on
from mnistviz.evaluation.scoring import probabilities, score
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

TEMPLATE = Path(__file__).parent / "templates" / "report.html"
# The table of predictions has all mistakes.
MAX_IMAGES = 200
CONFUSION_HEIGHT = 420

Row = tuple[object, ...]


@dataclass(frozen=True)
class ReportData:
    """A snapshot's answers to a set of images, and the stored results about them.

    `curves` is empty if no robustness was measured. `doubts` are labels in doubt by the number of
    the image, `others` are the answers of other runs to the same images by name.
    """

    run: Run
    step: int
    answers: Answers
    curves: Sequence[RobustnessCurve] = ()
    doubts: Mapping[int, Doubt] | None = None
    others: Mapping[str, Answers] | None = None


def report_data(snapshot: Snapshot, answers: Answers) -> ReportData:
    """Return a snapshot's answers with the stored curves, labels in doubt and other answers."""
    images = robustness.subset(answers.data)
    curves = [robustness.cached(snapshot, images, each) for each in CORRUPTIONS.values()]
    digest = digest_of(answers.data.images)
    others = {}
    for other in registry.list_runs():
        steps = snapshots.steps_of(other)
        if steps and other.id != snapshot.run.id:
            logits = known_logits(Snapshot(other, steps[-1]), answers.data, digest)
            if logits is not None:
                others[other.name] = answers_of(answers.data, logits)
    doubts = label_issues.read(digest).items()
    return ReportData(
        snapshot.run,
        snapshot.step,
        answers,
        [curve for curve in curves if curve is not None],
        {number: doubt for number, doubt in doubts if number < len(answers.right)},
        others,
    )


def report_html(report: ReportData) -> str:
    """Return the whole report as an HTML page."""
    answers = report.answers
    result = score(answers.logits, answers.data.labels)
    values = [_mistakes(answers), _calibration(report), _robustness(report), _doubts(report)]
    return render_page(
        TEMPLATE,
        f"Evaluation of {report.run.name}",
        run=report.run.name,
        subject=_subject(report),
        headline=_headline(answers),
        confusion=confusion_figure(
            result.confusion, CONFUSION_HEIGHT, class_names=answers.data.class_names
        ),
        classes=_classes(answers),
        comparisons=_comparisons(report),
        **{name: value for part in values for name, value in part.items()},
    )


def _subject(report: ReportData) -> str:
    """Return a sentence about the network and the images."""
    run, data = report.run, report.answers.data
    epochs = f"{run.spec.train.epoch_at(report.step):.4f}".rstrip("0").rstrip(".")
    return (
        f"{run.name} after {epochs} epochs, channels {run.spec.model.plan}, "
        f"{run.spec.model.parameters:,} parameters; {len(data.labels):,} images: "
        f"{data.name}. {data.description}"
    )


def _headline(answers: Answers) -> list[Row]:
    total = score(answers.logits, answers.data.labels)
    right = int(answers.right.sum())
    low, high = accuracy_interval(right, total.images)
    shares = top_k(answers.logits, answers.data.labels)
    return [
        ("Accuracy", f"{total.accuracy:.2%}"),
        ("95 % interval (Wilson)", f"{low:.2%} to {high:.2%}"),
        ("Read wrong", f"{total.images - right:,} of {total.images:,}"),
        ("Loss (mean cross-entropy)", f"{total.loss:.4f}"),
        ("Label among the two likeliest", f"{shares[1]:.2%}"),
        *([("Label among the three likeliest", f"{shares[2]:.2%}")] if len(shares) > 2 else []),
    ]


def _classes(answers: Answers) -> list[Row]:
    names = answers.data.class_names
    return [
        (
            names[row.digit],
            f"{row.images:,}",
            *(_percent(x) for x in (row.precision, row.recall, row.f1)),
        )
        for row in class_scores(answers.data.labels, answers.answers, len(names))
    ]


def _mistakes(answers: Answers) -> dict[str, Any]:
    wrong, names = errors_of(answers), answers.data.class_names
    shown = wrong[:MAX_IMAGES]
    captions = [
        f"{i}: {names[answers.data.labels[i]]} → {names[answers.answers[i]]}, "
        f"{answers.confidence[i]:.0%}"
        for i in shown
    ]
    return {
        "mistake_counts": f"{len(shown):,} of {len(wrong):,}",
        "mistakes": list(zip(answers.data.images[shown], captions, strict=True)),
    }


def _calibration(report: ReportData) -> dict[str, Any]:
    temperatures = [("as it is", 1.0)]
    answers = report.answers
    if answers.temperature is not None:
        temperatures.append(("calibrated", answers.temperature))
    bins, curves, rows = [], [], []
    for name, temperature in temperatures:
        confidence = probabilities(answers.logits, temperature).max(axis=1)
        result = reliability(confidence, answers.right)
        loss = score(answers.logits / temperature, answers.data.labels).loss
        bins.append((name, result.confidence, result.accuracy, result.counts))
        curves.append((name, *selective_accuracy(confidence, answers.right)))
        rows.append((name, f"{result.error:.2%}", f"{loss:.4f}"))
    return {
        "temperature": answers.temperature,
        "calibration": rows,
        "reliability": reliability_figure(bins),
        "selective_accuracy": selective_accuracy_figure(curves),
    }


def _comparisons(report: ReportData) -> list[Row]:
    rows: list[Row] = []
    for name, other in (report.others or {}).items():
        result = compare(report.answers.right, other.right)
        counts = (result.both, result.only_first, result.only_second, result.neither)
        rows.append((name, *(f"{count:,}" for count in counts), f"{result.p:.2g}"))
    return rows


def _robustness(report: ReportData) -> dict[str, Any]:
    figures = []
    for curve in report.curves:
        corruption = CORRUPTIONS[curve.corruption]
        line = (report.run.name, curve.levels, curve.accuracy.tolist())
        trained = trained_on(corruption, report.run.spec.train)
        figures.append((corruption, robustness_figure([line], corruption.unit, trained=trained)))
    images = report.curves[0].right.shape[1] if report.curves else 0
    return {"robustness": figures, "robustness_images": f"{images:,}"}


def _doubts(report: ReportData) -> dict[str, Any]:
    answers, doubts = report.answers, report.doubts or {}
    wrong = [number for number, doubt in doubts.items() if doubt == "wrong"]
    rows = []
    for name, left_out in (
        ("all images", []),
        ("without wrong labels", wrong),
        ("without all labels in doubt", list(doubts)),
    ):
        rest = without(answers, left_out)
        accuracy = rest.right.mean() if len(rest.right) else float("nan")
        rows.append((name, f"{len(rest.right):,}", f"{(~rest.right).sum():,}", _percent(accuracy)))
    captions = [
        f"{number}: {answers.data.labels[number]}, {doubt}; read as {answers.answers[number]}"
        for number, doubt in doubts.items()
    ]
    return {
        "accuracies_without_doubt": rows,
        "doubtful_labels": list(zip(answers.data.images[list(doubts)], captions, strict=True)),
    }


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.2%}"
