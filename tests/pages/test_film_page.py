"""The Film page: every snapshot, one after the other."""

import pytest

from mnistviz.runs import metrics_log, snapshots
from mnistviz.runs.registry import Run
from tests.helpers.pages import metrics_of, open_page, press, text_of

pytestmark = pytest.mark.pages


def test_the_film_shows_each_snapshot_on_all_pages(tiny_run: Run) -> None:
    app = open_page("film", tiny_run)
    steps = snapshots.steps_of(tiny_run)
    press(app, "First")
    for number, step in enumerate(steps[:3]):
        assert app.sidebar.select_slider(key="snapshot").value == step
        assert f"Snapshot {number + 1} of {len(steps)}" in text_of(app)
        first = next(button for button in app.button if button.label == "First")
        assert first.disabled == (number == 0)
        press(app, "Next")
    press(app, "Last")
    stored = metrics_log.last_row(metrics_log.read(tiny_run), "validation")
    assert stored is not None
    assert metrics_of(app)["Right"] == f"{stored.accuracy:.2%}"
