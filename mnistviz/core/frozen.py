"""The base class of specs: frozen, validated settings with limits and help texts."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from mnistviz.core.errors import SpecError


class Frozen(BaseModel):
    """Base class of specs: immutable, without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SpecError(_sentence(error)) from None

    def changed(self, **values: Any) -> Self:
        """Return a copy with some settings changed, validated like a new one."""
        return type(self)(**{**self.model_dump(), **values})

    @classmethod
    def limits(cls, name: str) -> dict[str, Any]:
        """Return the limits of a number, as `ge`, `gt`, `le`, `lt`: whichever the field has."""
        limits: dict[str, Any] = {}
        for rule in cls.model_fields[name].metadata:
            for bound in ("ge", "gt", "le", "lt"):
                if (value := getattr(rule, bound, None)) is not None:
                    limits[bound] = value
        return limits

    @classmethod
    def help(cls, name: str) -> str:
        """Return the help text of a setting."""
        return cls.model_fields[name].description or ""


# Texts for the types of pydantic's errors.
_EXPECTED = {
    "missing": "a value",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "tuple_type": "a list of numbers",
    "timezone_aware": "a time with its time zone",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
}


def _sentence(error: ValidationError) -> str:
    """Return all errors of some settings as one line."""
    parts = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
        message = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        message = _EXPECTED.get(problem["type"], message).format(**problem.get("ctx", {}))
        value = "none" if problem["type"] == "missing" else repr(problem["input"])
        if problem["type"] == "extra_forbidden":
            parts.append(f"{name} is not a setting")
        elif name:
            parts.append(f"{name}: expected {message}, got {value}")
        else:
            parts.append(message)
    return "; ".join(parts)
