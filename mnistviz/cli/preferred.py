"""The inputs that channels of a convolution prefer: `preferred`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnistviz.cli.options import AsJson, LayerOption, Out, RunArgument, find_snapshot
from mnistviz.cli.output import FIGURE_WIDTH, Section, print_json, write_result
from mnistviz.core.errors import SpecError

if TYPE_CHECKING:
    from mnistviz.core.types.inspection import PreferredInputs
    from mnistviz.runs.snapshots import Snapshot


def preferred(
    run: RunArgument,
    layer: LayerOption = "conv8",
    channel: Annotated[
        list[int] | None, typer.Option(help="A channel, once for each; default all.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Make the inputs that channels of a convolution answer to most strongly (conv8: digits)."""
    snapshot = find_snapshot(run, layer)
    channels = _channels(snapshot, layer, channel)

    from mnistviz.inspection.image.preferred_input import ChannelGradients, preferred_inputs
    from mnistviz.runs.load import load

    inputs = preferred_inputs(ChannelGradients(load(snapshot), layer), channels)
    title = f"What the channels of {layer} of {run} like best"
    _write(out, title, layer, inputs)
    rows: list[dict[str, Any]] = [
        {"channel": number, "value": float(value), "start": float(start)}
        for number, value, start in zip(channels, inputs.values, inputs.start_values, strict=True)
    ]
    if as_json:
        print_json({"run": run, "layer": layer, "channels": rows, "out": out})
        return
    print(title)
    for row in rows:
        print(f"channel {row['channel']:>2}: {row['start']:+.3f} at first, {row['value']:+.3f} now")


def _channels(snapshot: Snapshot, layer: str, channels: Sequence[int] | None) -> Sequence[int]:
    """The chosen channels, all of the layer by default. Raises `SpecError` for any other."""
    convolutions = snapshot.run.spec.model.convolutions
    count = next(each.output_shape[-1] for each in convolutions if each.name == layer)
    for number in channels or ():
        if not 0 <= number < count:
            raise SpecError(f"channel: expected a number from 0 to {count - 1}, got {number}")
    return list(range(count)) if channels is None else channels


def _write(out: Path | None, title: str, layer: str, inputs: PreferredInputs) -> None:
    def picture(file: Path) -> None:
        from mnistviz.charts import figure_files

        figure_files.write_grids(file, [(title, inputs.images[None], False)], "tile", 1.0)

    def figure() -> Section:

        from mnistviz.charts.inspection.preferred_inputs import preferred_inputs_figure

        channels, values = inputs.channels.tolist(), inputs.values.tolist()
        text = "Inputs made out of noise by climbing each channel's gradient, up to their most ink."
        gallery = preferred_inputs_figure(inputs.images, channels, values, None, FIGURE_WIDTH)
        return (layer, text, gallery)

    write_result(out, title, arrays=lambda: vars(inputs), picture=picture, figure=figure)
