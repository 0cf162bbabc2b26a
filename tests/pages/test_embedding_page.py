"""The map of digits: its colours, and the second layout that is computed on demand."""

import numpy as np
import pytest

from mnistviz.runs import result_cache
from mnistviz.runs.registry import Run
from mnistviz.runs.snapshots import latest_snapshot
from mnistviz.ui.evaluate import evaluated_set
from tests.helpers.pages import button_labels, open_page, text_of

pytestmark = pytest.mark.pages


@pytest.mark.slow
def test_the_map_coloured_by_errors_counts_them(tiny_run: Run) -> None:
    app = open_page("embedding", tiny_run)
    app.button_group(key="map_colouring").set_value("error").run()
    assert not app.exception
    answers = evaluated_set.answers(latest_snapshot(tiny_run), evaluated_set.test_set(None))
    assert f"**{np.sum(~answers.right):,} images read wrong**" in text_of(app)


def test_t_sne_is_offered_before_it_is_computed(tiny_run: Run) -> None:
    app = open_page("embedding", tiny_run)
    app.button_group(key="map_layout").set_value("tsne").run()
    assert not app.exception
    assert not app.get("plotly_chart")
    assert "Work it out" in button_labels(app)


@pytest.mark.slow
def test_a_stored_t_sne_is_shown(tiny_run: Run) -> None:
    plane = np.random.default_rng(0).normal(size=(10_000, 2)).astype(np.float32)
    result_cache.write_arrays(latest_snapshot(tiny_run), "tsne", {"plane": plane})
    app = open_page("embedding", tiny_run)
    app.button_group(key="map_layout").set_value("tsne").run()
    assert not app.exception
    assert app.get("plotly_chart")
    assert "Work it out" not in button_labels(app)
