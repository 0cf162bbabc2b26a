"""What must stay out of a first paint, and how large a module may become.

Which folder imports which is checked by import-linter, whose contracts are in `pyproject.toml`.
"""

import ast
import subprocess
import sys

from mnistviz.core.assets import PROJECT

ROOT = PROJECT


def test_no_tensorflow_before_a_page_paints() -> None:
    modules = [
        "mnistviz",
        "mnistviz.charts.inspection.kernels",
        "mnistviz.runs.registry",
        "mnistviz.ui.shared.sidebar",
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
