"""The fixtures' values for tests of exports in an environment of their own."""

from pathlib import Path
from typing import Protocol


class Elsewhere(Protocol):
    """Run Python code in the environment, in the test's folder; return what it prints."""

    def __call__(self, code: str, *arguments: str | Path, path: str = "") -> str: ...


class Report(Protocol):
    """Compare `answers.npy` in the test's folder with a run's own answers, and report it."""

    def __call__(self, name: str, form: str, opened_with: str) -> None: ...
