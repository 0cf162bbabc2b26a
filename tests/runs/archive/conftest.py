"""Zips of runs, valid and with changed files."""

import io
from collections.abc import Callable

import pytest

from tests.helpers.run_zips import Files, files_of, make_run, packed, zip_of


@pytest.fixture
def changed_zip() -> Callable[[Files], io.BytesIO]:
    """Return a function that returns the zip of a valid run with some files replaced."""
    valid = files_of(packed(make_run("exported")))
    return lambda changes: zip_of({**valid, **changes})


@pytest.fixture
def valid_zip(changed_zip: Callable[[Files], io.BytesIO]) -> bytes:
    """The zip of a valid run."""
    return changed_zip({}).getvalue()
