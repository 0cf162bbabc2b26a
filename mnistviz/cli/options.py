"""Arguments and options that several commands share, and their checks."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar, get_args

import typer

from mnistviz.charts.scale import Scope
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import SpecError
from mnistviz.core.model_spec import ModelSpec, parse_channels
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

SCOPES: tuple[Scope, ...] = get_args(Scope)

Choice = TypeVar("Choice", bound=str)


def _check_kind(out: Path | None) -> Path | None:
    """Refuse a file of another kind before anything is computed."""
    if out is not None:
        from mnistviz.charts import figure_files

        figure_files.kind_of(out)
    return out


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="NAME or ID of a run, [:EPOCH].")]
LayerOption = Annotated[str, typer.Option(help="A convolution, conv1 to conv8.")]
ScopeOption = Annotated[
    str, typer.Option(help=f"What full colour stands for: one of {', '.join(SCOPES)}.")
]
ImageNumber = Annotated[
    int, typer.Option(min=0, max=NUM_TEST_IMAGES - 1, help="Number of a test image.")
]
DrawingFile = Annotated[
    Path | None, typer.Option(help="A picture or a .json of strokes, not a test image.")
]
Out = Annotated[
    Path | None,
    typer.Option(help="A .png, .html or .npz to write what was found to.", callback=_check_kind),
]
Channels = Annotated[str | None, typer.Option(help=ModelSpec.help("channels"))]
BatchNorm = Annotated[
    bool | None, typer.Option("--batch-norm/--no-batch-norm", help=ModelSpec.help("batch_norm"))
]
Dropout = Annotated[float | None, typer.Option(help=ModelSpec.help("dropout"))]


def changed_model(
    model: ModelSpec, channels: str | None, batch_norm: bool | None, dropout: float | None
) -> ModelSpec:
    """The network with the options that were given."""
    plan = None if channels is None else parse_channels(channels)
    given = {"channels": plan, "batch_norm": batch_norm, "dropout": dropout}
    return model.changed(**{name: value for name, value in given.items() if value is not None})


def one_of(name: str, value: str, choices: Iterable[Choice]) -> Choice:
    """The choice that equals the value. Raises `SpecError` for any other value."""
    choices = list(choices)
    for choice in choices:
        if choice == value:
            return choice
    raise SpecError(f"{name}: expected one of {', '.join(choices)}, got {value!r}")


def find_snapshot(run: str, layer: str | None = None) -> Snapshot:
    """The snapshot of a text such as `best:3`, which can be read and has the layer.

    Raises `RunError` for a run or snapshot that is missing or damaged, `SpecError` for a layer.
    """
    snapshot = snapshots.find(run)
    snapshots.read(snapshot)
    if layer is not None:
        one_of("layer", layer, [each.name for each in snapshot.run.spec.model.convolutions])
    return snapshot
