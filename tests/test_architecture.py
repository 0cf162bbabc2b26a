"""The layers of the package: who may import whom, and what must stay out of a first paint."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from mnistviz.core.assets import PROJECT

ROOT = PROJECT

# A folder may import what stands in a line above its own; folders of a line are siblings.
LAYERS = [
    ["core"],
    ["charts"],
    ["digits", "network", "runs"],
    ["inspection"],
    ["evaluation"],
    ["training"],
    ["studies"],
    ["ui", "cli"],
    ["pages", "app", "__main__"],
]
# Libraries that only some modules may import.
ONLY_IN = {
    "tensorflow": {"network", "inspection", "evaluation", "training"},
    "keras": {"network", "inspection", "evaluation", "training"},
    "streamlit": {"ui", "pages", "app"},
    "streamlit_drawable_canvas": {"ui"},
    "plotly": {"charts"},
    "subprocess": {"training"},
    "tensorboard": {"runs"},
    "distributed": {"studies"},
}
# A process that is yet to wait its turn says what it trained with once it is its turn.
LATE_IMPORTS: set[tuple[str, str]] = set()

FILES = [
    ROOT / "app.py",
    *sorted((ROOT / "mnistviz").rglob("*.py")),
    *sorted((ROOT / "pages").glob("*.py")),
]


def layer_of(module: str) -> str:
    """The name under which the table above knows a module, such as `charts` for charts.maps."""
    names = [name for line in LAYERS for name in line]
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in names:
            return name
    return ""


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part not in ("mnistviz", "__init__"))


def imports_of(path: Path) -> set[str]:
    """All modules that a file imports, anywhere in it, but for type checking alone."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_typed = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in only_typed:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_stands_above_it(path: Path) -> None:
    mine = layer_of(module_of(path))
    if not mine:
        assert not [name for name in imports_of(path) if name.startswith("mnistviz.")]
        return
    order = {name: number for number, line in enumerate(LAYERS) for name in line}
    for name in imports_of(path):
        if name.startswith("mnistviz."):
            theirs = layer_of(name.removeprefix("mnistviz."))
            assert not theirs or theirs == mine or order[theirs] <= order[mine], name
            if mine == "charts":
                assert theirs in ("", "charts", "core"), name
        library = name.split(".")[0]
        if library in ONLY_IN and (mine, library) not in LATE_IMPORTS:
            assert mine in ONLY_IN[library], name


def test_no_tensorflow_before_a_page_paints() -> None:
    modules = [
        "mnistviz",
        "mnistviz.charts.inspection.kernels",
        "mnistviz.runs.registry",
        "mnistviz.ui.shared.widgets",
        "mnistviz.ui.shared.loaders",
        "mnistviz.training.worker",
        "mnistviz.training.launcher",
        "mnistviz.__main__",
    ]
    code = (
        "import importlib, sys\n"
        "for module in sys.argv[1:]:\n"
        "    importlib.import_module(module)\n"
        "    if {'tensorflow', 'keras'} & sys.modules.keys():\n"
        "        sys.exit(f'{module} loads TensorFlow')"
    )
    command = [sys.executable, "-c", code, *modules]
    done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pages_define_no_class() -> None:
    for path in [*(ROOT / "pages").glob("*.py"), ROOT / "app.py"]:
        classes = [
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)
        ]
        assert classes == [], path
