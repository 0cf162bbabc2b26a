"""Imports of the first paint, sizes of files and folders, and the documents on the architecture.

Which folder imports which is checked by import-linter, whose contracts are in `pyproject.toml`.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from mnistviz.core.assets import PROJECT

PACKAGE = PROJECT / "mnistviz"
APPLICATION = sorted(
    [*PACKAGE.rglob("*.py"), *(PROJECT / "pages").glob("*.py"), PROJECT / "app.py"]
)
ARCHITECTURE = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_FOLDERS = 15
MAX_MODULES = 3
MAX_MODULES_OF_A_FOLDER = 16


def test_no_tensorflow_before_a_page_paints() -> None:
    modules = [
        "mnistviz",
        "mnistviz.charts.inspection.kernels",
        "mnistviz.runs.registry",
        "mnistviz.ui.shared.sidebar",
        "mnistviz.ui.shared.loaded_networks",
        "mnistviz.training.worker",
        "mnistviz.training.launcher",
        "mnistviz.training.warm_worker",
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
    done = subprocess.run(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr


def nodes(path: Path) -> Iterator[ast.AST]:
    """Every node of a module's syntax tree."""
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


# ---------------------------------------------------------------- sizes


def test_pages_define_no_class() -> None:
    for path in [*(PROJECT / "pages").glob("*.py"), PROJECT / "app.py"]:
        assert not [node for node in nodes(path) if isinstance(node, ast.ClassDef)], path


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in APPLICATION}
    too_long = {
        str(path.relative_to(PROJECT)): length
        for path, length in lengths.items()
        if length > MAX_FILE_LINES
    }
    assert too_long == {}


def function_lengths(path: Path) -> dict[str, int]:
    """The lines of each function of a module, decorators and docstring included, by its name."""
    lengths = {}
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min(part.lineno for part in [node, *node.decorator_list])
            assert node.end_lineno is not None
            name = f"{path.relative_to(PROJECT)}:{node.name}"
            lengths[name] = max(node.end_lineno - first + 1, lengths.get(name, 0))
    return lengths


def test_functions_are_short() -> None:
    too_long = {
        name: length
        for path in APPLICATION
        for name, length in function_lengths(path).items()
        if length > MAX_FUNCTION_LINES
    }
    assert too_long == {}


def packages(folder: Path) -> set[str]:
    """The folders with Python modules directly in a folder."""
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def test_folders_are_few_and_small() -> None:
    folders = [path for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert len(folders) <= MAX_FOLDERS
    assert len(list(PACKAGE.glob("*.py"))) <= MAX_MODULES
    for folder in [PACKAGE, *(path.parent for path in PACKAGE.rglob("__init__.py"))]:
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(modules) <= MAX_MODULES_OF_A_FOLDER, folder


def test_ui_has_a_folder_for_what_pages_share_and_one_for_each_page() -> None:
    folders = packages(PACKAGE / "ui")
    pages = {path.stem for path in (PROJECT / "pages").glob("*.py")}
    assert "shared" in folders
    # A page that needs no module of its own has no folder. The board has no script: its page is
    # made for the teacher of a class alone.
    assert folders - {"shared", "board"} <= pages
    assert [path.name for path in (PACKAGE / "ui").glob("*.py")] == ["__init__.py"]


# ---------------------------------------------------------------- documents


def test_the_architecture_lists_the_layers_of_the_import_contract() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["type"] == "layers")
    block = re.search(r"## The folders\n.*?```\n(.*?)```", ARCHITECTURE, re.DOTALL)
    assert block
    listed = [re.split(r"\s{2,}", line)[0] for line in block[1].splitlines()]
    assert listed == layers


def test_the_layers_are_the_folders_of_the_package() -> None:
    block = re.search(r"## The folders\n.*?```\n(.*?)```", ARCHITECTURE, re.DOTALL)
    assert block
    listed = {
        name for line in block[1].splitlines() for name in re.split(r"\s{2,}", line)[0].split(" | ")
    }
    assert listed == packages(PACKAGE)


def test_the_table_of_where_to_add_names_files_that_exist() -> None:
    table = ARCHITECTURE.partition("## Where to add\n")[2].partition("\n## ")[0]
    paths = [path for path in re.findall(r"`([\w/.<>]+)`", table) if "<" not in path]
    assert len(paths) >= 8
    for path in paths:
        assert (PACKAGE / path).exists() or (PROJECT / path).exists(), path


# ---------------------------------------------------------------- tests


def imported_names(path: Path) -> list[str]:
    """The full names that a module imports; a relative import begins with a dot."""
    names = []
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names += [f"{module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names


def test_test_modules_import_helpers_but_not_each_other() -> None:
    wrong = [
        f"{path.relative_to(PROJECT)}: {name}"
        for path in sorted((PROJECT / "tests").rglob("*.py"))
        for name in imported_names(path)
        if name.startswith((".", "tests")) and not name.startswith("tests.helpers")
    ]
    assert wrong == []
