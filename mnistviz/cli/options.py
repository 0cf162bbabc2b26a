"""Options and output that several commands share."""

import json
from typing import Annotated, Any

import typer

from mnistviz.core.model_spec import ModelSpec, parse_channels

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="NAME or ID of a run, [:EPOCH].")]
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


def print_json(value: Any) -> None:
    """One JSON value on standard output; what JSON can't hold, such as NaN, is a defect."""
    print(json.dumps(value, allow_nan=False))
