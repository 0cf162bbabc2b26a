"""Code as cells, and templates with parts that only some recipes need.

A template is Python code. `# %% Title` begins a cell, as in notebooks of editors; what is between
`# region NAME` and `# endregion NAME` is left out where the name is not asked for.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

TEMPLATES = Path(__file__).parent / "templates"

_MARK = re.compile(r"\s*# (end)?region (\w+)")


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: Markdown, or Python code with a title."""

    kind: Literal["markdown", "code"]
    source: str
    title: str = ""
    # Pictures of a Markdown cell as PNG, by the name that `attachment:NAME` refers to.
    pictures: tuple[tuple[str, str], ...] = ()


def template_code(name: str, regions: Collection[str]) -> str:
    """Return the code of a template without the regions that are not in `regions`."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    open_regions: list[str] = []
    lines = []
    for line in text.splitlines():
        mark = _MARK.fullmatch(line)
        if mark and mark[1]:
            assert open_regions.pop() == mark[2], f"{name}: {line}"
        elif mark:
            open_regions.append(mark[2])
        elif all(region in regions for region in open_regions):
            lines.append(line)
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))


def template_cells(name: str, regions: Collection[str]) -> list[Cell]:
    """Return the cells of `template_code`."""
    _, *parts = re.split(r"^# %% (.*)$", template_code(name, regions), flags=re.MULTILINE)
    return [
        Cell("code", source.strip("\n"), title)
        for title, source in zip(parts[::2], parts[1::2], strict=True)
    ]


def as_script(head: str, cells: Sequence[Cell]) -> str:
    """Return a Python file: a docstring, then the cells of code."""
    parts = [f'"""{head}\n"""']
    for cell in cells:
        # As formatters have it: two empty lines before a definition.
        gap = "\n\n\n" if cell.source.startswith(("def ", "class ")) else "\n\n"
        parts.append(f"# %% {cell.title}{gap}{cell.source}")
    return "\n\n\n".join(parts) + "\n"


def as_notebook(cells: Sequence[Cell]) -> str:
    """Return a Jupyter notebook, as JSON in version 4.5 of its format."""
    entries = []
    for number, cell in enumerate(cells):
        source = f"# {cell.title}\n\n{cell.source}" if cell.title else cell.source
        entry: dict[str, Any] = {
            "cell_type": cell.kind,
            "id": f"cell-{number}",
            "metadata": {},
            "source": source.splitlines(keepends=True),
        }
        if cell.kind == "code":
            entry |= {"execution_count": None, "outputs": []}
        if cell.pictures:
            entry["attachments"] = {name: {"image/png": data} for name, data in cell.pictures}
        entries.append(entry)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": entries,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
