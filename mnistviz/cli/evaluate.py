"""How good a network is on a labelled set, and what it stands: `evaluate`."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistviz.cli.options import AsJson, RunArgument
from mnistviz.cli.output import print_json
from mnistviz.core.errors import ReportError
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    from mnistviz.core.types.arrays import FloatArray
    from mnistviz.digits.labelled_sets import LabelledSet
    from mnistviz.evaluation.robustness import RobustnessCurve
    from mnistviz.network.model import Classifier


def evaluate(
    run: RunArgument,
    data: Annotated[
        Path | None,
        typer.Option(
            help="An npz, IDX file, or folder or zip of pictures in folders named 0 to 9; "
            "default: the 10,000 test images."
        ),
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also read spoiled images: shifted, turned, …")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="A .html to write a report to, or a .csv for every prediction."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Accuracy, loss and confusion matrix of a run on the test images or a set of your own."""
    snapshot = snapshots.find(run)
    snapshots.read(snapshot)
    if out and out.suffix.lower() not in (".html", ".csv"):
        raise ReportError(f"out: expected a file that ends in .html or .csv, got {str(out)!r}")

    from mnistviz.core.statistics import accuracy_interval
    from mnistviz.digits.labelled_sets import LabelledSet, read_path
    from mnistviz.digits.mnist import load_mnist
    from mnistviz.evaluation import predictions as answered
    from mnistviz.evaluation.calibration import temperature
    from mnistviz.evaluation.metrics import top_k
    from mnistviz.evaluation.reliability import reliability
    from mnistviz.evaluation.scoring import probabilities, score
    from mnistviz.network.model import Classifier
    from mnistviz.runs.load import load

    if data is None:
        mnist = load_mnist()
        labelled = LabelledSet("test images", mnist.x_test, mnist.y_test)
    else:
        labelled = read_path(data)
    classifier = Classifier(load(snapshot))
    answers = answered.answers_of(labelled, _logits(run, snapshot, labelled, classifier))
    result = score(answers.logits, labelled.labels)
    low, high = accuracy_interval(int(answers.right.sum()), result.images)
    calibration = temperature(snapshot, classifier)
    heat = None if calibration is None else calibration.temperature
    sure = probabilities(answers.logits, heat or 1.0).max(axis=1)
    error = reliability(sure, answers.right).error
    top_2 = float(top_k(answers.logits, labelled.labels)[1])
    curves = _robustness_curves(snapshot, labelled, classifier) if robustness else []

    if out and out.suffix.lower() == ".csv":
        from mnistviz.charts import figure_files

        figure_files.write_text(out, answered.as_csv(answers, heat))
    elif out:
        from mnistviz.charts import figure_files
        from mnistviz.evaluation.report import gather, html_of

        subject = gather(snapshot, answers, heat)
        # Also where the home can't be written to, and nothing is kept.
        figure_files.write_text(out, html_of(replace(subject, curves=curves or subject.curves)))
    if as_json:
        from mnistviz.evaluation.robustness import as_rows

        per_class = [None if math.isnan(value) else value for value in result.per_class.tolist()]
        print_json(
            {
                "run": run,
                "data": labelled.name,
                "images": result.images,
                "accuracy": result.accuracy,
                "interval": [low, high],
                "loss": result.loss,
                "top_2": top_2,
                "temperature": heat,
                "calibration_error": error,
                "per_class": per_class,
                "confusion": result.confusion.tolist(),
                "robustness": as_rows(curves) if robustness else None,
                "out": str(out) if out else None,
            }
        )
        return
    print(
        f"{run}: accuracy {result.accuracy:.2%}, loss {result.loss:.4f}, {result.images:,} images"
    )
    print(f"95 % interval {low:.2%} to {high:.2%}, label among the two likeliest {top_2:.2%}")
    how = "not calibrated" if heat is None else f"at its temperature, {heat:.3f}"
    print(f"calibration error {error:.2%}, {how}")
    print("label".rjust(5) + "".join(f"{digit:>6}" for digit in range(10)) + "  right")
    for digit, (row, share) in enumerate(zip(result.confusion, result.per_class, strict=True)):
        print(f"{digit:>5}" + "".join(f"{count:>6}" for count in row) + f"{share:>7.1%}")
    for curve in curves:
        _print_curve(curve)
    if out:
        print(f"written to {out}")


def _logits(name: str, snapshot: Snapshot, data: LabelledSet, classifier: Classifier) -> FloatArray:
    """What is kept of an earlier evaluation, or else read now, with a progress bar."""
    from mnistviz.evaluation.predictions import digest_of, keep_logits, known_logits
    from mnistviz.evaluation.scoring import predict_logits

    digest = digest_of(data.images)
    known = known_logits(snapshot, data, digest)
    if known is not None:
        return known
    with typer.progressbar(length=len(data.labels), label=name, file=sys.stderr) as progress:
        logits = predict_logits(
            classifier, data.images, lambda done: progress.update(done - progress.pos)
        )
    keep_logits(snapshot, digest, logits)
    return logits


def _robustness_curves(
    snapshot: Snapshot, data: LabelledSet, classifier: Classifier
) -> list[RobustnessCurve]:
    """The curves of all corruptions: those kept, and those measured now."""
    from mnistviz.evaluation import robustness
    from mnistviz.evaluation.corruptions import CORRUPTIONS

    part = robustness.subset(data)
    curves = []
    with typer.progressbar(
        list(CORRUPTIONS.values()), label="robustness", file=sys.stderr
    ) as corruptions:
        for one in corruptions:
            known = robustness.kept(snapshot, part, one)
            curves.append(known or robustness.measure_and_keep(classifier, snapshot, part, one))
    return curves


def _print_curve(curve: RobustnessCurve) -> None:
    from mnistviz.evaluation.corruptions import CORRUPTIONS

    one = CORRUPTIONS[curve.corruption]
    print(f"{one.title}, {one.unit}, {curve.right.shape[1]:,} images")
    print("     " + "".join(f"{level:>7g}" for level in curve.levels))
    print("     " + "".join(f"{share:>7.1%}" for share in curve.accuracy))
