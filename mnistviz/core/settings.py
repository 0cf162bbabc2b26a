"""The settings of a spec as forms, the command line and summaries present them.

`setting` defines a field of a spec with a `Presentation`. `settings(ModelSpec, TrainSpec)` lists
all fields with it, their limits, defaults and help texts; `form_settings` and `option_settings` are
those of the Train form and of `mnistviz train`, in their order. A field without a `Presentation` is
in both, after the others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from pydantic import Field

from mnistviz.core.frozen import Frozen

# The columns of the Train form, from left to right.
Column = Literal["network", "training", "data"]
Kind = Literal["number", "flag", "choice", "text"]

LAST = 99


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """The presentation of a field of a spec to a person.

    Attributes:
        title: Label in the form; the field's name in words when empty.
        column: Column of the form, None: not in the form.
        form_position: Settings of a column are ordered by it, then as in the spec.
        form_value: First value in the form of every recipe, None: the recipe's own.
        option: Name on the command line without dashes, None: no option. Empty: the field's name.
        option_position: Options are ordered by it, then as in the spec.
        step: Step of the number input, None: that of its type.
        digits: Decimals of the number input, None: those of its type.
        changes_result: Whether a run's result depends on it, so that comparisons list it.
        parse: Reads the text that a person writes; raises `SpecError`.
    """

    title: str = ""
    column: Column | None = "training"
    form_position: int = LAST
    form_value: object = None
    option: str | None = ""
    option_position: int = LAST
    step: float | None = None
    digits: int | None = None
    changes_result: bool = True
    parse: Callable[[str], object] | None = None


def setting(
    default: Any, help_text: str, limits: tuple[float, float] | None = None, **presentation: Any
) -> Any:
    """Return a field of a spec; `limits` are included, the rest are those of `Presentation`."""
    low, high = limits or (None, None)
    field = Field(default, description=help_text, ge=low, le=high)
    field.metadata.append(Presentation(**presentation))
    return field


@dataclass(frozen=True)
class Setting:
    """One field of a spec with all that a widget or an option needs."""

    spec: type[Frozen]
    name: str
    presentation: Presentation

    @property
    def title(self) -> str:
        """The label in a form, such as `Batch size`."""
        return self.presentation.title or self.name.replace("_", " ").capitalize()

    @property
    def help(self) -> str:
        """The help text: sentences on what the setting does."""
        return self.spec.help(self.name)

    @property
    def limits(self) -> dict[str, Any]:
        """The limits of a number, as `ge`, `gt`, `le`, `lt`: whichever the field has."""
        return self.spec.limits(self.name)

    @property
    def default(self) -> Any:
        """The value of a spec that is made without this setting."""
        return self.spec.model_fields[self.name].default

    @property
    def type(self) -> type:
        """The type of its values: int, float, bool, str or tuple."""
        return type(self.default)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a `Literal` field, empty for every other field."""
        values = get_args(self.spec.model_fields[self.name].annotation)
        return tuple(value for value in values if isinstance(value, str))

    @property
    def kind(self) -> Kind:
        """The kind of widget or option that reads it. Text goes through `parse`."""
        if self.type is bool:
            return "flag"
        if self.choices:
            return "choice"
        return "text" if self.presentation.parse else "number"

    @property
    def option(self) -> str:
        """The option's declaration, such as `--batch-size` or `--gap/--no-gap`; empty: none."""
        if self.presentation.option is None:
            return ""
        name = (self.presentation.option or self.name).replace("_", "-")
        return f"--{name}/--no-{name}" if self.kind == "flag" else f"--{name}"

    def parse(self, value: object) -> Any:
        """Return the field's value for what a widget or an option gave."""
        parse = self.presentation.parse
        return parse(value) if parse and isinstance(value, str) else value

    def form_value(self, spec: Frozen) -> Any:
        """Return the first value in the form of a recipe; text as a person writes it."""
        value = self.presentation.form_value
        value = getattr(spec, self.name) if value is None else value
        return ",".join(map(str, value)) if isinstance(value, tuple) else value


def settings(*specs: type[Frozen]) -> tuple[Setting, ...]:
    """Return the settings of the specs, in the order of their fields."""
    return tuple(
        Setting(
            spec,
            name,
            next((each for each in field.metadata if isinstance(each, Presentation)), None)
            or Presentation(),
        )
        for spec in specs
        for name, field in spec.model_fields.items()
    )


def form_settings(column: Column, *specs: type[Frozen]) -> tuple[Setting, ...]:
    """Return the settings in one column of the form, from top to bottom."""
    shown = [each for each in settings(*specs) if each.presentation.column == column]
    return tuple(sorted(shown, key=lambda each: each.presentation.form_position))


def option_settings(*specs: type[Frozen]) -> tuple[Setting, ...]:
    """Return the settings that are options of `mnistviz train`, in the order of its help."""
    shown = [each for each in settings(*specs) if each.option]
    return tuple(sorted(shown, key=lambda each: each.presentation.option_position))


def summary(*specs: Frozen) -> dict[str, str]:
    """Return name and value, as people write both, of each setting that changes a run's result."""
    return {
        setting.name.replace("_", " "): format_value(getattr(spec, setting.name))
        for spec in specs
        for setting in settings(type(spec))
        if setting.presentation.changes_result
    }


def format_value(value: object) -> str:
    """Return a setting's value as people write it: `yes`, `10/15/20`, `55,000`, `0.003`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "/".join(map(str, cast("tuple[object, ...]", value)))
    if isinstance(value, float):
        return f"{value:.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
