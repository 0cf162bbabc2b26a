"""The output of commands: JSON, tables and files."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from mnistviz.core import storage
from mnistviz.core.errors import MnistVizError
from mnistviz.core.figure_kinds import figure_kind

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Pixels of a figure in an HTML page.
FIGURE_WIDTH = 900


def print_json(value: Any) -> None:
    """Print one JSON value. Paths become text; what JSON can't hold, such as NaN, is a defect."""
    print(json.dumps(value, allow_nan=False, default=_path_text))


def _path_text(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"expected a value that JSON can hold, got {type(value).__name__}")


@dataclass(frozen=True)
class Column:
    """A column of a printed table.

    Attributes:
        title: Heading of the column.
        width: Least number of characters of a cell.
        format: Format specification of a value, such as `.2%`.
        left: Whether cells are aligned left, not right.
        gap: Spaces before each cell.
    """

    title: str = ""
    width: int = 0
    format: str = ""
    left: bool = False
    gap: int = 0

    def cell(self, value: object) -> str:
        """The text of a value, aligned; None is an empty cell."""
        return self.aligned("" if value is None else format(value, self.format))

    def aligned(self, text: str) -> str:
        """The text, filled up to the width of the column."""
        return " " * self.gap + (text.ljust(self.width) if self.left else text.rjust(self.width))


def print_table(
    columns: Sequence[Column], rows: Iterable[Sequence[object]], *, heading: bool = True
) -> None:
    """Print rows, each with a value for each column, below the headings."""
    if heading:
        print("".join(column.aligned(column.title) for column in columns))
    for row in rows:
        print("".join(column.cell(value) for column, value in zip(columns, row, strict=True)))


# A section of an HTML page: heading, text and a Plotly figure.
Section = tuple[str, str, "go.Figure"]


def write_result(
    out: Path | None,
    title: str,
    *,
    arrays: Callable[[], Mapping[str, NDArray[Any]]],
    picture: Callable[[Path], None],
    figure: Callable[[], Section],
) -> None:
    """Write the result of a command to a .npz, .png or .html file; nothing where `out` is None."""
    if out is None:
        return

    from mnistviz.charts import figure_files

    match figure_kind(out):
        case "npz":
            figure_files.write_arrays(out, arrays())
        case "png":
            picture(out)
        case "html":
            figure_files.write_page(out, title, [figure()])


@contextmanager
def written_file(path: Path, error_type: type[MnistVizError]) -> Iterator[Any]:
    """Open a file that replaces the one at the path when it is complete.

    Raises an error of `error_type` where the file can't be written.
    """
    try:
        with storage.atomic_write(path) as file:
            yield file
    except OSError as error:
        raise error_type(
            f"{path}: expected a file that can be written, got: {error.strerror or error}; choose "
            "another place"
        ) from None
