"""What Streamlit does without our workarounds: a test that fails here names one that can go."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

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
    return AppTest.from_file(folder / "app.py", default_timeout=60)


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

    app = AppTest.from_function(upload_and_empty, default_timeout=60).run()
    assert "read-only" in app.exception[0].value


def test_drop_infinite_query_param_streamlit_fails_for_an_infinite_number() -> None:
    def bound_number() -> None:
        import streamlit as st

        st.number_input("Image", 0, 9, key="image", bind="query-params")

    for text, errors in (("7", 0), ("x", 0), ("1e400", 1)):
        app = AppTest.from_function(bound_number, default_timeout=60)
        app.query_params["image"] = text
        assert len(app.run().exception) == errors
