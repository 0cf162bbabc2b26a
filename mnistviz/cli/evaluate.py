"""Evaluate a network on a labelled set: `evaluate`."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnistviz.cli.options import AsJson, RunArgument, find_snapshot
from mnistviz.cli.output import Column, print_json, print_table
from mnistviz.core.errors import ReportError
from mnistviz.runs.snapshots import Snapshot

if TYPE_CHECKING:
    from mnistviz.core.run_spec import RunSpec
    from mnistviz.core.types.arrays import FloatArray
    from mnistviz.core.types.evaluation import Evaluation
    from mnistviz.digits.labelled_sets import LabelledSet
    from mnistviz.evaluation.predictions import Answers, Look
    from mnistviz.evaluation.robustness import RobustnessCurve
    from mnistviz.network.network import Network


def evaluate(
    run: RunArgument,
    data: Annotated[
        str | None,
        typer.Option(
            help="The name of a data set of your own, whose test part is read, or its files: "
            "npz, IDX, CSV, parquet, .mat, a folder, zip or tar of pictures. Default: the test "
            "images of what the run was trained on."
        ),
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also read spoiled images: shifted, turned, …")
    ] = False,
    second_look: Annotated[
        bool,
        typer.Option("--second-look", help="Also read seven versions of each image."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="A .html to write a report to, or a .csv for every prediction."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Accuracy, loss and confusion matrix of a run on the test images or a set of your own."""
    snapshot = find_snapshot(run)
    if out and out.suffix.lower() not in (".html", ".csv"):
        raise ReportError(f"out: expected a file that ends in .html or .csv, got {str(out)!r}")
    labelled = _labelled_set(data, snapshot.run.spec)

    from mnistviz.evaluation.calibration import calibration_of
    from mnistviz.evaluation.predictions import answers_of
    from mnistviz.runs.load import load

    network = load(snapshot)
    logits = _logits(run, snapshot, labelled, network)
    calibration = calibration_of(snapshot, network)
    temperature = None if calibration is None else calibration.temperature
    result = _result(answers_of(labelled, logits, temperature))
    second = _second_result(run, snapshot, labelled, network) if second_look else None
    curves = _robustness_curves(snapshot, labelled, network) if robustness else []
    if out:
        _write(out, snapshot, result, curves)
    if as_json:
        value = {"run": run, "data": labelled.name, **_as_value(result)}
        rows = [curve.as_row() for curve in curves] if robustness else None
        looked = {} if second is None else {"second_look": _as_second(result, second)}
        print_json({**value, **looked, "robustness": rows, "out": out})
        return
    _print(run, result)
    if second is not None:
        _print_second(result, second)
    for curve in curves:
        _print_curve(curve)
    if out:
        print(f"written to {out}")


def _labelled_set(data: str | None, spec: RunSpec) -> LabelledSet:
    """The test part of a data set or of files, the test images of a run by default."""
    from mnistviz.digits.data_sets import evaluated

    if data is None:
        return evaluated.test_images(spec)
    known = evaluated.known_set(data, spec.class_names)
    return known or evaluated.read_path(Path(data), spec.class_names)


@dataclass(frozen=True)
class Result:
    """The answers to a labelled set and numbers on them. Shares are in [0, 1].

    `interval` is that of the accuracy.
    """

    answers: Answers
    evaluation: Evaluation
    interval: tuple[float, float]
    top_2: float
    calibration_error: float


def _result(answers: Answers) -> Result:
    from mnistviz.core.statistics import accuracy_interval
    from mnistviz.evaluation.metrics import top_k
    from mnistviz.evaluation.reliability import reliability
    from mnistviz.evaluation.scoring import score

    return Result(
        answers=answers,
        evaluation=score(answers.logits, answers.data.labels),
        interval=accuracy_interval(int(answers.right.sum()), len(answers.data.labels)),
        top_2=float(top_k(answers.logits, answers.data.labels)[1]),
        calibration_error=reliability(answers.confidence, answers.right).error,
    )


def _write(
    out: Path, snapshot: Snapshot, result: Result, curves: Sequence[RobustnessCurve]
) -> None:
    """Write every prediction to a .csv file, or a report to an .html file."""
    from mnistviz.charts import figure_files
    from mnistviz.evaluation.predictions import as_csv
    from mnistviz.evaluation.report import report_data, report_html

    if out.suffix.lower() == ".csv":
        figure_files.write_text(out, as_csv(result.answers))
        return
    subject = report_data(snapshot, result.answers)
    # Curves of this evaluation also where the home can't be written to and nothing is stored.
    figure_files.write_text(out, report_html(replace(subject, curves=curves or subject.curves)))


def _as_value(result: Result) -> dict[str, Any]:
    """An evaluation as JSON; the accuracy of a class without images is null."""
    evaluation = result.evaluation
    shares = evaluation.per_class.tolist()
    return {
        "images": evaluation.images,
        "accuracy": evaluation.accuracy,
        "interval": list(result.interval),
        "loss": evaluation.loss,
        "top_2": result.top_2,
        "temperature": result.answers.temperature,
        "calibration_error": result.calibration_error,
        "per_class": [None if math.isnan(share) else share for share in shares],
        "confusion": evaluation.confusion.tolist(),
    }


def _print(run: str, result: Result) -> None:
    evaluation, (low, high) = result.evaluation, result.interval
    print(
        f"{run}: accuracy {evaluation.accuracy:.2%}, loss {evaluation.loss:.4f}, "
        f"{evaluation.images:,} images"
    )
    top_2 = f"label among the two likeliest {result.top_2:.2%}"
    print(f"95 % interval {low:.2%} to {high:.2%}, {top_2}")
    temperature = result.answers.temperature
    how = "not calibrated" if temperature is None else f"at its temperature, {temperature:.3f}"
    print(f"calibration error {result.calibration_error:.2%}, {how}")
    names = result.answers.data.class_names
    width = max(6, 1 + max(map(len, names)))
    digits = [Column(name, width) for name in names]
    rows = zip(evaluation.confusion, evaluation.per_class, strict=True)
    print_table(
        [Column("label", width - 1), *digits, Column("right", 7, ".1%")],
        [(name, *counts, share) for name, (counts, share) in zip(names, rows, strict=True)],
    )


def _second_result(name: str, snapshot: Snapshot, data: LabelledSet, network: Network) -> Result:
    """The result of the second look, with its own calibration."""
    from mnistviz.evaluation import second_look
    from mnistviz.evaluation.predictions import answers_of

    logits = _logits(f"{name}, again", snapshot, data, network, "second")
    calibration = second_look.calibration_of(snapshot, network)
    temperature = None if calibration is None else calibration.temperature
    return _result(answers_of(data, logits, temperature))


def _as_second(result: Result, second: Result) -> dict[str, Any]:
    """The second look as JSON, with the numbers of answers that it corrects and spoils."""
    from mnistviz.evaluation.mcnemar import compare

    compared = compare(second.answers.right, result.answers.right)
    counts = {"corrected": compared.only_first, "spoilt": compared.only_second, "p": compared.p}
    return {**_as_value(second), **counts}


def _print_second(result: Result, second: Result) -> None:
    value = _as_second(result, second)
    temperature = second.answers.temperature
    how = "not calibrated" if temperature is None else f"at its temperature, {temperature:.3f}"
    print(
        f"second look: accuracy {value['accuracy']:.2%}, loss {value['loss']:.4f}; corrects "
        f"{value['corrected']:,} answers, spoils {value['spoilt']:,} (p = {value['p']:.2g}); "
        f"calibration error {second.calibration_error:.2%}, {how}"
    )


def _logits(
    name: str, snapshot: Snapshot, data: LabelledSet, network: Network, look: Look = "single"
) -> FloatArray:
    """The logits of an earlier evaluation, or else computed now, with a progress bar."""
    from mnistviz.evaluation import second_look
    from mnistviz.evaluation.predictions import digest_of, keep_logits, known_logits

    digest = digest_of(data.images)
    known = known_logits(snapshot, data, digest, look)
    if known is not None:
        return known
    compute = type(network).logits if look == "single" else second_look.logits
    with typer.progressbar(length=len(data.labels), label=name, file=sys.stderr) as progress:
        logits = compute(
            network, data.images, lambda done: progress.update(round(done) - progress.pos)
        )
    keep_logits(snapshot, digest, logits, look)
    return logits


def _robustness_curves(
    snapshot: Snapshot, data: LabelledSet, network: Network
) -> list[RobustnessCurve]:
    """The curves of all corruptions: those stored before, and those measured now."""
    from mnistviz.evaluation import robustness
    from mnistviz.evaluation.corruptions import CORRUPTIONS

    part = robustness.subset(data)
    curves = []
    with typer.progressbar(
        list(CORRUPTIONS.values()), label="robustness", file=sys.stderr
    ) as corruptions:
        for corruption in corruptions:
            stored = robustness.cached(snapshot, part, corruption)
            curves.append(
                stored or robustness.measure_and_cache(network, snapshot, part, corruption)
            )
    return curves


def _print_curve(curve: RobustnessCurve) -> None:
    from mnistviz.evaluation.corruptions import CORRUPTIONS

    corruption = CORRUPTIONS[curve.corruption]
    print(f"{corruption.title}, {corruption.unit}, {curve.right.shape[1]:,} images")
    levels = [Column(f"{level:g}", 7, ".1%") for level in curve.levels]
    print_table([Column(width=5), *levels], [(None, *curve.accuracy)])
