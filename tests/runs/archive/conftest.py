"""Runs to pack, and zips to spoil."""

import io
from collections.abc import Callable

import pytest

from tests.helpers.exported_runs import Files, files_of, make_run, packed, zip_of


@pytest.fixture
def spoiled() -> Callable[[Files], io.BytesIO]:
    """Makes the zip of a good run with some files put in another's place."""
    good = files_of(packed(make_run("exported")))
    return lambda changes: zip_of({**good, **changes})
