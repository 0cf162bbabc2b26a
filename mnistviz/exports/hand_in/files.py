"""A hand-in as Markdown, as an HTML page and as a notebook."""

import base64
import html
from collections.abc import Callable, Sequence
from pathlib import Path

from mnistviz.charts.html_pages import render_page
from mnistviz.exports import scripts, texts, training_data
from mnistviz.exports.code_parts import Cell, as_notebook
from mnistviz.exports.hand_in.blocks import Block, Code, Picture, Section, Table, Text
from mnistviz.exports.hand_in.sections import sections_of
from mnistviz.runs.snapshots import Snapshot

TEMPLATE = Path(__file__).parent / "templates" / "hand_in.html"


def write_markdown(snapshot: Snapshot, file: Path) -> None:
    """Write Markdown, and its pictures beside it. Raises `RunError` for an unreadable snapshot."""
    parts = [f"# {_title(snapshot)}", texts.subject(snapshot)]
    for section in sections_of(snapshot):
        for picture in _pictures(section):
            file.with_name(_picture_file(file, picture)).write_bytes(picture.png)
        parts.append(_markdown(section, lambda picture: _picture_file(file, picture)))
    file.write_text("\n\n".join([*parts, texts.WRITTEN_BY]) + "\n", encoding="utf-8")


def write_html(snapshot: Snapshot, file: Path) -> None:
    """Write an HTML page that needs no other file. Raises as `write_markdown`."""
    page = render_page(
        TEMPLATE,
        _title(snapshot),
        subject=texts.subject(snapshot),
        sections=[
            (section.title, [(type(block).__name__, block) for block in section.blocks])
            for section in sections_of(snapshot)
        ],
        png_uri=lambda png: f"data:image/png;base64,{_base64(png)}",
        written_by=texts.WRITTEN_BY,
    )
    file.write_text(page, encoding="utf-8")


def write_notebook(snapshot: Snapshot, file: Path) -> None:
    """Write a notebook: the hand-in, then the Keras code that trains the network again.

    What the code needs beside MNIST is in files beside it. Raises as `write_markdown`.
    """
    run = snapshot.run
    beside = training_data.write_beside(run, file)
    cells = [Cell("markdown", f"# {_title(snapshot)}\n\n{texts.subject(snapshot)}")]
    for section in sections_of(snapshot):
        text = _markdown(section, lambda picture: f"attachment:{picture.name}.png")
        pictures = tuple((f"{one.name}.png", _base64(one.png)) for one in _pictures(section))
        cells.append(Cell("markdown", text, pictures=pictures))
    code = (
        "## Train it again\n\nThe same network and recipe in Keras; `pip install "
        f"{scripts.KERAS.packages} numpy`. {' '.join(scripts.data_sentences(run, beside))}"
    )
    cells.append(Cell("markdown", code))
    cells += scripts.training_cells(run, scripts.KERAS, beside, in_notebook=True)
    cells.append(Cell("code", "trained = train()"))
    file.write_text(as_notebook(cells), encoding="utf-8")


def _title(snapshot: Snapshot) -> str:
    data = snapshot.run.spec.data
    return f"{snapshot.run.name}: a network " + (
        f"for {data.name}" if data else "that reads digits"
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _pictures(section: Section) -> list[Picture]:
    """The pictures of a section that have a PNG; the others are figures of the HTML page."""
    return [block for block in section.blocks if isinstance(block, Picture) and block.png]


def _picture_file(file: Path, picture: Picture) -> str:
    return f"{file.stem}-{picture.name}.png"


# ---------------------------------------------------------------- Markdown


def _markdown(section: Section, address: Callable[[Picture], str]) -> str:
    """A section as Markdown; `address` gets a picture and returns where it is."""
    parts = [f"## {section.title}"]
    for block in section.blocks:
        if isinstance(block, Picture) and not block.png:
            continue
        parts.append(_markdown_block(block, address))
    return "\n\n".join(parts)


def _markdown_block(block: Block, address: Callable[[Picture], str]) -> str:
    match block:
        case Text(text, quoted):
            plain = html.escape(text, quote=False)
            return "\n".join(f"> {line}" for line in plain.splitlines()) if quoted else plain
        case Table(header, rows):
            return _markdown_table(header, rows)
        case Code(language, text):
            return f"```{language}\n{text}\n```"
        case Picture():
            return f"![{block.shows}]({address(block)})"


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, [":--", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """A text that can't end a cell of a Markdown table."""
    return html.escape(text, quote=False).replace("\\", "\\\\").replace("|", "\\|")
