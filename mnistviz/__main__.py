"""The command line: `python -m mnistviz`.

Bad input ends with exit code 2, a message on standard error and nothing on
standard output. `--json` prints one JSON value on standard output.
"""

import sys

import typer

from mnistviz.cli import (
    attribute,
    benchmark,
    evaluate,
    evidence,
    feature_maps,
    info,
    kernels,
    predict,
    preferred,
    runs,
    study,
    train,
)
from mnistviz.cli.server import classroom
from mnistviz.cli.sets import data, digits
from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError

app = typer.Typer(
    help="Train a 14,000-parameter digit network, look inside it, let it read digits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    info.info,
    train.train,
    evaluate.evaluate,
    predict.predict,
    kernels.kernels,
    feature_maps.maps,
    preferred.preferred,
    attribute.attribute,
    study.study,
    evidence.evidence,
    classroom.classroom,
):
    app.command()(command)
app.command("export")(runs.export_to)
app.add_typer(runs.app, name="runs")
app.add_typer(digits.app, name="digits")
app.add_typer(data.app, name="data")
app.add_typer(benchmark.app, name="benchmark")


def main() -> None:
    try:
        with storage.writing(storage.home()):
            app()
    except MnistVizError as error:
        typer.echo(f"mnistviz: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
