"""Run commands of the command line in this process."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from mnistviz.__main__ import app
from mnistviz.core.errors import MnistVizError


def invoke(*words: str | Path) -> Result:
    """The result of a command: exit code, standard output, standard error, exception."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(
        result.exception, MnistVizError | SystemExit
    ):
        raise result.exception
    return result


def run(*words: str | Path) -> str:
    """The standard output of a command that succeeds."""
    result = invoke(*words)
    assert result.exit_code == 0, f"{result.output}{result.exception}"
    return result.stdout


def run_json(*words: str | Path) -> Any:
    """The JSON value, on a line of its own, of a command that succeeds."""
    text = run(*words, "--json")
    assert text.count("\n") == 1
    return json.loads(text)


def error_of(*words: str | Path) -> MnistVizError:
    """The error that ends a command, whose text `main` prints; nothing is on standard output."""
    result = invoke(*words)
    assert isinstance(result.exception, MnistVizError), result.output
    assert result.stdout == ""
    return result.exception
