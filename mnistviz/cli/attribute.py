"""Attributions, the pixels that an answer depends on: `attribute`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from mnistviz.cli.drawings import chosen_image
from mnistviz.cli.options import (
    AsJson,
    DrawingFile,
    ImageNumber,
    Out,
    RunArgument,
    find_snapshot,
    one_of,
)
from mnistviz.cli.output import Section, print_json, write_result
from mnistviz.core.constants import NUM_CLASSES

if TYPE_CHECKING:
    from mnistviz.core.types.arrays import FloatArray
    from mnistviz.inspection.image.attribution import Attribution, Method

    Attributions = Mapping[Method, Attribution]

NAMES: dict[Method, str] = {
    "integrated-gradients": "Integrated gradients",
    "occlusion": "Occlusion",
    "smoothgrad": "SmoothGrad",
    "grad-cam": "Grad-CAM",
}
LAST_DIGIT = NUM_CLASSES - 1


def attribute(
    run: RunArgument,
    image: ImageNumber = 0,
    file: DrawingFile = None,
    method: Annotated[
        list[str] | None, typer.Option(help=f"One or more of {', '.join(NAMES)}; default all.")
    ] = None,
    target: Annotated[
        int | None,
        typer.Option(min=0, max=LAST_DIGIT, help="The digit to explain; default the answer."),
    ] = None,
    against: Annotated[
        int | None,
        typer.Option(min=0, max=LAST_DIGIT, help="The digit it is told from; default none."),
    ] = None,
    layer: Annotated[str, typer.Option(help="Convolution that Grad-CAM looks at.")] = "conv6",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show which pixels of an image speak for a digit, and which against it."""
    snapshot = find_snapshot(run, layer)
    methods = [one_of("method", each, NAMES) for each in method or NAMES]
    pixels, name = chosen_image(image, file)

    from mnistviz.inspection.image import attribution
    from mnistviz.runs.load import load

    network = load(snapshot)
    if target is None:
        target = int(network.logits(pixels[np.newaxis])[0].argmax())
    weights = attribution.contrast(target, against)
    results = {
        each: attribution.attribute(network, pixels, weights, each, layer) for each in methods
    }
    question = f"{target}" if against is None else f"{target} and not {against}"
    title = f"{name}: why {question}, says {run}"
    _write(out, title, question, pixels, results)
    if as_json:
        value = {"run": run, "image": name, "target": target, "against": against}
        print_json({**value, **_as_value(results), "out": out})
    else:
        _print(title, results)


def _as_value(results: Attributions) -> dict[str, Any]:
    """The score, and numbers on each attribution, as JSON."""
    return {
        "score": _first(results).score,
        "methods": {
            method: {
                "sum": float(result.values.sum(dtype=np.float64)),
                "baseline": result.baseline,
                "completeness_error": result.completeness_error,
                "steps": result.steps,
            }
            for method, result in results.items()
        },
    }


def _print(title: str, results: Attributions) -> None:
    first = _first(results)
    print(f"{title}: score {first.score:+.3f}, of a blank sheet {first.baseline:+.3f}")
    for method, result in results.items():
        row, column = np.unravel_index(np.abs(result.values).argmax(), result.values.shape)
        print(
            f"{NAMES[method]:22}sum {result.values.sum():+9.3f}   strongest at row {row}, "
            f"column {column}: {result.values[row, column]:+.4f}"
        )
    if "integrated-gradients" in results:
        error = results["integrated-gradients"].completeness_error
        print(f"integrated gradients miss the difference of the scores by {error:.2%}")


def _write(
    out: Path | None, title: str, question: str, image: FloatArray, results: Attributions
) -> None:
    def arrays() -> dict[str, FloatArray]:
        values = {method.replace("-", "_"): result.values for method, result in results.items()}
        return {"image": image, **values}

    def picture(file: Path) -> None:
        from mnistviz.charts import figure_files

        tiles = [(NAMES[method], result.values, True) for method, result in results.items()]
        figure_files.write_tiles(file, [(f"Why {question}?", image, False), *tiles])

    def figure() -> Section:

        from mnistviz.charts.inspection.attribution import attribution_figure

        score = _first(results).score
        text = (
            f"Orange pixels speak for {question}, blue ones against it. The score is {score:+.3f}."
        )
        values = {NAMES[method]: result.values for method, result in results.items()}
        return ("Which pixels?", text, attribution_figure(image, values))

    write_result(out, title, arrays=arrays, picture=picture, figure=figure)


def _first(results: Attributions) -> Attribution:
    return next(iter(results.values()))
