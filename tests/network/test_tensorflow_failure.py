"""The messages where TensorFlow is missing, broken or not made for the processor."""

import importlib.util

import pytest

from mnistviz.core import processes
from mnistviz.core.errors import MissingPackageError
from mnistviz.network import tensorflow_failure


def test_an_error_of_the_import_is_named_with_the_way_out() -> None:
    with (
        pytest.raises(MissingPackageError) as caught,
        tensorflow_failure.explained(),
    ):
        raise ImportError("DLL load failed\nsecond line")
    assert str(caught.value) == (
        "TensorFlow is needed for this and can't be loaded (ImportError: DLL load failed); install "
        "it again: python -m pip install -r requirements.txt -c constraints.txt; everything that "
        "only reads a network works without it"
    )


def test_versions_that_do_not_fit_are_an_error_of_the_import_too() -> None:
    with pytest.raises(MissingPackageError, match="TypeError"), tensorflow_failure.explained():
        raise TypeError("Descriptors cannot be created directly")


def test_what_is_installed_is_no_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tensorflow_failure.absence() == ""
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorflow" else object()
    )
    assert "tensorflow is not installed" in tensorflow_failure.absence()


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("", ""),
        ("Traceback (most recent call last):\nImportError: no", ""),
        ("Fatal Python error: Segmentation fault\n\nThread", "Segmentation fault"),
        ("Fatal Python error: Illegal instruction\n\nThread", "the processor lacks instructions"),
        ("F0000 tensor.cc] Check failed: size > 0\n", "Check failed: size > 0"),
    ],
)
def test_a_crash_is_found_in_the_output(output: str, reason: str) -> None:
    found = processes.crash_reason(output)
    assert reason in found
    assert bool(found) == bool(reason)
