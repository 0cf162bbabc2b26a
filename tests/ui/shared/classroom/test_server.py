"""When the server is in class mode, and what it does not start without."""

import sys
from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit import config

from mnistviz.core import storage
from mnistviz.core.errors import ClassError
from mnistviz.core.room import limits
from mnistviz.ui.shared.classroom import links, server
from mnistviz.ui.shared.classroom.middleware import ClassMiddleware


@pytest.fixture(autouse=True)
def options_stay(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    names = ("server.address", "server.maxUploadSize", *server.PROTECTIONS)
    before = {name: st.get_option(name) for name in names}
    monkeypatch.setattr(sys, "argv", ["app.py"])
    yield
    storage.serve_class(None)
    for name, value in before.items():
        config.set_option(name, value)


def test_on_localhost_the_server_is_as_it_was() -> None:
    config.set_option("server.address", "localhost")
    size = st.get_option("server.maxUploadSize")
    assert server.app_options() == {}
    assert not storage.is_class()
    assert st.get_option("server.maxUploadSize") == size


def test_a_server_that_others_reach_is_in_class_mode_unless_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config.set_option("server.address", "192.168.1.5")
    monkeypatch.setattr(sys, "argv", ["app.py", "--alone"])
    assert server.app_options() == {}
    monkeypatch.setattr(sys, "argv", ["app.py"])
    options = server.app_options()
    assert [one.cls for one in options["middleware"]] == [ClassMiddleware]
    assert len(options["routes"]) == len(links.routes())
    assert storage.is_class()
    assert st.get_option("server.maxUploadSize") == limits.MAX_UPLOAD_MEGABYTES
    # A thread without a session is nobody's.
    with pytest.raises(ClassError):
        storage.home()


@pytest.mark.parametrize("option", server.PROTECTIONS)
def test_class_mode_does_not_start_without_the_protections(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTVIZ_MODE", "class")
    config.set_option(option, False)
    with pytest.raises(SystemExit, match=option):
        server.options_or_exit()
    assert not storage.is_class()
