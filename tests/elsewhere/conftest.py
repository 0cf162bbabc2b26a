"""The environment of its own, and the report of what was opened there."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from mnistviz.core.assets import PROJECT
from mnistviz.digits.mnist import load_mnist, to_input
from mnistviz.runs import registry, snapshots
from mnistviz.runs.load import load
from tests.helpers.elsewhere import Elsewhere, Report

# `make test-elsewhere` sets both: the Python of the environment, and the file of the report.
PYTHON, REPORT = "MNISTVIZ_ELSEWHERE", "MNISTVIZ_ELSEWHERE_REPORT"
NUM_IMAGES = 1_000

REPORT_HEAD = """# Exports, opened elsewhere

What `make test-elsewhere` found on {date}: each file that `export` writes was opened by its own
runtime, in an environment without mnistviz, and answered {images:,} test images. The largest
difference is that of a probability from the network's own.

| run | format | opened with | largest difference | same answers |
|---|---|---|---:|---:|
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.elsewhere)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    """Run Python code in the environment, in the test's folder; return what it prints."""
    python = os.environ.get(PYTHON, str(PROJECT / ".venv-elsewhere" / "bin" / "python"))
    if not Path(python).exists():
        pytest.skip("there is no .venv-elsewhere: run `make test-elsewhere`")

    def run(code: str, *arguments: str | Path, path: str = "") -> str:
        environment = {**os.environ, "PYTHONPATH": path, "KERAS_BACKEND": "torch"}
        done = subprocess.run(
            [python, "-c", code, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture(scope="session")
def rows() -> Iterator[list[str]]:
    """The rows of the report, which is written at the end."""
    found: list[str] = []
    yield found
    if file := os.environ.get(REPORT):
        head = REPORT_HEAD.format(date=f"{datetime.now(UTC):%Y-%m-%d}", images=NUM_IMAGES)
        Path(file).write_text(head + "\n".join(sorted(found)) + "\n", encoding="utf-8")


@pytest.fixture
def images(tmp_path: Path) -> np.ndarray:
    """The first test images as the input of a network, in `images.npy` of the test's folder."""
    values = to_input(load_mnist().x_test[:NUM_IMAGES])[..., np.newaxis]
    np.save(tmp_path / "images.npy", values)
    return values


@pytest.fixture
def same_answers(tmp_path: Path, rows: list[str]) -> Report:
    """Compare `answers.npy` in the test's folder with a run's own answers, and report it."""

    def compare(name: str, form: str, opened_with: str) -> None:
        network = load(snapshots.latest_snapshot(registry.find_run(name)))
        expected = network.classify(load_mnist().x_test[:NUM_IMAGES])
        found = np.load(tmp_path / "answers.npy")
        difference = float(np.abs(found - expected).max())
        same = int((found.argmax(axis=1) == expected.argmax(axis=1)).sum())
        rows.append(f"| {name} | {form} | {opened_with} | {difference:.1e} | {same:,} |")
        np.testing.assert_allclose(found, expected, atol=1e-5)
        assert same == NUM_IMAGES

    return compare
