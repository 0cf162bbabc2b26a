"""Opens pages through Streamlit's own test runner, and presses what a person would."""

from streamlit.testing.v1 import AppTest

from mnistviz.core.assets import PROJECT
from mnistviz.runs.registry import Run


def open_page(name: str = "overview") -> AppTest:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
    return app if name == "overview" else app.switch_page(f"pages/{name}.py").run()


def text_of(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.subheader])


def choose_run(name: str, run: Run) -> AppTest:
    app = open_page(name)
    app.sidebar.selectbox(key="run").set_value(run.id).run()
    return app


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
