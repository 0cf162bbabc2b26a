"""The feature maps of all layers for an image: `maps`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from mnistviz.cli.drawings import chosen_image
from mnistviz.cli.options import (
    SCOPES,
    AsJson,
    DrawingFile,
    ImageNumber,
    Out,
    RunArgument,
    ScopeOption,
    find_snapshot,
    one_of,
)
from mnistviz.cli.output import FIGURE_WIDTH, Section, print_json, write_result
from mnistviz.core.types.charts import Scope
from mnistviz.core.types.inspection import LayerOutput

if TYPE_CHECKING:
    from mnistviz.core.types.arrays import FloatArray

STAGES = ("convolution", "relu", "normalization")


def maps(
    run: RunArgument,
    image: ImageNumber = 0,
    file: DrawingFile = None,
    stage: Annotated[str, typer.Option(help=f"One of {', '.join(STAGES)}.")] = "relu",
    scope: ScopeOption = "layer",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show the outputs of all channels of all layers for an image, from the input to the answer."""
    snapshot = find_snapshot(run)
    one_of("stage", stage, STAGES if snapshot.run.spec.model.normalizes else STAGES[:2])
    colour_scope = one_of("scope", scope, SCOPES)
    pixels, name = chosen_image(image, file)

    from mnistviz.evaluation import calibration
    from mnistviz.inspection.image.feature_maps import stages
    from mnistviz.runs.load import load

    title = f"What {run} makes of {name}, after the {stage}"
    network = load(snapshot)
    fitted = calibration.calibration_of(snapshot, network)
    outputs = calibration.with_calibration(stages(network, pixels), fitted)
    _write(out, title, pixels, outputs, stage, colour_scope)
    rows = [_row(output) for output in _shown(outputs, stage)]
    answer = _softmax(outputs).values
    if as_json:
        print_json(
            {
                "run": run,
                "image": name,
                "stage": stage,
                "digit": int(answer.argmax()),
                "probabilities": answer.tolist(),
                "layers": rows,
                "out": out,
            }
        )
        return
    print(f"{title}: it reads {answer.argmax()} ({answer.max():.1%})")
    for row in rows:
        shape = "×".join(map(str, row["shape"]))
        print(
            f"{row['layer']:8}{shape:>10}{row['smallest']:>+10.3f} to {row['largest']:>+8.3f}, "
            f"{row['active']:.1%} above 0"
        )


def _shown(outputs: Sequence[LayerOutput], stage: str) -> list[LayerOutput]:
    """One output of each layer: after the chosen stage."""
    from mnistviz.inspection.image.feature_maps import shown_at

    shown = [id(each) for each in shown_at(outputs, stage)]
    return [each for each in outputs if each.stage == "pool" or id(each) in shown]


def _softmax(outputs: Sequence[LayerOutput]) -> LayerOutput:
    """The ten probabilities."""
    return next(output for output in outputs if output.stage == "softmax")


def _row(output: LayerOutput) -> dict[str, Any]:
    """One layer as JSON."""
    return {
        "layer": output.layer,
        "stage": output.stage,
        "shape": list(output.values.shape),
        "smallest": float(output.values.min()),
        "largest": float(output.values.max()),
        "active": float(np.mean(output.values > 0)),
    }


def _write(
    out: Path | None,
    title: str,
    image: FloatArray,
    outputs: Sequence[LayerOutput],
    stage: str,
    scope: Scope,
) -> None:
    shown = _shown(outputs, stage)

    def arrays() -> dict[str, NDArray[Any]]:
        """All stages of all layers."""
        return {
            "image": image,
            **{f"{output.layer}_{output.stage}": output.values for output in outputs},
        }

    def picture(file: Path) -> None:
        """Write a .png: the input, and the maps of each layer below each other."""
        from mnistviz.charts import figure_files

        grids = [("input", image[np.newaxis, np.newaxis], False)]
        for output in shown:
            signed = bool(output.values.min() < 0)
            grids.append((output.layer, np.moveaxis(output.values, 2, 0)[np.newaxis], signed))
        largest = max(float(np.abs(output.values).max()) for output in shown)
        figure_files.write_grids(file, grids, scope, largest)

    def figure() -> Section:
        from mnistviz.charts.inspection.whole_network import whole_network_figure

        first = LayerOutput("input", "input", image[..., np.newaxis])
        network = whole_network_figure([first, *shown, _softmax(outputs)], scope, FIGURE_WIDTH)
        text = "Every channel of every layer, drawn to scale."
        return ("The whole network", text, network)

    write_result(out, title, arrays=arrays, picture=picture, figure=figure)
