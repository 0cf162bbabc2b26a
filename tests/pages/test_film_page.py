"""The Film page: every snapshot, one after the other."""

import pytest

from mnistviz.runs import metrics_log, snapshots
from mnistviz.runs.registry import Run
from tests.helpers.pages import metrics_of, open_page, press, text_of

pytestmark = pytest.mark.pages


@pytest.mark.slow
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


@pytest.mark.slow
def test_kernels_have_the_colours_of_their_snapshot_or_of_the_film(tiny_run: Run) -> None:
    app = open_page("film", tiny_run)
    press(app, "First")
    own, film = "largest weight of this snapshot", "largest weight of the whole film"
    assert own in text_of(app)
    app.button_group(key="film_scale").set_value("film").run()
    assert film in text_of(app)
    assert own not in text_of(app)


@pytest.mark.slow
def test_the_speed_stays_for_the_next_snapshot(tiny_run: Run) -> None:
    app = open_page("film", tiny_run)
    app.selectbox(key="film_speed").set_value(0.3).run()
    press(app, "Back")
    assert app.selectbox(key="film_speed").value == 0.3
