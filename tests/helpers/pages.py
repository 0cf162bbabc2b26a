"""Open pages with Streamlit's own test runner, and press their buttons."""

from pathlib import Path
from typing import Any

from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

from mnistviz.core.assets import PROJECT
from mnistviz.runs.registry import Run
from mnistviz.ui.start.progress import LED


class PagesOfApp(PagesManager):
    """The pages of app.py. The test runner would take the folder `pages` for an older kind of app.

    The server sets this when it starts, see `mnistviz.ui.shared.server`.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # The test runner resets the attribute of this class, and Streamlit reads that of its own.
        PagesManager.uses_pages_directory = None
        super().__init__(*arguments, **options)
        if Path(self.main_script_path) == PROJECT / "app.py":
            PagesManager.uses_pages_directory = False


app_test.PagesManager = PagesOfApp  # type: ignore[misc]


def open_page(name: str = "overview", run: Run | None = None, **query: str) -> AppTest:
    """A page after its first run, with a run and other query parameters in its address."""
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60)
    # Not a first visit, which is led to Start here.
    app.session_state[LED] = True
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
