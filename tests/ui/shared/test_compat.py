"""What Streamlit does without our workarounds: a test that fails here names one that can go."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from mnistviz.ui.shared.compat import TITLE_SECONDS

SHELL = """
import streamlit as st
page = st.navigation([st.Page("{folder}/first.py", default=True), st.Page("{folder}/second.py")])
st.title("Shell")
st.selectbox("Run", ["best", "reference"], key="run", bind="query-params")
page.run()
"""


def app_of_two_pages(folder: Path, name: str, first: str) -> AppTest:
    """An app like ours, with its pages in the folder `name`; `first` is the code of its page."""
    (folder / name).mkdir()
    (folder / name / "first.py").write_text(f"import streamlit as st\n{first}")
    (folder / name / "second.py").write_text("import streamlit as st\nst.text('second')")
    (folder / "app.py").write_text(SHELL.format(folder=name))
    return AppTest.from_file(folder / "app.py")


@pytest.mark.parametrize(("name", "titles"), [("pages", []), ("parts", ["Shell"])])
def test_need_shell_streamlit_runs_files_of_a_folder_named_pages_alone(
    tmp_path: Path, name: str, titles: list[str]
) -> None:
    app = app_of_two_pages(tmp_path, name, "st.text('first')")
    app.switch_page(f"{name}/second.py").run()
    assert [text.value for text in app.text] == ["second"]
    assert [title.value for title in app.title] == titles


def test_switch_page_streamlit_refuses_it_where_a_widget_is_bound_to_the_address(
    tmp_path: Path,
) -> None:
    go = "if st.button('Go'): st.switch_page('parts/second.py')"
    app = app_of_two_pages(tmp_path, "parts", go)
    app.query_params["run"] = "reference"
    app.run()
    app.button[0].click().run()
    assert [text.value for text in app.text] == []
    assert "bound to widgets" in app.exception[0].value


def test_renew_streamlit_refuses_to_empty_an_upload() -> None:
    def upload_and_empty() -> None:
        import streamlit as st

        st.session_state["upload"] = None
        st.file_uploader("File", key="upload")

    app = AppTest.from_function(upload_and_empty).run()
    assert "read-only" in app.exception[0].value


def test_keep_libraries_loaded_streamlit_clears_the_session_of_keras(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[str] = []
    backend = SimpleNamespace(clear_session=lambda: calls.append("cleared"))
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(backend=backend))
    AppTest.from_string("import streamlit as st").run()
    assert calls == ["cleared"]


def test_let_title_paint_the_browser_loads_megabytes_of_script_for_the_first_chart() -> None:
    scripts = Path(streamlit.__file__).parent / "static" / "static" / "js"
    (script,) = scripts.glob("PlotlyChart.*.js")
    assert script.stat().st_size > 3_000_000
    assert TITLE_SECONDS < 0.2
