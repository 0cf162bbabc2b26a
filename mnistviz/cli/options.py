"""Arguments and options that several commands share, and their checks."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Optional, TypeVar, get_args

import typer

from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.errors import SpecError
from mnistviz.core.figure_kinds import figure_kind
from mnistviz.core.settings import Setting
from mnistviz.core.types.charts import Scope
from mnistviz.runs import snapshots
from mnistviz.runs.snapshots import Snapshot

SCOPES: tuple[Scope, ...] = get_args(Scope)

Choice = TypeVar("Choice", bound=str)
Command = Callable[..., None]


def _check_kind(out: Path | None) -> Path | None:
    """Refuse a file of another kind before anything is computed."""
    if out is not None:
        figure_kind(out)
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


def setting_options(settings: Sequence[Setting]) -> Callable[[Command], Command]:
    """Return a decorator that gives a command an option for each setting of a spec.

    The options take the place of the command's parameter `settings`, which receives the values
    that were given, by the name of the field.
    """

    def decorate(command: Command) -> Command:
        parameters = []
        for parameter in inspect.signature(command).parameters.values():
            options = [_option(each) for each in settings]
            parameters += options if parameter.name == "settings" else [parameter]

        @functools.wraps(command)
        def with_options(**values: Any) -> None:
            given = {each.name: each.parse(values.pop(each.name)) for each in settings}
            given = {name: value for name, value in given.items() if value is not None}
            command(settings=given, **values)

        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [each.replace(kind=keyword) for each in parameters]
        with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        with_options.__annotations__ = {each.name: each.annotation for each in parameters}
        return with_options

    return decorate


def _option(setting: Setting) -> inspect.Parameter:
    """The parameter of a command that Typer makes an option for a setting of."""
    value_type = setting.type if setting.kind in ("number", "flag") else str
    annotation = Annotated[
        Optional[value_type],  # type: ignore[valid-type]  # noqa: UP045
        typer.Option(setting.option, help=setting.help),
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(setting.name, keyword, default=None, annotation=annotation)


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


def list_by_default(app: typer.Typer, list_all: Command, help_text: str) -> None:
    """Make a group of commands list everything when no command is given."""

    @app.callback(invoke_without_command=True, help=help_text)
    def without_command(context: typer.Context, as_json: AsJson = False) -> None:
        command = context.invoked_subcommand
        if command is None:
            list_all(as_json=as_json)
        elif as_json:
            raise typer.BadParameter(f"write it after the command: {command} --json")
