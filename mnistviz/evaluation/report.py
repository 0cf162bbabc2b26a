"""An evaluation as one HTML file that needs nothing else: for the page and the command line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mnistviz.charts import figure_files
from mnistviz.charts.evaluation.confusion import confusion_matrix
from mnistviz.charts.evaluation.reliability import refusal_curves, reliability_diagram
from mnistviz.charts.evaluation.robustness import endurance_curves
from mnistviz.core.statistics import accuracy_interval
from mnistviz.evaluation import label_issues, robustness
from mnistviz.evaluation.corruptions import CORRUPTIONS
from mnistviz.evaluation.label_issues import Doubt, without
from mnistviz.evaluation.mcnemar import compare
from mnistviz.evaluation.metrics import class_scores, top_k
from mnistviz.evaluation.predictions import Answers, answers_of, digest_of, errors_of, known_logits
from mnistviz.evaluation.reliability import refusals, reliability
from mnistviz.evaluation.robustness import RobustnessCurve, trained_on
from mnistviz.evaluation.scoring import probabilities, score
from mnistviz.runs import registry, snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    import plotly.graph_objects as go

# As many as anybody looks at; the table of predictions has all of them.
MOST_IMAGES = 200


@dataclass(frozen=True)
class Subject:
    """What a report is about: one snapshot's answers, and what else is known of it.

    `temperature` is None where the run is not calibrated, `curves` empty where none was measured.
    `others` are other networks' answers to the same images, by name.
    """

    run: Run
    step: int
    found: Answers
    temperature: float | None = None
    curves: Sequence[RobustnessCurve] = ()
    marked: Mapping[int, Doubt] | None = None
    others: Mapping[str, Answers] | None = None


def gather(snapshot: Snapshot, found: Answers, temperature: float | None) -> Subject:
    """All that is kept of a snapshot on a set: curves, labels in doubt, other runs' answers."""
    part = robustness.subset(found.data)
    curves = [robustness.kept(snapshot, part, one) for one in CORRUPTIONS.values()]
    digest = digest_of(found.data.images)
    others = {}
    for other in registry.list_runs():
        steps = snapshots.steps_of(other)
        if steps and other.id != snapshot.run.id:
            logits = known_logits(Snapshot(other, steps[-1]), found.data, digest)
            if logits is not None:
                others[other.name] = answers_of(found.data, logits)
    return Subject(
        snapshot.run,
        snapshot.step,
        found,
        temperature,
        [curve for curve in curves if curve is not None],
        {one: doubt for one, doubt in label_issues.read(digest).items() if one < len(found.right)},
        others,
    )


def html_of(subject: Subject) -> str:
    """The whole report. What the images are, and how they were read, stands at its top."""
    run, data = subject.run, subject.found.data
    epochs = f"{run.spec.train.epoch_at(subject.step):.4f}".rstrip("0").rstrip(".")
    parts = [
        figure_files.text_part(
            f"{run.name} after {epochs} epochs, channels {run.spec.model.plan}, "
            f"{run.spec.model.parameters:,} parameters; {len(data.labels):,} images: "
            f"{data.name}. {data.how}"
        )
    ]
    figure = _figures()
    for part in (_headline, _confusion, _mistakes, _calibration, _others, _robustness, _doubts):
        parts += part(subject, figure)
    return figure_files.page_of(f"Evaluation of {run.name}", parts)


Figures = Callable[["go.Figure"], str]


def _figures() -> Figures:
    """Turns figures into HTML, the first of them with plotly.js."""
    made: list[None] = []

    def part(figure: "go.Figure") -> str:
        made.append(None)
        return figure_files.figure_part(figure, first=len(made) == 1)

    return part


def _headline(subject: Subject, figure: Figures) -> list[str]:
    found = subject.found
    total = score(found.logits, found.data.labels)
    right = int(found.right.sum())
    low, high = accuracy_interval(right, total.images)
    shares = top_k(found.logits, found.data.labels)
    rows = [
        ("Accuracy", f"{total.accuracy:.2%}"),
        ("95 % interval (Wilson)", f"{low:.2%} to {high:.2%}"),
        ("Read wrong", f"{total.images - right:,} of {total.images:,}"),
        ("Loss (mean cross-entropy)", f"{total.loss:.4f}"),
        ("Label among the two likeliest", f"{shares[1]:.2%}"),
        ("Label among the three likeliest", f"{shares[2]:.2%}"),
    ]
    return [figure_files.table_part(("", ""), rows)]


def _confusion(subject: Subject, figure: Figures) -> list[str]:
    found = subject.found
    confusion = score(found.logits, found.data.labels).confusion
    rows = [
        (row.digit, f"{row.images:,}", *(_percent(x) for x in (row.precision, row.recall, row.f1)))
        for row in class_scores(found.data.labels, found.answers)
    ]
    return [
        figure_files.heading_part("Which digits are taken for which"),
        figure(confusion_matrix(confusion, 420)),
        figure_files.table_part(("digit", "images", "precision", "recall", "F1"), rows),
    ]


def _mistakes(subject: Subject, figure: Figures) -> list[str]:
    found = subject.found
    wrong = errors_of(found)
    shown = wrong[:MOST_IMAGES]
    captions = [
        f"{i}: {found.data.labels[i]} → {found.answers[i]}, {found.confidence[i]:.0%}"
        for i in shown
    ]
    return [
        figure_files.heading_part("Mistakes"),
        figure_files.text_part(
            f"{len(shown):,} of {len(wrong):,}, the surest first: number, what it is → what it was "
            "read as, and how sure."
        ),
        figure_files.images_part(found.data.images[shown], captions),
    ]


def _calibration(subject: Subject, figure: Figures) -> list[str]:
    heats = [("as it is", 1.0)]
    text = "Not calibrated: this run has no training images that it was not trained on."
    if subject.temperature is not None:
        heats.append(("calibrated", subject.temperature))
        text = f"Temperature {subject.temperature:.3f}, fitted on held-out training images."
    bins, curves, rows = [], [], []
    found = subject.found
    for name, heat in heats:
        sure = probabilities(found.logits, heat).max(axis=1)
        one = reliability(sure, found.right)
        loss = score(found.logits / heat, found.data.labels).loss
        bins.append((name, one.confidence, one.accuracy, one.counts))
        curves.append((name, *refusals(sure, found.right)))
        rows.append((name, f"{one.error:.2%}", f"{loss:.4f}"))
    return [
        figure_files.heading_part("Is it as sure as it is right?"),
        figure_files.text_part(text),
        figure_files.table_part(("", "expected calibration error", "loss"), rows),
        figure(reliability_diagram(bins)),
        figure(refusal_curves(curves)),
    ]


def _others(subject: Subject, figure: Figures) -> list[str]:
    if not subject.others:
        return []
    rows = []
    for name, other in subject.others.items():
        one = compare(subject.found.right, other.right)
        counts = (one.both, one.only_first, one.only_second, one.neither)
        rows.append((name, *(f"{count:,}" for count in counts), f"{one.p:.2g}"))
    mine = subject.run.name
    header = ("", "both right", f"only {mine}", "only the other", "both wrong", "McNemar's p")
    return [
        figure_files.heading_part("Other runs on the same images"),
        figure_files.text_part(f"{mine} beside each: who is right where the other is wrong."),
        figure_files.table_part(header, rows),
    ]


def _robustness(subject: Subject, figure: Figures) -> list[str]:
    if not subject.curves:
        return []
    parts = [
        figure_files.heading_part("What it stands"),
        figure_files.text_part(
            f"Accuracy on {subject.curves[0].right.shape[1]:,} images, as many of each digit, that "
            "are spoiled more and more. Dotted is guessing, grey what the training covered."
        ),
    ]
    for curve in subject.curves:
        corruption = CORRUPTIONS[curve.corruption]
        line = (subject.run.name, curve.levels, curve.accuracy.tolist())
        trained = trained_on(corruption, subject.run.spec.train)
        parts += [
            f"<h3>{corruption.title}</h3>",
            figure_files.text_part(corruption.description),
            figure(endurance_curves([line], corruption.unit, trained=trained)),
        ]
    return parts


def _doubts(subject: Subject, figure: Figures) -> list[str]:
    if not subject.marked:
        return []
    found, marked = subject.found, subject.marked
    rows = []
    wrong = [number for number, doubt in marked.items() if doubt == "wrong"]
    for name, left_out in (
        ("all images", []),
        ("without wrong labels", wrong),
        ("without all labels in doubt", list(marked)),
    ):
        rest = without(found, left_out)
        share = rest.right.mean() if len(rest.right) else float("nan")
        rows.append((name, f"{len(rest.right):,}", f"{(~rest.right).sum():,}", _percent(share)))
    numbers = list(marked)
    captions = [
        f"{number}: {found.data.labels[number]}, {marked[number]}; read as {found.answers[number]}"
        for number in numbers
    ]
    return [
        figure_files.heading_part("Labels in doubt"),
        figure_files.table_part(("", "images", "mistakes", "accuracy"), rows),
        figure_files.images_part(found.data.images[numbers], captions),
    ]


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.2%}"
