"""Which pixels an answer rests on: `attribute`."""

from pathlib import Path
from typing import Annotated

import typer

from mnistviz.cli.options import AsJson, RunArgument, print_json
from mnistviz.cli.predict import read_drawing
from mnistviz.core.constants import NUM_CLASSES, NUM_TEST_IMAGES
from mnistviz.core.errors import SpecError
from mnistviz.runs import snapshots

NAMES = {
    "integrated-gradients": "Integrated gradients",
    "occlusion": "Occlusion",
    "smoothgrad": "SmoothGrad",
    "grad-cam": "Grad-CAM",
}
LAST_DIGIT = NUM_CLASSES - 1


def attribute(
    run: RunArgument,
    image: Annotated[
        int, typer.Option(min=0, max=NUM_TEST_IMAGES - 1, help="Number of a test image.")
    ] = 0,
    file: Annotated[
        Path | None, typer.Option(help="A picture or a .json of strokes, not a test image.")
    ] = None,
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
    out: Annotated[
        Path | None, typer.Option(help="A .png, .html or .npz to write what was found to.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which pixels of an image speak for a digit, and which against it."""
    snapshot = snapshots.find(run)
    snapshots.read(snapshot)
    for name in method or NAMES:
        if name not in NAMES:
            raise SpecError(f"method: expected one of {', '.join(NAMES)}, got {name!r}")
    layers = [one.name for one in snapshot.run.spec.model.convolutions]
    if layer not in layers:
        raise SpecError(f"layer: expected one of {', '.join(layers)}, got {layer!r}")

    from mnistviz.charts import figure_files
    from mnistviz.digits.mnist import load_mnist, to_input

    kind = figure_files.kind_of(out) if out else None
    if file is None:
        pixels, what = to_input(load_mnist().x_test[image]), f"test image {image}"
    else:
        pixels, what = read_drawing(file)[0], str(file)

    import numpy as np

    from mnistviz.inspection.image.attribution import Explainer, contrast
    from mnistviz.inspection.image.attribution import attribute as explain
    from mnistviz.network.model import Classifier
    from mnistviz.runs.load import load

    network = load(snapshot)
    if target is None:
        target = int(Classifier(network).logits(pixels[np.newaxis])[0].argmax())
    weights = contrast(target, against)
    explainer = Explainer(network)
    results = {
        name: explain(explainer, pixels, weights, name, layer)  # type: ignore[arg-type]
        for name in method or NAMES
    }
    question = f"{target}" if against is None else f"{target} and not {against}"
    title = f"{what}: why {question}, says {run}"
    if out and kind == "npz":
        arrays = {name.replace("-", "_"): one.values for name, one in results.items()}
        figure_files.write_arrays(out, {"image": pixels, **arrays})
    elif out and kind == "png":
        tiles = [(NAMES[name], one.values, True) for name, one in results.items()]
        figure_files.write_tiles(out, [(f"Why {question}?", pixels, False), *tiles])
    elif out:
        from mnistviz.charts.inspection.attribution import attributions

        score = next(iter(results.values())).score
        text = f"Warm pixels speak for {question}, blue ones against it. The score is {score:+.3f}."
        figure = attributions(pixels, {NAMES[name]: one.values for name, one in results.items()})
        figure_files.write_page(out, title, [("Which pixels?", text, figure)])
    first = next(iter(results.values()))
    if as_json:
        print_json(
            {
                "run": run,
                "image": what,
                "target": target,
                "against": against,
                "score": first.score,
                "methods": {
                    name: {
                        "sum": float(one.values.sum(dtype=np.float64)),
                        "baseline": one.baseline,
                        "completeness_error": one.completeness_error,
                        "steps": one.steps,
                    }
                    for name, one in results.items()
                },
                "out": str(out) if out else None,
            }
        )
        return
    print(f"{title}: score {first.score:+.3f}, of a blank sheet {first.baseline:+.3f}")
    for name, one in results.items():
        row, column = np.unravel_index(np.abs(one.values).argmax(), one.values.shape)
        print(
            f"{NAMES[name]:22}sum {one.values.sum():+9.3f}   strongest at row {row}, "
            f"column {column}: {one.values[row, column]:+.4f}"
        )
    if "integrated-gradients" in results:
        error = results["integrated-gradients"].completeness_error
        print(f"integrated gradients miss the difference of the scores by {error:.2%}")
