"""Open pages with Streamlit's own test runner, and press their buttons."""

from streamlit.testing.v1 import AppTest

from mnistviz.core.assets import PROJECT
from mnistviz.runs.registry import Run


def open_page(name: str = "overview", run: Run | None = None, **query: str) -> AppTest:
    """A page after its first run, with a run and other query parameters in its address."""
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60)
    if run is not None:
        query["run"] = run.name
    app.query_params.update(query)
    return app.run() if name == "overview" else app.switch_page(f"pages/{name}.py").run()


def text_of(app: AppTest) -> str:
    """The Markdown texts, captions and subheaders of a page, one a line."""
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.subheader])


def metrics_of(app: AppTest) -> dict[str, str]:
    """The values of a page's metrics by their labels."""
    return {metric.label: metric.value for metric in app.metric}


def button_labels(app: AppTest) -> list[str]:
    """The labels of a page's buttons."""
    return [button.label for button in app.button]


def press(app: AppTest, label: str) -> AppTest:
    """The page after a click on the button with a label."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app
