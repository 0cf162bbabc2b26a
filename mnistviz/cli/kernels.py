"""The kernels of a convolution: `kernels`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from numpy.typing import NDArray

from mnistviz.charts.colour_scales import Scope
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
from mnistviz.cli.output import FIGURE_WIDTH, Column, Figure, print_json, print_table, write_result
from mnistviz.runs import snapshots

if TYPE_CHECKING:
    from mnistviz.core.types.arrays import FloatArray
    from mnistviz.inspection.kernels.kernel_order import IntArray, Order
    from mnistviz.inspection.kernels.kernel_statistics import ChannelStatistics

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
    sheet = KernelSheet(
        title=f"All kernels of {layer} of {run}, {view}",
        layer=layer,
        kernel=kernel,
        bias=bias,
        inputs=inputs,
        outputs=outputs,
        scope=one_of("scope", scope, SCOPES),
        largest=largest_weight(weights),
        text=sentence(kernel).replace("**", ""),
    )
    write_result(
        out, sheet.title, arrays=sheet.arrays, picture=sheet.write_picture, figure=sheet.figure
    )
    statistics = channel_statistics(kernel, bias)
    if not as_json:
        _print(sheet, statistics)
        return
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


def _print(sheet: KernelSheet, statistics: Sequence[ChannelStatistics]) -> None:
    height, width, inputs, outputs = sheet.kernel.shape
    print(f"{sheet.title}: {inputs} × {outputs} of {height}×{width}")
    rows = (
        (
            *(each.channel, each.norm, each.mean, each.smallest, each.largest),
            *(each.share, each.near_zero, each.bias),
        )
        for each in statistics
    )
    print_table(COLUMNS, rows)
    print(sheet.text)


@dataclass(frozen=True)
class KernelSheet:
    """The kernels of a layer in an order, with what it takes to draw them.

    `kernel` is `(height, width, inputs, outputs)` and `bias` `(outputs,)`, float32; `inputs` and
    `outputs` are the orders of the channels, `largest` the largest magnitude of all layers.
    """

    title: str
    layer: str
    kernel: FloatArray
    bias: FloatArray
    inputs: IntArray
    outputs: IntArray
    scope: Scope
    largest: float
    text: str

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of a .npz file."""
        return {
            "kernel": self.kernel,
            "bias": self.bias,
            "inputs": self.inputs,
            "outputs": self.outputs,
        }

    def write_picture(self, file: Path) -> None:
        """Write a .png: a row for each input channel, a column for each output channel."""
        import numpy as np

        from mnistviz.charts import figure_files

        tiles = np.moveaxis(self.kernel, (2, 3), (0, 1))[np.ix_(self.inputs, self.outputs)]
        figure_files.write_grids(file, [(self.title, tiles, True)], self.scope, self.largest)

    def figure(self) -> Figure:
        """The section of an HTML page."""

        from mnistviz.charts.inspection.kernels import kernel_matrix_figure

        order = (self.inputs.tolist(), self.outputs.tolist())
        figure = kernel_matrix_figure(self.kernel, self.scope, self.largest, FIGURE_WIDTH, order)
        legend = (
            "Warm is positive, blue negative, off-white zero; point at a kernel for its weights."
        )
        return Figure(self.layer, f"{legend} {self.text}", figure)
