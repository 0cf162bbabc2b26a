"""Components in which a window slides over an input and its map, of files in `browser`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mnistviz.ui.shared.browser_script import view_component

BROWSER = Path(__file__).parent / "browser"
CSS = BROWSER / "layer_view.css"
# What each of these components needs before its own script.
SHARED_SCRIPTS = ("pixel_map", "links", "sliding_view")


def sliding_component(layer: str, *scripts: str, below: tuple[str, ...] = ()) -> Callable[..., Any]:
    """Return the component of a kind of layer.

    `<layer>.html` is what stands between the input and the map, `<layer>.js` the script, after
    further `scripts`. The parts named in `below` stand below both.
    """
    html = _html("sliding_view")
    html = html.replace("<!-- middle -->", _html(layer))
    html = html.replace("<!-- below -->", "".join(map(_html, below)))
    names = (*SHARED_SCRIPTS, *scripts, layer)
    files = (BROWSER / f"{name}.js" for name in names)
    return view_component(f"mnistviz_{layer}", html, CSS, *files)


def _html(name: str) -> str:
    return (BROWSER / f"{name}.html").read_text(encoding="utf-8")
