"""The parts that a hand-in is made of. Each kind of file shows them in its own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Text:
    """A paragraph. `quoted` is in a person's own words."""

    text: str
    quoted: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its heading."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Code:
    """Lines in their own form, such as a command."""

    language: str
    text: str


@dataclass(frozen=True)
class Picture:
    """A picture as PNG, with what it shows; an HTML page has the figure where there is one."""

    name: str
    shows: str
    png: bytes
    figure: "go.Figure | None" = None


Block = Text | Table | Code | Picture


@dataclass(frozen=True)
class Section:
    """A heading with what is below it."""

    title: str
    blocks: Sequence[Block]
