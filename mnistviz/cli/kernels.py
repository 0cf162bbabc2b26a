"""What is inside a network, as files: `kernels`, `maps`, `preferred`."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mnistviz.cli.options import AsJson, RunArgument, print_json
from mnistviz.cli.predict import read_drawing
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import SpecError
from mnistviz.runs import snapshots
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import Snapshot

STAGES = ("convolution", "relu", "normalization")
SCOPES = ("tile", "layer", "all")
ORDERS = ("index", "norm", "similarity")
MATRIX_WIDTH = 900

Out = Annotated[Path | None, typer.Option(help="A .png, .html or .npz to write what was found to.")]
Scope = Annotated[
    str, typer.Option(help=f"What full colour stands for: one of {', '.join(SCOPES)}.")
]
LayerOption = Annotated[str, typer.Option(help="A convolution, conv1 to conv8.")]


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
    scope: Scope = "layer",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """All kernels of a convolution, signed, and numbers on each of its output channels."""
    found, step = _find(run, layer)

    from mnistviz.charts import figure_files
    from mnistviz.inspection.kernels.batch_norm_folding import kernel_and_bias, views_of
    from mnistviz.inspection.kernels.kernel_kinds import sentence
    from mnistviz.inspection.kernels.kernel_order import order_of
    from mnistviz.inspection.kernels.kernel_statistics import channel_statistics, largest_weight

    kind = figure_files.kind_of(out) if out else None
    weights = snapshots.read(Snapshot(found, step))
    _one_of("view", view, views_of(weights, layer))
    _one_of("order", order, ORDERS)
    _one_of("scope", scope, SCOPES)
    kernel, bias = kernel_and_bias(weights, layer, view)  # type: ignore[arg-type]
    rows, columns = order_of(kernel, order)  # type: ignore[arg-type]
    title = f"All kernels of {layer} of {run}, {view}"
    text = sentence(kernel).replace("**", "")
    if out and kind == "npz":
        figure_files.write_arrays(
            out, {"kernel": kernel, "bias": bias, "inputs": rows, "outputs": columns}
        )
    elif out and kind == "png":
        import numpy as np

        tiles = np.moveaxis(kernel, (2, 3), (0, 1))[np.ix_(rows, columns)]
        figure_files.write_grids(out, [(title, tiles, True)], scope, largest_weight(weights))  # type: ignore[arg-type]
    elif out:
        from mnistviz.charts.inspection.kernels import kernel_matrix

        figure = kernel_matrix(
            kernel,
            scope,  # type: ignore[arg-type]
            largest_weight(weights),
            MATRIX_WIDTH,
            (rows.tolist(), columns.tolist()),
        )
        said = "Warm is positive, blue negative, off-white zero; point at a kernel for its weights."
        figure_files.write_page(out, title, [(layer, f"{said} {text}", figure)])
    statistics = [asdict(row) for row in channel_statistics(kernel, bias)]
    if as_json:
        print_json(
            {
                "run": run,
                "layer": layer,
                "view": view,
                "shape": list(kernel.shape),
                "inputs": rows.tolist(),
                "outputs": columns.tolist(),
                "channels": statistics,
                "out": str(out) if out else None,
            }
        )
        return
    print(f"{title}: {kernel.shape[2]} × {kernel.shape[3]} of {kernel.shape[0]}×{kernel.shape[1]}")
    print("channel   norm    mean smallest  largest  share near zero    bias")
    for row in statistics:
        print(
            f"{row['channel']:>7}{row['norm']:>7.3f}{row['mean']:>+8.3f}{row['smallest']:>+9.3f}"
            f"{row['largest']:>+9.3f}{row['share']:>7.1%}{row['near_zero']:>10.1%}"
            f"{row['bias']:>+8.3f}"
        )
    print(text)


def maps(
    run: RunArgument,
    image: Annotated[
        int, typer.Option(min=0, max=NUM_TEST_IMAGES - 1, help="Number of a test image.")
    ] = 0,
    file: Annotated[
        Path | None, typer.Option(help="A picture or a .json of strokes, not a test image.")
    ] = None,
    stage: Annotated[str, typer.Option(help=f"One of {', '.join(STAGES)}.")] = "relu",
    scope: Scope = "layer",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """What every channel of every layer makes of an image, from the input to the answer."""
    found, step = _find(run)
    _one_of("stage", stage, STAGES if found.spec.model.batch_norm else STAGES[:2])
    _one_of("scope", scope, SCOPES)

    from mnistviz.charts import figure_files
    from mnistviz.digits.mnist import load_mnist, to_input

    kind = figure_files.kind_of(out) if out else None
    if file is None:
        pixels, what = to_input(load_mnist().x_test[image]), f"test image {image}"
    else:
        pixels, what = read_drawing(file)[0], str(file)

    import numpy as np

    from mnistviz.core.types.inspection import LayerOutput
    from mnistviz.inspection.image.feature_maps import stages
    from mnistviz.runs.load import load

    every = stages(load(Snapshot(found, step)), pixels)
    shown = [one for one in every if one.stage in (stage, "pool") or one.layer == "conv8"]
    answer = next(one.values for one in every if one.stage == "softmax")
    title = f"What {run} makes of {what}, after the {stage}"
    if out and kind == "npz":
        arrays = {f"{one.layer}_{one.stage}": one.values for one in every}
        figure_files.write_arrays(out, {"image": pixels, **arrays})
    elif out and kind == "png":
        grids = [("input", pixels[np.newaxis, np.newaxis], False)]
        for one in shown:
            signed = bool(one.values.min() < 0)
            grids.append((one.layer, np.moveaxis(one.values, 2, 0)[np.newaxis], signed))
        largest = max(float(np.abs(one.values).max()) for one in shown)
        figure_files.write_grids(out, grids, scope, largest)  # type: ignore[arg-type]
    elif out:
        from mnistviz.charts.inspection.whole_network import whole_network

        first = LayerOutput("input", "input", pixels[..., np.newaxis])
        last = next(one for one in every if one.stage == "softmax")
        figure = whole_network([first, *shown, last], scope, MATRIX_WIDTH)  # type: ignore[arg-type]
        said = "Every channel of every layer, sizes true to each other."
        figure_files.write_page(out, title, [("The whole network", said, figure)])
    rows: list[dict[str, Any]] = [
        {
            "layer": one.layer,
            "stage": one.stage,
            "shape": list(one.values.shape),
            "smallest": float(one.values.min()),
            "largest": float(one.values.max()),
            "active": float(np.mean(one.values > 0)),
        }
        for one in shown
    ]
    if as_json:
        print_json(
            {
                "run": run,
                "image": what,
                "stage": stage,
                "digit": int(answer.argmax()),
                "probabilities": answer.tolist(),
                "layers": rows,
                "out": str(out) if out else None,
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


def preferred(
    run: RunArgument,
    layer: LayerOption = "conv8",
    channel: Annotated[
        list[int] | None, typer.Option(help="A channel, once for each; default all.")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """What channels of a convolution would like best: inputs made for them (for conv8: digits)."""
    found, step = _find(run, layer)
    count = next(one.output_shape[-1] for one in found.spec.model.convolutions if one.name == layer)
    channels = list(range(count)) if channel is None else channel
    for number in channels:
        if not 0 <= number < count:
            raise SpecError(f"channel: expected a number from 0 to {count - 1}, got {number}")

    from mnistviz.charts import figure_files

    kind = figure_files.kind_of(out) if out else None

    from mnistviz.inspection.image.preferred_input import Climber, preferred_inputs
    from mnistviz.runs.load import load

    made = preferred_inputs(Climber(load(Snapshot(found, step)), found.spec.model, layer), channels)
    title = f"What the channels of {layer} of {run} like best"
    if out and kind == "npz":
        figure_files.write_arrays(out, vars(made))
    elif out and kind == "png":
        figure_files.write_grids(out, [(title, made.images[None], False)], "tile", 1.0)
    elif out:
        from mnistviz.charts.inspection.preferred_inputs import preferred_gallery

        figure = preferred_gallery(made.images, channels, made.values.tolist(), None, MATRIX_WIDTH)
        said = "Inputs made out of noise by climbing each channel's gradient, up to their most ink."
        figure_files.write_page(out, title, [(layer, said, figure)])
    rows: list[dict[str, Any]] = [
        {"channel": number, "value": float(value), "start": float(start)}
        for number, value, start in zip(channels, made.values, made.start_values, strict=True)
    ]
    if as_json:
        print_json({"run": run, "layer": layer, "channels": rows, "out": str(out) if out else None})
        return
    print(title)
    for row in rows:
        print(f"channel {row['channel']:>2}: {row['start']:+.3f} at first, {row['value']:+.3f} now")


def _find(run: str, layer: str | None = None) -> tuple[Run, int]:
    """The run and the snapshot of a name, once the layer is known to be one of it."""
    snapshot = snapshots.find(run)
    snapshots.read(snapshot)
    if layer is not None:
        _one_of("layer", layer, [one.name for one in snapshot.run.spec.model.convolutions])
    return snapshot.run, snapshot.step


def _one_of(name: str, value: str, options: Iterable[str]) -> None:
    options = list(options)
    if value not in options:
        raise SpecError(f"{name}: expected one of {', '.join(options)}, got {value!r}")
