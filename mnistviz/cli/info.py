"""Layers and parameters of a network: `info`."""

from typing import Any

from mnistviz.cli.options import AsJson, setting_options
from mnistviz.cli.output import Column, print_json, print_table
from mnistviz.core.model_spec import ModelSpec
from mnistviz.core.settings import settings

COLUMNS = (
    Column("name", 10, left=True),
    Column("type", 20, left=True),
    Column("shape", 10),
    Column("parameters", 8, ","),
)


@setting_options([setting for setting in settings(ModelSpec) if setting.option])
def info(*, settings: dict[str, Any], as_json: AsJson = False) -> None:
    """The layers of a network and the ledger of its parameters."""
    model = ModelSpec().changed(**settings)
    if as_json:
        print_json(_as_value(model))
        return
    rows = (
        (layer.name, layer.type, "×".join(map(str, layer.output_shape)), layer.parameters)
        for layer in model.layers
    )
    print_table(COLUMNS, rows, heading=False)
    print(f"total {model.parameters:,}: {model.trainable:,} trainable, {model.non_trainable:,} not")


def _as_value(model: ModelSpec) -> dict[str, object]:
    return {
        "parameters": {
            "total": model.parameters,
            "trainable": model.trainable,
            "non_trainable": model.non_trainable,
        },
        "layers": [
            {
                "name": layer.name,
                "type": layer.type,
                "output_shape": list(layer.output_shape),
                "parameters": layer.parameters,
            }
            for layer in model.layers
        ],
    }
