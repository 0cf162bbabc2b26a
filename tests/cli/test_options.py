"""Options that commands share."""

from typing import Annotated, Any

import pytest
import typer
from pydantic import Field
from typer.testing import CliRunner

from mnistviz.cli.options import find_snapshot, one_of, setting_options
from mnistviz.core.errors import MnistVizError, SpecError
from mnistviz.core.frozen import Frozen
from mnistviz.core.settings import Presentation, settings


class OvenSpec(Frozen):
    heat: Annotated[int, Field(ge=0, le=300, description="Degrees in the oven.")] = 200
    fan: Annotated[bool, Field(description="Whether the fan is on.")] = False
    racks: Annotated[
        tuple[int, ...],
        Field(description="Racks in use."),
        Presentation(option="use", parse=lambda text: tuple(map(int, text.split(",")))),
    ] = (1,)


def given(*words: str) -> tuple[dict[str, Any], str]:
    """The settings and the name that a command received."""
    received: list[Any] = []
    app = typer.Typer()

    @app.command()
    @setting_options(settings(OvenSpec))
    def bake(*, settings: dict[str, Any], name: str = "bread") -> None:
        received.extend((settings, name))

    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return received[0], received[1]


def test_every_setting_of_a_spec_is_an_option() -> None:
    words = ["--heat", "180", "--no-fan", "--use", "2,3", "--name", "cake"]
    assert given(*words) == ({"heat": 180, "fan": False, "racks": (2, 3)}, "cake")


def test_a_setting_that_is_not_given_is_left_out() -> None:
    assert given() == ({}, "bread")


def test_help_has_the_text_of_the_field() -> None:
    app = typer.Typer()
    app.command()(setting_options(settings(OvenSpec))(lambda *, settings: None))
    assert "Degrees in the oven." in CliRunner().invoke(app, ["--help"]).output


def test_one_of_returns_the_choice_or_names_all() -> None:
    assert one_of("size", "b", ("a", "b")) == "b"
    with pytest.raises(SpecError) as error:
        one_of("size", "c", ("a", "b"))
    assert str(error.value) == "size: expected one of a, b, got 'c'"


def test_a_snapshot_is_found_with_its_layer() -> None:
    assert find_snapshot("reference:0", "conv3").step == 0
    with pytest.raises(MnistVizError, match="layer"):
        find_snapshot("reference", "pool")
    with pytest.raises(MnistVizError, match="nobody"):
        find_snapshot("nobody")
