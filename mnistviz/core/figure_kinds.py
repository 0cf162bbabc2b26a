"""The kinds of files that a chart can be written to."""

from pathlib import Path
from typing import Literal, get_args

from mnistviz.core.errors import ReportError

# An image, a page with interactive charts, NumPy arrays.
FigureKind = Literal["png", "html", "npz"]
FIGURE_KINDS: tuple[FigureKind, ...] = get_args(FigureKind)
# In words: ".png, .html or .npz".
FIGURE_ENDINGS = " or ".join(
    [", ".join(f".{kind}" for kind in FIGURE_KINDS[:-1]), f".{FIGURE_KINDS[-1]}"]
)


def figure_kind(file: Path) -> FigureKind:
    """Return the kind of a file by the end of its name. Raises `ReportError` for another end."""
    for kind in FIGURE_KINDS:
        if file.suffix.lower() == f".{kind}":
            return kind
    raise ReportError(f"out: expected a file that ends in {FIGURE_ENDINGS}, got {str(file)!r}")
