"""The kernels of a convolution: `kernels`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from numpy.typing import NDArray

from mnistviz.cli.options import (
    SCOPES,
    AsJson,
    LayerOption,
    Out,
    RunArgument,
    ScopeOption,
    find_snapshot,
    one_of,
)
from mnistviz.cli.output import FIGURE_WIDTH, Column, Section, print_json, print_table, write_result
from mnistviz.core.types.charts import Scope
from mnistviz.runs import snapshots

if TYPE_CHECKING:
    from mnistviz.inspection.kernels.kernel_order import Order

ORDERS: tuple[Order, ...] = ("index", "norm", "similarity")
COLUMNS = (
    Column("channel", 7),
    Column("norm", 7, ".3f"),
    Column("mean", 8, "+.3f"),
    Column("smallest", 9, "+.3f"),
    Column("largest", 9, "+.3f"),
    Column("share", 7, ".1%"),
    Column("near zero", 10, ".1%"),
    Column("bias", 8, "+.3f"),
)
LEGEND = "Orange is positive, blue is negative; point at a kernel for its weights."


def kernels(
    run: RunArgument,
    layer: LayerOption = "conv1",
    view: Annotated[
        str,
        typer.Option(
            help="stored, incoming (the normalization before is folded in) or outgoing (times "
            "the gain of the layer's own)."
        ),
    ] = "stored",
    order: Annotated[str, typer.Option(help=f"One of {', '.join(ORDERS)}.")] = "index",
    scope: ScopeOption = "layer",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """All kernels of a convolution, signed, and numbers on each of its output channels."""
    snapshot = find_snapshot(run, layer)

    from mnistviz.inspection.kernels.batch_norm_folding import kernel_and_bias, views_of
    from mnistviz.inspection.kernels.kernel_kinds import sentence
    from mnistviz.inspection.kernels.kernel_order import order_of
    from mnistviz.inspection.kernels.kernel_statistics import channel_statistics, largest_weight

    weights = snapshots.read(snapshot)
    kernel, bias = kernel_and_bias(weights, layer, one_of("view", view, views_of(weights, layer)))
    inputs, outputs = order_of(kernel, one_of("order", order, ORDERS))
    title, text = f"All kernels of {layer} of {run}, {view}", sentence(kernel).replace("**", "")
    arrays: dict[str, NDArray[Any]] = {
        "kernel": kernel,
        "bias": bias,
        "inputs": inputs,
        "outputs": outputs,
    }
    colours = (one_of("scope", scope, SCOPES), largest_weight(weights))
    _write(out, title, f"{LEGEND} {text}", layer, arrays, colours)
    statistics = channel_statistics(kernel, bias)
    if as_json:
        print_json(
            {
                "run": run,
                "layer": layer,
                "view": view,
                "shape": list(kernel.shape),
                "inputs": inputs.tolist(),
                "outputs": outputs.tolist(),
                "channels": [asdict(channel) for channel in statistics],
                "out": out,
            }
        )
        return
    height, width, num_inputs, num_outputs = kernel.shape
    print(f"{title}: {num_inputs} × {num_outputs} of {height}×{width}")
    names = [column.title.replace(" ", "_") for column in COLUMNS]
    print_table(COLUMNS, [[getattr(channel, name) for name in names] for channel in statistics])
    print(text)


def _write(
    out: Path | None,
    title: str,
    text: str,
    layer: str,
    arrays: Mapping[str, NDArray[Any]],
    colours: tuple[Scope, float],
) -> None:
    """Write the kernels; `colours` are what full colour stands for, and the largest weight."""
    kernel, inputs, outputs = arrays["kernel"], arrays["inputs"], arrays["outputs"]

    def picture(file: Path) -> None:
        """Write a .png: a row for each input channel, a column for each output channel."""
        import numpy as np

        from mnistviz.charts import figure_files

        tiles = np.moveaxis(kernel, (2, 3), (0, 1))[np.ix_(inputs, outputs)]
        figure_files.write_grids(file, [(title, tiles, True)], *colours)

    def figure() -> Section:
        from mnistviz.charts.inspection.kernels import kernel_matrix_figure

        order = (inputs.tolist(), outputs.tolist())
        return (layer, text, kernel_matrix_figure(kernel, *colours, FIGURE_WIDTH, order))

    write_result(out, title, arrays=lambda: arrays, picture=picture, figure=figure)
