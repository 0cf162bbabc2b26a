"""The links of the lesson open exactly the view that their task is about."""

import pytest

from mnistviz.classroom.lesson.tasks import TASKS, Task
from mnistviz.core.constants import NUM_TEST_IMAGES
from mnistviz.core.layers import notation
from mnistviz.runs import registry, snapshots
from mnistviz.ui.microscope.place import CHANNEL, LAYER, PLACE, START
from mnistviz.ui.shared import state
from mnistviz.ui.shared.page_registry import PAGES
from mnistviz.ui.shared.texts import epochs_text
from mnistviz.ui.start import texts
from mnistviz.ui.start.stations import STATION
from tests.helpers.pages import open_page, text_of

pytestmark = pytest.mark.pages


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.path)
def test_the_page_knows_what_is_in_the_address(task: Task) -> None:
    assert task.page in [page.name for page in PAGES]
    query = dict(task.query)
    run = registry.find_run(query.pop(state.RUN, registry.DEFAULT_RUN))
    assert run.bundled
    if epochs := query.pop(state.SNAPSHOT, None):
        assert epochs in [epochs_text(run, step) for step in snapshots.steps_of(run)]
    assert int(query.pop(state.IMAGE, 0)) < NUM_TEST_IMAGES
    match task.page:
        case "microscope":
            layers = {layer.name: layer for layer in run.spec.model.convolutions}
            height, width, channels = layers[query.pop(LAYER)].output_shape
            row, column = map(int, query.pop(PLACE).split(","))
            assert (row < height, column < width) == (True, True)
            assert int(query.pop(CHANNEL)) < channels
        case "start":
            assert 1 <= int(query.pop(STATION)) <= len(texts.STATIONS)
        case "design":
            assert notation.canonical(query["network"]) == query.pop("network")
    assert not query


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.path)
def test_the_link_opens_the_view(task: Task) -> None:
    query = dict(task.query)
    run = registry.find_run(query.pop(state.RUN)) if state.RUN in query else None
    chosen = run or registry.find_run(registry.DEFAULT_RUN)
    page = open_page(task.page, run, **query)
    assert not page.exception
    assert not [error.value for error in page.error]
    for name, value in task.query.items():
        if name == PLACE:
            assert page.session_state[START] == tuple(map(int, value.split(",")))
        elif name == "network":
            assert "4,010" in text_of(page) or value in [one.value for one in page.text_input]
        else:
            found = page.session_state[name]
            shown = epochs_text(chosen, found) if name == state.SNAPSHOT else str(found)
            assert shown == value
