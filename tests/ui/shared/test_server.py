"""The server is ready before its first visitor comes."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from mnistviz.ui.shared import loaded_networks, server

SHELL = """
import streamlit as st
page = st.navigation([st.Page("{folder}/first.py", default=True), st.Page("{folder}/second.py")])
st.title("Shell")
page.run()
"""


@pytest.mark.parametrize(("name", "titles"), [("pages", []), ("parts", ["Shell"])])
def test_streamlit_runs_files_of_a_folder_named_pages_alone_unless_it_is_told(
    tmp_path: Path, name: str, titles: list[str]
) -> None:
    (tmp_path / name).mkdir()
    for page in ("first", "second"):
        (tmp_path / name / f"{page}.py").write_text(f"import streamlit as st\nst.text('{page}')")
    (tmp_path / "app.py").write_text(SHELL.format(folder=name))
    app = (
        AppTest.from_file(tmp_path / "app.py", default_timeout=60)
        .switch_page(f"{name}/second.py")
        .run()
    )
    assert [text.value for text in app.text] == ["second"]
    assert [title.value for title in app.title] == titles


def test_prepare_tells_streamlit_and_loads_before_the_server_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(PagesManager, "uses_pages_directory", True)
    started: list[bool] = []
    monkeypatch.setattr(server, "load_ahead", lambda: started.append(True))

    async def start() -> None:
        async with server.prepare(None):
            assert started == [True]
            assert PagesManager.uses_pages_directory is False

    # A browser of other tests may have its event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, start()).result()


def test_load_ahead_imports_the_modules_of_pages_and_loads_the_first_network() -> None:
    loaded_networks.network.clear()
    server.load_ahead()
    assert {"mnistviz.ui.draw.answer_view", "mnistviz.ui.train.curves_view"} <= sys.modules.keys()
